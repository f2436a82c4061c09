// <photo-viewer>: opens the gallery's photos large. Without it the links go to each photo's page.

const SWIPE_PX = 48;

class PhotoViewer extends HTMLElement {
  connectedCallback() {
    this.dialog = this.querySelector("dialog");
    this.links = [...this.querySelectorAll("a[data-large]")];
    this.image = this.dialog.querySelector("img");
    this.addEventListener("click", (event) => this.#click(event));
    this.dialog.addEventListener("close", () => this.#closed());
    this.image.addEventListener("pointerdown", (event) => (this.start = event));
    this.image.addEventListener("pointerup", (event) => this.#swipe(event));
    this.image.addEventListener("pointercancel", (event) => this.#swipe(event));
    this.image.draggable = false;
    this.gone = new AbortController();
    // On a phone the back button means: close this photo, not leave the gallery.
    const { signal } = this.gone;
    window.addEventListener("popstate", () => this.dialog.close(), { signal });
    document.addEventListener("keydown", (event) => this.dialog.open && this.#walk({ ArrowLeft: -1, ArrowRight: 1 }[event.key]), { signal });
  }

  disconnectedCallback() {
    this.gone.abort();
  }

  #click(event) {
    const link = event.target.closest("a[data-large]");
    const plain = !event.metaKey && !event.ctrlKey && !event.shiftKey;
    if (link && plain) {
      event.preventDefault();
      this.#open(this.links.indexOf(link));
    }
    const walk = event.target.closest("[data-walk]")?.dataset.walk;
    if (walk === "close") this.dialog.close();
    else if (walk) this.#walk(walk === "next" ? 1 : -1);
  }

  #open(at) {
    history.pushState({ viewer: true }, "");
    this.dialog.showModal();
    this.#show(at);
  }

  #walk(by) {
    if (by !== undefined && this.links[this.at + by]) this.#show(this.at + by);
  }

  #swipe(event) {
    const across = event.clientX - (this.start?.clientX ?? event.clientX);
    const down = event.clientY - (this.start?.clientY ?? event.clientY);
    this.start = undefined;
    if (event.pointerType !== "mouse" && Math.abs(across) > SWIPE_PX && Math.abs(across) > Math.abs(down)) this.#walk(across < 0 ? 1 : -1);
  }

  #show(at) {
    this.at = at;
    const { large, name, save, width, height, altered } = this.links[at].dataset;
    Object.assign(this.image, { src: large, alt: name, width, height });
    this.dialog.querySelector(".viewer__name").textContent = name;
    const { from = 1, of = this.links.length } = this.dataset;
    this.dialog.querySelector("[data-position]").textContent = `${Number(from) + at} of ${of}`;
    this.dialog.querySelector("[data-save]").href = save;
    const about = this.dialog.querySelector("[data-about]");
    Object.assign(about, { href: this.links[at].href, hidden: !altered, textContent: `${altered ?? ""}: see the original` });
    for (const [walk, by] of [["previous", -1], ["next", 1]]) {
      const beside = this.links[at + by];
      this.dialog.querySelector(`[data-walk=${walk}]`).disabled = !beside;
      if (beside) new Image().src = beside.dataset.large;
    }
  }

  #closed() {
    if (history.state?.viewer) history.back();
    this.links[this.at].focus();
    this.links[this.at].scrollIntoView({ block: "nearest" });
  }
}

customElements.define("photo-viewer", PhotoViewer);
