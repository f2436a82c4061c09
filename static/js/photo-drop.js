// <photo-drop>: turns the plain upload form inside it into a drop zone for many files.
import { filesOf } from "./files.js";
import { refusal } from "./refusal.js";
import { Upload } from "./upload.js";

const AT_ONCE = 3;
const DONE_STAYS_MS = 1200;

class PhotoDrop extends HTMLElement {
  #uploads = [];
  #rows = new Map();
  #leave = new AbortController();

  connectedCallback() {
    this.form = this.querySelector("form");
    this.panel = this.querySelector(".uploads");
    this.list = this.querySelector(".uploads__list");
    this.template = this.querySelector("template");
    const { signal } = this.#leave;
    for (const type of ["dragover", "dragleave", "drop", "paste"]) document.addEventListener(type, this, { signal });
    window.addEventListener("beforeunload", this, { signal });
    this.addEventListener("change", this);
    this.addEventListener("click", this);
  }

  disconnectedCallback() {
    this.#leave.abort();
  }

  handleEvent(event) {
    this[`on_${event.type}`](event);
  }

  on_dragover(event) {
    if (!event.dataTransfer.types.includes("Files")) return;
    event.preventDefault();
    this.toggleAttribute("dragging", true);
  }

  on_dragleave(event) {
    if (event.relatedTarget === null) this.removeAttribute("dragging");
  }

  async on_drop(event) {
    this.removeAttribute("dragging");
    if (!event.dataTransfer.types.includes("Files")) return;
    event.preventDefault();
    this.add(await filesOf(event.dataTransfer));
  }

  on_paste(event) {
    if (event.clipboardData.files.length > 0) this.add([...event.clipboardData.files]);
  }

  on_change(event) {
    this.add([...event.target.files]);
    event.target.value = "";
  }

  on_click(event) {
    const action = event.target.closest("[data-do]")?.dataset.do;
    if (action === "files" || action === "folder") return this.querySelector(`[data-pick=${action}]`).click();
    const row = event.target.closest(".upload");
    if (!action || !row) return;
    const upload = this.#uploads.find((candidate) => this.#rows.get(candidate) === row);
    if (action === "retry") upload.retry();
    else if (upload.open) upload.cancel();
    else this.#drop(upload);
    this.#next();
  }

  on_beforeunload(event) {
    if (this.#uploads.some((upload) => upload.open)) event.preventDefault();
  }

  async add(files) {
    const url = this.form.action;
    const csrf = this.form.elements.csrf.value;
    // Folders bring their housekeeping along (.DS_Store, Thumbs.db): nobody meant to send it.
    const photos = files.filter(({ name }) => !/^\.|^thumbs\.db$/i.test(name));
    const judged = await Promise.all(photos.map(async (file) => [file, await refusal(file)]));
    for (const [file, why] of judged) {
      const upload = new Upload(file, { url, csrf, onchange: (changed) => this.#changed(changed) });
      this.#uploads.push(upload);
      this.#rows.set(upload, this.#row(upload));
      if (why) upload.refuse(why);
      else this.#show(upload);
    }
    this.#next();
  }

  #next() {
    const sending = this.#uploads.filter(({ state }) => state === "sending").length;
    const queued = this.#uploads.filter(({ state }) => state === "queued");
    for (const upload of queued.slice(0, Math.max(0, AT_ONCE - sending))) upload.send();
    this.#summarize();
  }

  #changed(upload) {
    this.#show(upload);
    if (upload.state === "done") {
      this.dispatchEvent(new CustomEvent("photo-uploaded", { bubbles: true }));
      setTimeout(() => this.#rows.get(upload)?.remove(), DONE_STAYS_MS);
    }
    if (upload.state === "cancelled") this.#drop(upload);
    if (upload.state === "sending") this.#summarize();
    else if (upload.state !== "queued") this.#next();
  }

  #row(upload) {
    const row = this.template.content.cloneNode(true).firstElementChild;
    row.querySelector(".upload__name").textContent = upload.file.name;
    for (const button of row.querySelectorAll("[data-do]")) button.setAttribute("aria-label", `${button.title}: ${upload.file.name}`);
    this.list.append(row);
    return row;
  }

  #show(upload) {
    const row = this.#rows.get(upload);
    row.dataset.state = upload.state;
    row.querySelector(".upload__says").textContent = upload.says;
    row.querySelector("progress").value = upload.sent / (upload.file.size || 1);
  }

  #drop(upload) {
    this.#rows.get(upload)?.remove();
    this.#rows.delete(upload);
    this.#uploads = this.#uploads.filter((other) => other !== upload);
  }

  #summarize() {
    const wanted = this.#uploads.filter(({ state }) => state !== "refused");
    const done = wanted.filter(({ state }) => state === "done").length;
    const open = wanted.filter((upload) => upload.open).length;
    const failed = wanted.filter(({ state }) => state === "failed").length;
    const refused = this.#uploads.length - wanted.length;
    const bytes = (pick) => wanted.reduce((sum, upload) => sum + pick(upload), 0);
    this.panel.hidden = this.#uploads.length === 0;
    this.panel.querySelector("progress").value = bytes(({ state, sent, file }) => (state === "done" ? file.size : sent)) / (bytes(({ file }) => file.size) || 1);
    this.panel.querySelector("[data-count]").textContent = `${done} of ${wanted.length}`;
    const news = [open > 0 ? "Uploading photos." : done > 0 && `${done} uploaded.`, failed > 0 && `${failed} not sent.`, refused > 0 && `${refused} refused.`].filter(Boolean).join(" ");
    const status = this.panel.querySelector("[role=status]");
    // Written only when it changes: a screen reader reads every write.
    if (status.textContent !== news) status.textContent = news;
  }
}

customElements.define("photo-drop", PhotoDrop);
