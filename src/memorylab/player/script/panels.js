// One heatmap, one over the whole run, and bars beside one.

import { PALETTES } from "./colours.js";
import { brief, drawing, element, show } from "./elements.js";

const NOTED = 0.1; // A bar shorter than this part of the scale has no number.

/**
 * A heatmap on a canvas of one pixel per cell, which the browser magnifies.
 *
 * `cells(step)` returns the function of row and column that gives the numbers at a step, and
 * `scale()` says how they become colours. `rows` and `columns` are { kind, count, names, shared }:
 * shared ones take part in the marks of all panels with an axis of their kind. `address(row,
 * column)` tells which number of which array a cell shows: { name, index, step }, without a step
 * where it is the player's. A cell that is not a number stays transparent, and the hatching behind
 * shows.
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
    this.lights = element("div", { class: "mp-marks" });
    this.frame = element("div", { class: "mp-frame" }, canvas, this.marks, this.lights);
    canvas.addEventListener("pointermove", (event) => this.point(event));
    canvas.addEventListener("pointerleave", () => player.select(null));
    canvas.addEventListener("focus", () => this.choose(this.cell ?? [0, 0]));
    canvas.addEventListener("blur", () => player.select(null));
    canvas.addEventListener("keydown", (event) => this.key(event));
    canvas.addEventListener("click", (event) => {
      this.choose(this.place(event));
      player.tellCell(this, event);
    });
  }

  draw(step) {
    const value = this.cells(step);
    const { kind, low, high } = this.scale();
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
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (!(event.key in move) && event.key !== "Enter") return;
    event.preventDefault();
    event.stopPropagation();
    if (event.key === "Enter") return this.player.tellCell(this, event);
    const [row, column] = this.cell ?? [0, 0];
    const [down, right] = move[event.key];
    this.choose([
      Math.max(0, Math.min(this.rows.count - 1, row + down)),
      Math.max(0, Math.min(this.columns.count - 1, column + right)),
    ]);
  }

  /** What the chosen cell stands for, for the other panels: places as [kind, index]. */
  chosen() {
    const [row, column] = this.cell;
    const places = [];
    for (const [{ kind, shared }, index] of [
      [this.rows, row],
      [this.columns, column],
    ])
      if (shared) places.push([kind, index]);
    return { panel: this, row, column, places };
  }

  readout(step) {
    const [row, column] = this.cell;
    const value = show(this.cells(step)(row, column));
    return `${this.tell(row, column, step)} = ${value}`;
  }

  /** A bar over a row or a column. */
  bar(along, index, name) {
    const [{ count }, start, size] =
      along === "row" ? [this.rows, "top", "height"] : [this.columns, "left", "width"];
    const style = { [start]: `${(100 * index) / count}%`, [size]: `${100 / count}%` };
    return element("div", { class: `mp-mark mp-${along} ${name}`, style });
  }

  mark(chosen) {
    const { rows, columns } = this;
    const bars = [];
    if (chosen?.panel === this) {
      bars.push(this.bar("row", chosen.row, "mp-strong"));
      bars.push(this.bar("column", chosen.column, "mp-strong"));
    } else if (chosen) {
      const of = ({ kind, shared }) =>
        shared ? chosen.places.filter((place) => place[0] === kind).map((place) => place[1]) : [];
      const marked = [of(rows), of(columns)];
      // A link's two locations, or both the row and the column of a single one.
      if (rows.shared && rows.kind === columns.kind && marked[0].length)
        marked.splice(0, 2, [marked[0][0]], [marked[0][1] ?? marked[0][0]]);
      bars.push(...marked[0].map((index) => this.bar("row", index, "")));
      bars.push(...marked[1].map((index) => this.bar("column", index, "")));
    }
    this.marks.replaceChildren(...bars);
  }

  /** Whether a cell shows a number of the array `name`. */
  shows(name) {
    for (let row = 0; row < this.rows.count; row++)
      for (let column = 0; column < this.columns.count; column++)
        if (this.address(row, column).name === name) return true;
    return false;
  }

  /** Light the cells that show one of some numbers, each { name, index, step }. */
  light(numbers, step) {
    const cells = [];
    const { count: height } = this.rows;
    const { count: width } = this.columns;
    for (let row = 0; numbers.length && row < height; row++)
      for (let column = 0; column < width; column++) {
        const here = { step, ...this.address(row, column) };
        if (
          !numbers.some((one) => ["name", "index", "step"].every((key) => one[key] === here[key]))
        )
          continue;
        const style = {
          top: `${(100 * row) / height}%`,
          left: `${(100 * column) / width}%`,
          height: `${100 / height}%`,
          width: `${100 / width}%`,
        };
        cells.push(element("div", { class: "mp-lit", style }));
      }
    this.lights.replaceChildren(...cells);
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
    this.update?.();
  }

  follow(step) {
    const width = 100 / this.columns.count;
    this.cursor.style.left = `${Math.min(step, this.columns.count - 1) * width}%`;
    this.cursor.style.width = `max(3px, ${width}%)`;
    this.verdict?.(step);
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

/**
 * A column of bars, one for each row, over a canvas that serves for pointing. `tone` is their
 * colour's class; `mirrored` bars grow to the left. The numbers of the longest stand in `notes`.
 */
export class Bars extends Panel {
  constructor(player, options) {
    super(player, options);
    this.path = drawing("path", { class: "mp-bar" });
    this.missing = drawing("path", { class: "mp-missing" });
    const box = { viewBox: `0 0 100 ${this.rows.count}`, preserveAspectRatio: "none" };
    this.canvas.after(drawing("svg", { ...box, "aria-hidden": "true" }, this.path, this.missing));
    this.canvas.setAttribute("aria-roledescription", "bars");
    this.frame.classList.add("mp-bars", this.tone);
    this.notes = element("div", { class: `mp-notes ${this.tone}`, "aria-hidden": "true" });
  }

  draw(step) {
    const value = this.cells(step);
    const { low, high } = this.scale();
    const at = (number) => {
      const part = Math.max(0, Math.min(1, (number - low) / (high - low)));
      return 100 * (this.mirrored ? 1 - part : part);
    };
    const { count } = this.rows;
    const roomy = this.height / count >= 11;
    let bars = "";
    let missing = "";
    let noted = [];
    for (let row = 0; row < count; row++) {
      const number = value(row, 0);
      if (number !== number) {
        missing += `M0 ${row + 0.5}h100`;
        continue;
      }
      const start = at(0);
      bars += `M${start.toFixed(2)} ${row + 0.12}v.76H${at(number).toFixed(2)}v-.76z`;
      const size = Math.abs(number);
      if (size < NOTED * high) continue;
      if (roomy) noted.push([row, number]);
      else if (!noted.length || size > Math.abs(noted[0][1])) noted = [[row, number]];
    }
    this.path.setAttribute("d", bars);
    this.missing.setAttribute("d", missing);
    this.notes.replaceChildren(
      ...noted.map(([row, number]) => {
        const style = { top: `${(100 * (row + 0.5)) / count}%` };
        return element("span", { style }, number.toFixed(2).replace("-", "−"));
      }),
    );
  }
}
