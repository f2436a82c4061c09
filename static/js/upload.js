// The upload of one file: progress, cancelling, and retrying where that can help.

const TRIES = 3;
const FIRST_WAIT_MS = 1000;

/** States: queued → sending → done | refused | failed | cancelled. `onchange` is called for each. */
export class Upload {
  state = "queued";
  sent = 0;
  says = "Waiting";
  #request;
  #timer;
  #tries = 0;

  constructor(file, { url, csrf, onchange }) {
    Object.assign(this, { file, url, csrf, onchange });
  }

  get open() {
    return this.state === "queued" || this.state === "sending";
  }

  refuse(says) {
    this.#become("refused", says);
  }

  retry() {
    this.#tries = 0;
    this.#become("queued", "Waiting");
  }

  cancel() {
    clearTimeout(this.#timer);
    this.#become("cancelled", "Cancelled");
    this.#request?.abort();
  }

  send() {
    const body = new FormData();
    body.append("csrf", this.csrf);
    body.append("photo", this.file, this.file.name);
    const request = new XMLHttpRequest();
    this.#request = request;
    request.open("POST", this.url);
    request.setRequestHeader("accept", "application/json");
    request.setRequestHeader("x-csrf-token", this.csrf);
    request.upload.onprogress = (event) => {
      this.sent = this.file.size * (event.loaded / event.total);
      this.#become("sending", event.loaded === event.total ? "Checking" : "Uploading");
    };
    request.onload = () => this.#answered(request);
    request.onerror = () => this.#retryLater("The connection was lost.");
    this.#tries += 1;
    this.#become("sending", "Uploading");
    request.send(body);
  }

  #answered(request) {
    const { status } = request;
    const answer = parse(request.responseText);
    if (status < 300) return this.#become("done", answer.duplicate ? "Already in this shoot" : "Uploaded");
    // Too slow, too many at once, or the server's own trouble: all of them pass.
    const passes = status === 408 || status === 429 || status >= 500;
    const afterSeconds = Number(request.getResponseHeader("retry-after")) || 0;
    if (passes) return this.#retryLater(answer.detail ?? "The server is not available at the moment.", afterSeconds);
    this.#become("refused", answer.detail ?? "The server refused this file.");
  }

  #retryLater(reason, afterSeconds = 0) {
    if (this.state === "cancelled") return;
    this.sent = 0;
    if (this.#tries >= TRIES) return this.#become("failed", `${reason} Try again when you are back online.`);
    this.#become("sending", `${reason} Retrying…`);
    const wait = FIRST_WAIT_MS * 3 ** (this.#tries - 1);
    this.#timer = setTimeout(() => this.send(), Math.max(wait, afterSeconds * 1000));
  }

  #become(state, says) {
    this.state = state;
    this.says = says;
    this.onchange(this);
  }
}

function parse(text) {
  try {
    return JSON.parse(text) ?? {};
  } catch {
    return {};
  }
}
