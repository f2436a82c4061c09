// <copy-link>: a button that copies the address in the field beside it.

const SAID_MS = 2000;

class CopyLink extends HTMLElement {
  connectedCallback() {
    this.field = this.querySelector("input");
    this.button = this.querySelector("button");
    this.word = this.button.textContent;
    this.field.addEventListener("focus", () => this.field.select());
    this.button.addEventListener("click", () => this.#copy());
  }

  async #copy() {
    this.field.select();
    const copied = await navigator.clipboard?.writeText(this.field.value).then(() => true, () => false);
    // Without a secure origin there is no clipboard; the old command still works there.
    if (!copied && !document.execCommand("copy")) return;
    this.button.focus();
    this.button.textContent = "Copied";
    clearTimeout(this.timer);
    this.timer = setTimeout(() => (this.button.textContent = this.word), SAID_MS);
  }
}

customElements.define("copy-link", CopyLink);
