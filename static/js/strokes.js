// The strokes painted on a mask, so that they can be undone. The canvas shows them: its alpha is the mask.

const RED = "#d42a1c";
// Strokes that can be undone; older ones become part of the base below the others.
const KEPT = 100;

export class Strokes {
  #canvas;
  #context;
  #detected;
  #base;
  #done = [];
  #undone = [];

  /** `detected`: the mask to begin with, grey, white is sky; null begins with nothing. */
  constructor(canvas, detected) {
    this.#canvas = canvas;
    this.#context = canvas.getContext("2d");
    this.#detected = detected && overlayOf(detected, canvas);
    this.#base = this.#detected;
    this.#redraw();
  }

  get canUndo() {
    return this.#done.length > 0;
  }

  get canRedo() {
    return this.#undone.length > 0;
  }

  /** A stroke `width` pixels of the mask wide, from its first point on. */
  begin(width, removes, point) {
    this.#add({ width, removes, points: [point] });
  }

  extend(point) {
    const { points, ...brush } = this.#done.at(-1);
    points.push(point);
    draw(this.#context, { ...brush, points: points.slice(-2) });
  }

  /** Drops the stroke being drawn: a second finger came down to zoom the page. */
  drop() {
    this.#done.pop();
    this.#redraw();
  }

  clear() {
    this.#add({ whole: null });
  }

  resetToDetected() {
    this.#add({ whole: this.#detected });
  }

  undo() {
    if (this.canUndo) this.#undone.push(this.#done.pop());
    this.#redraw();
  }

  redo() {
    if (this.canRedo) this.#done.push(this.#undone.pop());
    this.#redraw();
  }

  /** A PNG without transparency: white where there is sky. */
  async toBlob() {
    const { width, height } = this.#canvas;
    const { canvas, context } = newCanvas(width, height);
    context.drawImage(this.#canvas, 0, 0);
    for (const [mode, colour] of [["source-in", "#fff"], ["destination-over", "#000"]]) {
      context.globalCompositeOperation = mode;
      context.fillStyle = colour;
      context.fillRect(0, 0, width, height);
    }
    return new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
  }

  #add(step) {
    this.#done.push(step);
    this.#undone = [];
    if (this.#done.length > KEPT) this.#settle(this.#done.shift());
    draw(this.#context, step);
  }

  #settle(step) {
    const { canvas, context } = newCanvas(this.#canvas.width, this.#canvas.height);
    draw(context, { whole: this.#base });
    draw(context, step);
    this.#base = canvas;
  }

  #redraw() {
    draw(this.#context, { whole: this.#base });
    for (const step of this.#done) draw(this.#context, step);
  }
}

function draw(context, step) {
  if ("whole" in step) return fill(context, step.whole);
  const { width, removes, points } = step;
  context.globalCompositeOperation = removes ? "destination-out" : "source-over";
  Object.assign(context, { fillStyle: RED, strokeStyle: RED, lineWidth: width, lineCap: "round", lineJoin: "round" });
  // A line without length has no ends to be round: the first touch is a disc.
  context.beginPath();
  context.arc(points[0].x, points[0].y, width / 2, 0, 2 * Math.PI);
  context.fill();
  context.beginPath();
  for (const { x, y } of points) context.lineTo(x, y);
  context.stroke();
}

function fill(context, overlay) {
  context.globalCompositeOperation = "source-over";
  context.clearRect(0, 0, context.canvas.width, context.canvas.height);
  if (overlay) context.drawImage(overlay, 0, 0);
}

/** A red overlay, as dense as the mask is light. */
function overlayOf(detected, { width, height }) {
  const { canvas, context } = newCanvas(width, height);
  context.drawImage(detected, 0, 0, width, height);
  const pixels = context.getImageData(0, 0, width, height);
  for (let at = 0; at < pixels.data.length; at += 4) pixels.data[at + 3] = pixels.data[at];
  context.putImageData(pixels, 0, 0);
  context.globalCompositeOperation = "source-in";
  context.fillStyle = RED;
  context.fillRect(0, 0, width, height);
  return canvas;
}

function newCanvas(width, height) {
  const canvas = Object.assign(document.createElement("canvas"), { width, height });
  return { canvas, context: canvas.getContext("2d") };
}
