// What was painted on a mask, one stroke after the other, so that it can be taken back. The canvas shows it: its alpha is the mask.

const RED = "#d42a1c";
// Strokes that can be taken back; older ones become part of the floor that the others lie on.
const KEPT = 100;

export class Strokes {
  #canvas;
  #paper;
  #found;
  #floor;
  #done = [];
  #undone = [];

  /** `found`: the mask to begin with, grey, white is sky; null begins with nothing. */
  constructor(canvas, found) {
    this.#canvas = canvas;
    this.#paper = canvas.getContext("2d");
    this.#found = found && filmOf(found, canvas);
    this.#floor = this.#found;
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
    draw(this.#paper, { ...brush, points: points.slice(-2) });
  }

  /** The stroke in hand never was: a second finger came down to enlarge the page. */
  drop() {
    this.#done.pop();
    this.#redraw();
  }

  nothing() {
    this.#add({ whole: null });
  }

  backToFound() {
    this.#add({ whole: this.#found });
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
    const { canvas, paper } = sheet(width, height);
    paper.drawImage(this.#canvas, 0, 0);
    for (const [mode, colour] of [["source-in", "#fff"], ["destination-over", "#000"]]) {
      paper.globalCompositeOperation = mode;
      paper.fillStyle = colour;
      paper.fillRect(0, 0, width, height);
    }
    return new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
  }

  #add(step) {
    this.#done.push(step);
    this.#undone = [];
    if (this.#done.length > KEPT) this.#settle(this.#done.shift());
    draw(this.#paper, step);
  }

  #settle(step) {
    const { canvas, paper } = sheet(this.#canvas.width, this.#canvas.height);
    draw(paper, { whole: this.#floor });
    draw(paper, step);
    this.#floor = canvas;
  }

  #redraw() {
    draw(this.#paper, { whole: this.#floor });
    for (const step of this.#done) draw(this.#paper, step);
  }
}

function draw(paper, step) {
  if ("whole" in step) return lay(paper, step.whole);
  const { width, removes, points } = step;
  paper.globalCompositeOperation = removes ? "destination-out" : "source-over";
  Object.assign(paper, { fillStyle: RED, strokeStyle: RED, lineWidth: width, lineCap: "round", lineJoin: "round" });
  // A line without length has no ends to be round: the first touch is a disc.
  paper.beginPath();
  paper.arc(points[0].x, points[0].y, width / 2, 0, 2 * Math.PI);
  paper.fill();
  paper.beginPath();
  for (const { x, y } of points) paper.lineTo(x, y);
  paper.stroke();
}

function lay(paper, film) {
  paper.globalCompositeOperation = "source-over";
  paper.clearRect(0, 0, paper.canvas.width, paper.canvas.height);
  if (film) paper.drawImage(film, 0, 0);
}

/** A red film, as dense as the mask is light. */
function filmOf(found, { width, height }) {
  const { canvas, paper } = sheet(width, height);
  paper.drawImage(found, 0, 0, width, height);
  const pixels = paper.getImageData(0, 0, width, height);
  for (let at = 0; at < pixels.data.length; at += 4) pixels.data[at + 3] = pixels.data[at];
  paper.putImageData(pixels, 0, 0);
  paper.globalCompositeOperation = "source-in";
  paper.fillStyle = RED;
  paper.fillRect(0, 0, width, height);
  return canvas;
}

function sheet(width, height) {
  const canvas = Object.assign(document.createElement("canvas"), { width, height });
  return { canvas, paper: canvas.getContext("2d") };
}
