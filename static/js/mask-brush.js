// <mask-brush>: paints the sky mask over the photo. Without it, a mask is uploaded as a file.
import { Strokes } from "./strokes.js";

// Pixels of the mask, from a slate's edge to half a sky.
const SMALLEST = 6;
const LARGEST = 480;
const SIZE_STEP = 6;
// The button of a pen's other end.
const ERASER = 32;

class MaskBrush extends HTMLElement {
  #strokes;
  #leave = new AbortController();

  connectedCallback() {
    this.canvas = this.querySelector("canvas");
    this.range = this.querySelector("[name=size]");
    this.modes = [...this.querySelectorAll("[name=brush]")];
    this.status = this.querySelector("[role=status]");
    const { signal } = this.#leave;
    for (const type of ["pointerdown", "pointermove", "pointerup", "pointercancel", "pointerleave"]) this.canvas.addEventListener(type, this);
    this.parentElement.addEventListener("click", (event) => this.#press(event.target.closest("[data-brush]")?.dataset.brush), { signal });
    this.range.addEventListener("input", () => this.#resize(0));
    document.addEventListener("keydown", this, { signal });
    window.addEventListener("beforeunload", this, { signal });
    this.#resize(0);
  }

  disconnectedCallback() {
    this.#leave.abort();
  }

  handleEvent(event) {
    this[`on_${event.type}`](event);
  }

  get #removes() {
    return this.modes.find(({ checked }) => checked).value === "remove";
  }

  get #width() {
    return SMALLEST * (LARGEST / SMALLEST) ** (this.range.value / 100);
  }

  async #press(what) {
    const act = { open: () => this.#open(), close: () => this.#close(), save: () => this.#save() }[what];
    if (act) return act();
    const change = { undo: "undo", redo: "redo", clear: "clear", detected: "resetToDetected" }[what];
    if (change && this.#strokes) this.#change(() => this.#strokes[change]());
  }

  async #open() {
    this.hidden = false;
    this.#strokes ??= new Strokes(this.canvas, await this.#detected());
    this.#show("Red marks the sky. Paint what is missing; remove what is not sky.");
    this.querySelector("[name=brush]").focus({ preventScroll: true });
  }

  // The strokes stay, and are there when the brush is opened again.
  #close() {
    this.hidden = true;
    this.parentElement.querySelector("[data-brush=open]")?.focus();
  }

  async #detected() {
    const src = this.getAttribute("mask");
    if (!src) return null;
    const image = Object.assign(new Image(), { src });
    return image.decode().then(() => image, () => null);
  }

  on_pointerdown(event) {
    if (!this.#strokes || !event.isPrimary || (event.pointerType === "mouse" && event.button !== 0)) return;
    event.preventDefault();
    this.canvas.setPointerCapture(event.pointerId);
    this.painting = true;
    this.#change(() => this.#strokes.begin(this.#width, this.#removes || (event.buttons & ERASER) > 0, this.#point(event)));
  }

  on_pointermove(event) {
    this.#aim(event);
    if (!this.painting || !event.isPrimary) return;
    const between = event.getCoalescedEvents?.() ?? [];
    for (const one of between.length > 0 ? between : [event]) this.#strokes.extend(this.#point(one));
  }

  on_pointerup() {
    this.painting = false;
  }

  on_pointercancel() {
    if (this.painting) this.#change(() => this.#strokes.drop());
    this.painting = false;
  }

  on_pointerleave() {
    this.removeAttribute("aiming");
  }

  on_keydown(event) {
    if (this.hidden || event.altKey || event.target.closest?.("textarea, select, input:not([type=radio], [type=range])")) return;
    const command = event.ctrlKey || event.metaKey;
    const key = event.key.toLowerCase();
    const act = command ? { z: () => this.#press(event.shiftKey ? "redo" : "undo"), y: () => this.#press("redo") }[key] : { "[": () => this.#resize(-SIZE_STEP), "]": () => this.#resize(SIZE_STEP), x: () => this.#swap(), escape: () => this.#close() }[key];
    if (!act) return;
    event.preventDefault();
    act();
  }

  on_beforeunload(event) {
    if (this.hasAttribute("unsaved")) event.preventDefault();
  }

  #change(act) {
    act();
    this.toggleAttribute("unsaved", this.#strokes.canUndo);
    this.#show("");
  }

  #show(says) {
    this.removeAttribute("failed");
    this.querySelector("[data-brush=undo]").disabled = !this.#strokes.canUndo;
    this.querySelector("[data-brush=redo]").disabled = !this.#strokes.canRedo;
    this.querySelector("[data-brush=save]").disabled = !this.#strokes.canUndo;
    if (says) this.status.textContent = says;
  }

  #swap() {
    this.modes.find(({ checked }) => !checked).checked = true;
  }

  #resize(by) {
    this.range.value = Number(this.range.value) + by;
    this.range.setAttribute("aria-valuetext", `${Math.round(this.#width)} pixels`);
    this.#ring();
  }

  #point({ clientX, clientY }) {
    const { left, top, width, height } = this.canvas.getBoundingClientRect();
    return { x: ((clientX - left) / width) * this.canvas.width, y: ((clientY - top) / height) * this.canvas.height };
  }

  // Where the brush is and how much it covers; a finger covers that itself.
  #aim(event) {
    this.toggleAttribute("aiming", event.pointerType !== "touch");
    this.aim = { x: event.offsetX, y: event.offsetY };
    this.#ring();
  }

  #ring() {
    const diameter = (this.#width * this.canvas.clientWidth) / this.canvas.width;
    for (const [name, value] of Object.entries({ "--x": this.aim?.x ?? 0, "--y": this.aim?.y ?? 0, "--d": diameter })) this.style.setProperty(name, `${value}px`);
  }

  async #save() {
    const button = this.querySelector("[data-brush=save]");
    button.disabled = true;
    this.status.textContent = "Saving…";
    const form = new FormData();
    form.append("csrf", this.getAttribute("csrf"));
    form.append("mask", await this.#strokes.toBlob(), "sky-mask.png");
    const headers = { accept: "application/json", "x-csrf-token": this.getAttribute("csrf") };
    const answer = await fetch(this.getAttribute("action"), { method: "POST", body: form, headers }).catch(() => null);
    if (answer?.redirected) {
      this.removeAttribute("unsaved");
      return location.assign(answer.url);
    }
    const said = await answer?.json().catch(() => null);
    this.toggleAttribute("failed", true);
    this.status.textContent = said?.detail ?? "The connection was lost. What you painted is still here: save it again when you are back online.";
    button.disabled = false;
  }
}

customElements.define("mask-brush", MaskBrush);
