// <live-region src events>: keeps the part of the page inside it up to date with the server.
// A link in it with data-swap is followed without leaving the page. Children carry data-key; a child whose source did not change is left alone, its images too.

const COALESCE_MS = 300;
const POLL_MS = 5000;
const FOCUSABLE = "a, button, input, select, textarea, summary";

class LiveRegion extends HTMLElement {
  #sources = new WeakMap();
  #stream;
  #timer;
  #poll;
  #fetching = false;
  #stale = false;
  #leave = new AbortController();

  connectedCallback() {
    this.#remember(this);
    const { signal } = this.#leave;
    this.addEventListener("click", (event) => this.#follow(event), { signal });
    document.addEventListener("photo-uploaded", () => this.refresh(), { signal });
    // A page in the background needs no stream; it catches up when it is shown.
    document.addEventListener("visibilitychange", () => (document.hidden ? this.#close() : this.#open(true)), { signal });
    if (!document.hidden) this.#open(false);
  }

  disconnectedCallback() {
    this.#leave.abort();
    this.#close();
  }

  refresh() {
    this.#stale = true;
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#fetch();
    }, COALESCE_MS);
  }

  // A link to the same page in another state: only the part that differs is fetched.
  #follow(event) {
    const link = event.target.closest("a[data-swap]");
    if (!link || event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    history.replaceState(null, "", link.href);
    this.setAttribute("src", link.getAttribute("href"));
    this.#stale = true;
    this.#fetch();
  }

  #open(missed) {
    this.#close();
    if (missed) this.refresh();
    this.#stream = new EventSource(this.getAttribute("events"));
    this.#stream.addEventListener("changed", () => this.refresh());
    this.#stream.onopen = () => {
      if (!this.#poll) return;
      clearInterval(this.#poll);
      this.#poll = undefined;
      this.refresh();
    };
    this.#stream.onerror = () => this.#fallBack();
  }

  #fallBack() {
    this.#poll ??= setInterval(() => this.#retry(), POLL_MS);
  }

  #retry() {
    this.refresh();
    // The browser reconnects a broken stream by itself, but gives up after an error answer.
    if (this.#stream.readyState === EventSource.CLOSED) this.#open(false);
  }

  #close() {
    this.#stream?.close();
    this.#stopPolling();
  }

  #stopPolling() {
    clearInterval(this.#poll);
    this.#poll = undefined;
  }

  async #fetch() {
    if (this.#fetching) return;
    this.#fetching = true;
    this.#stale = false;
    try {
      const answer = await fetch(this.getAttribute("src"), { headers: { accept: "text/html", "x-fragment": "1" } });
      // Signed out: a whole page load leads to the sign-in page.
      if (answer.redirected || answer.status === 401) return location.reload();
      // Removed or no longer ours: nothing will change here any more.
      if ([403, 404, 410].includes(answer.status)) return this.#close();
      if (!answer.ok) return this.#fallBack();
      if (answer.status === 200) this.#swap(await answer.text());
      if (this.#stream?.readyState === EventSource.OPEN) this.#stopPolling();
    } catch {
      // Offline, most likely: keep what is shown and ask again at the pace of the poll.
      this.#fallBack();
    } finally {
      this.#fetching = false;
      if (this.#stale) this.refresh();
    }
  }

  #swap(html) {
    const page = new DOMParser().parseFromString(html, "text/html");
    this.#merge(this, page.querySelector("live-region") ?? page.body);
  }

  #remember(parent) {
    for (const child of parent.children) {
      this.#sources.set(child, child.outerHTML);
      if ("each" in child.dataset) this.#remember(child);
    }
  }

  #merge(now, next) {
    const known = new Map([...now.children].map((child) => [child.dataset.key, child]));
    let place = now.firstElementChild;
    for (const fresh of [...next.children]) {
      const old = known.get(fresh.dataset.key);
      known.delete(fresh.dataset.key);
      const kept = old ? this.#update(old, fresh) : this.#adopt(fresh);
      if (kept === place) place = place.nextElementSibling;
      else now.insertBefore(kept, place);
      if (old && kept !== old) {
        if (old === place) place = place.nextElementSibling;
        old.remove();
      }
    }
    for (const gone of known.values()) gone.remove();
  }

  #update(old, fresh) {
    const source = fresh.outerHTML;
    if (this.#sources.get(old) === source) return old;
    if ("each" in old.dataset && "each" in fresh.dataset) {
      this.#merge(old, fresh);
      this.#sources.set(old, source);
      return old;
    }
    if (beingWritten(old)) return old;
    return this.#adopt(fresh, old);
  }

  #adopt(fresh, old) {
    this.#sources.set(fresh, fresh.outerHTML);
    if ("each" in fresh.dataset) this.#remember(fresh);
    if (!old) return fresh;
    for (const image of fresh.querySelectorAll("img")) {
      const loaded = [...old.querySelectorAll("img")].find((candidate) => candidate.getAttribute("src") === image.getAttribute("src"));
      if (loaded) image.replaceWith(loaded);
    }
    // A field that was moved or ticked keeps its value.
    for (const field of fresh.querySelectorAll("input:is([type=range], [type=checkbox])")) {
      const moved = [...old.querySelectorAll("input")].find((candidate) => candidate.className === field.className);
      if (moved) Object.assign(field, { value: moved.value, checked: moved.checked });
    }
    const focused = [...old.querySelectorAll(FOCUSABLE)].indexOf(document.activeElement);
    if (focused >= 0) queueMicrotask(() => fresh.querySelectorAll(FOCUSABLE)[focused]?.focus({ preventScroll: true }));
    return fresh;
  }
}

/** True where somebody writes or was asked to correct a field: their input must not be replaced. */
function beingWritten(part) {
  // Parts with unsaved work mark it themselves, as a painted mask does.
  if (part.querySelector("[unsaved]")) return true;
  const options = [...part.querySelectorAll("select:has([selected]) option")];
  if (options.some((option) => option.selected !== option.defaultSelected)) return true;
  const fields = [...part.querySelectorAll("textarea, input:not([type=hidden], [type=range], [type=checkbox], [type=radio])")];
  return fields.some((field) => field === document.activeElement || field.value !== field.defaultValue || field.ariaInvalid);
}

customElements.define("live-region", LiveRegion);
