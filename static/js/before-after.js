// <before-after>: two pictures of one room and a plumb line between them, moved by a range field.

const STEP = 2;
const LEAP = 10;

class BeforeAfter extends HTMLElement {
  connectedCallback() {
    this.range = this.querySelector("input[type=range]");
    this.range.disabled = false;
    this.range.addEventListener("input", () => this.#show());
    this.range.addEventListener("keydown", (event) => this.#key(event));
    this.#show();
  }

  // The field is fine enough for a smooth drag; a key press moves by more than one grain of it.
  #key(event) {
    const way = { ArrowLeft: -STEP, ArrowDown: -STEP, ArrowRight: STEP, ArrowUp: STEP, PageDown: -LEAP, PageUp: LEAP }[event.key];
    if (way === undefined) return;
    event.preventDefault();
    this.range.value = Number(this.range.value) + way * (event.shiftKey ? 5 : 1);
    this.#show();
  }

  #show() {
    const at = Number(this.range.value);
    this.style.setProperty("--at", `${at}%`);
    this.range.setAttribute("aria-valuetext", `${Math.round(at)} percent before, ${Math.round(100 - at)} percent after`);
  }
}

customElements.define("before-after", BeforeAfter);
