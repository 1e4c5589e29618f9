// One heatmap, and one over the whole run.

import { PALETTES } from "./colours.js";
import { brief, element, show } from "./elements.js";

/**
 * A heatmap on a canvas of one pixel per cell, which the browser magnifies.
 *
 * `cells(step)` returns the function of row and column that gives the numbers at a step. `rows` and
 * `columns` are { kind, count, names }: kind "location", "word" or "time" is what marks are shared
 * by. A cell that is not a number stays transparent, and the hatching behind shows.
 */
export class Panel {
  constructor(player, options) {
    Object.assign(this, options);
    this.player = player;
    const canvas = (this.canvas = element("canvas", {
      width: this.columns.count,
      height: this.rows.count,
      tabindex: "0",
      role: "application",
      "aria-roledescription": "heatmap",
      "aria-label":
        `${this.title}: ${this.rows.count} by ${this.columns.count}. ` +
        "Arrow keys move from cell to cell.",
      "data-panel": this.name,
    }));
    this.context = canvas.getContext("2d", { alpha: true });
    this.image = this.context.createImageData(this.columns.count, this.rows.count);
    this.words = new Uint32Array(this.image.data.buffer);
    this.cell = null;
    this.marks = element("div", { class: "mp-marks" });
    this.frame = element("div", { class: "mp-frame" }, canvas, this.marks);
    canvas.addEventListener("pointermove", (event) => this.point(event));
    canvas.addEventListener("pointerleave", () => player.select(null));
    canvas.addEventListener("focus", () => this.choose(this.cell ?? [0, 0]));
    canvas.addEventListener("blur", () => player.select(null));
    canvas.addEventListener("keydown", (event) => this.key(event));
  }

  draw(step) {
    const value = this.cells(step);
    const { kind, low, high } = this.scale;
    const colours = PALETTES[kind];
    const factor = 255 / (high - low);
    const { words } = this;
    const width = this.columns.count;
    for (let row = 0, place = 0; row < this.rows.count; row++)
      for (let column = 0; column < width; column++, place++) {
        const number = value(row, column);
        const index = (number - low) * factor;
        words[place] =
          number !== number ? 0 : colours[index < 0 ? 0 : index > 255 ? 255 : (index + 0.5) | 0];
      }
    this.context.putImageData(this.image, 0, 0);
  }

  place(event) {
    const box = this.canvas.getBoundingClientRect();
    const at = (offset, length, count) =>
      Math.max(0, Math.min(count - 1, Math.floor((offset / length) * count)));
    return [
      at(event.clientY - box.top, box.height, this.rows.count),
      at(event.clientX - box.left, box.width, this.columns.count),
    ];
  }

  point(event) {
    this.choose(this.place(event));
  }

  choose(cell) {
    this.cell = cell;
    this.player.select(this);
  }

  key(event) {
    const move = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
    if (!(event.key in move) || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    const [row, column] = this.cell ?? [0, 0];
    const [down, right] = move[event.key];
    this.choose([
      Math.max(0, Math.min(this.rows.count - 1, row + down)),
      Math.max(0, Math.min(this.columns.count - 1, column + right)),
    ]);
  }

  /** What the chosen cell stands for, for the other panels. */
  chosen() {
    const [row, column] = this.cell;
    const chosen = { panel: this, row, column, locations: [], word: null };
    for (const [axis, index] of [
      [this.rows, row],
      [this.columns, column],
    ]) {
      if (axis.kind === "location") chosen.locations.push(index);
      if (axis.kind === "word") chosen.word = index;
    }
    return chosen;
  }

  readout(step) {
    const [row, column] = this.cell;
    const value = show(this.cells(step)(row, column));
    return `${this.tell(row, column, step)} = ${value}`;
  }

  mark(chosen) {
    const { rows, columns } = this;
    const bars = [];
    const bar = (along, index, strong) => {
      if (index === undefined || index === null) return;
      const [{ count }, start, size] =
        along === "row" ? [rows, "top", "height"] : [columns, "left", "width"];
      const style = { [start]: `${(100 * index) / count}%`, [size]: `${100 / count}%` };
      bars.push(
        element("div", { class: `mp-mark mp-${along}${strong ? " mp-strong" : ""}`, style }),
      );
    };
    if (chosen?.panel === this) {
      bar("row", chosen.row, true);
      bar("column", chosen.column, true);
    } else if (chosen) {
      const { locations, word } = chosen;
      if (rows.kind === "location" && columns.kind === "location") {
        // A link's two locations, or both the row and the column of a single one.
        bar("row", locations[0]);
        bar("column", locations[1] ?? locations[0]);
      } else if (rows.kind === "location") locations.forEach((index) => bar("row", index));
      if (columns.kind === "word") bar("column", word);
    }
    this.marks.replaceChildren(...bars);
  }
}

/** A heatmap over the whole run, whose columns are steps: drawn once, with a cursor to drag. */
export class TimeLine extends Panel {
  constructor(player, options) {
    super(player, options);
    this.cursor = element("div", { class: "mp-cursor" });
    this.frame.append(this.cursor);
    this.frame.classList.add("mp-time");
    this.canvas.addEventListener("pointerdown", (event) => {
      this.canvas.setPointerCapture(event.pointerId);
      this.seek(event);
    });
  }

  seek(event) {
    const box = this.canvas.getBoundingClientRect();
    this.player.seek(Math.floor(((event.clientX - box.left) / box.width) * this.columns.count));
  }

  point(event) {
    if (event.buttons & 1) this.seek(event);
    super.point(event);
  }

  draw() {}

  drawOnce() {
    super.draw(0);
  }

  follow(step) {
    const width = 100 / this.columns.count;
    this.cursor.style.left = `${Math.min(step, this.columns.count - 1) * width}%`;
    this.cursor.style.width = `max(3px, ${width}%)`;
    if (this.numbers) {
      const value = this.cells(0);
      this.numbers.forEach((node, row) => {
        const number = value(row, step);
        node.textContent = Number.isNaN(number)
          ? ""
          : number !== 0 && Math.abs(number) < 1e-3
            ? "0.000"
            : brief(number);
      });
    }
  }
}
