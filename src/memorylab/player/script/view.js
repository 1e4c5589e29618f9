// All panels of a run, at one of two levels: simple.js or everything.js says which.

import { Axes, formOf, isFraction } from "./axes.js";
import { UNIT, around, between } from "./colours.js";
import { element, spacing } from "./elements.js";
import { buildEverything } from "./everything.js";
import { Panel } from "./panels.js";
import { buildSimple } from "./simple.js";
import { nameOf, tellSimply, tellStep } from "./words.js";
import { World, hasWorld } from "./world.js";

export class View {
  /** `order` is that of the locations; `compact` views share the screen with another. */
  constructor(player, run, { simple, order, compact }) {
    Object.assign(this, { player, run, simple, compact });
    this.crowded = compact && Boolean(player.network); // below the laboratory of a model
    this.axes = new Axes(run, simple, order);
    this.panels = [];
    this.lines = [];
    this.touched = []; // what marks a step's write and read in the memory
    this.words = element("p", { class: "mp-words", "aria-live": "polite" });
    this.world = hasWorld(run) ? new World(this) : null;
    const { step, whole } = this.world ?? { step: [], whole: [] };
    const parts = simple ? buildSimple(this) : buildEverything(this);
    const about = run.label ? "" : run.about;
    const heading = element(
      "header",
      { class: "mp-title" },
      element("h3", {}, run.label || nameOf(run)),
      ...(about ? [element("span", {}, about)] : []),
    );
    this.root = element(
      "section",
      { class: `mp-view${compact ? " mp-compact" : ""}`, "aria-label": run.label || "run" },
      heading,
      this.words,
      element(
        "div",
        { class: "mp-main" },
        element("div", { class: "mp-step" }, ...step, ...parts.step),
        element("div", { class: "mp-whole" }, ...whole, ...parts.whole),
      ),
    );
    for (const line of this.lines) line.drawOnce();
  }

  /** Show another run of the same sizes in the same panels. */
  show(run) {
    this.run = run;
    for (const line of this.lines) {
      line.forget();
      line.drawOnce();
    }
  }

  /** The names of the arrays of some forms, see axes.js; in a simple view, only the simple ones. */
  names(...forms) {
    const { run, simple } = this;
    return run
      .names((row) => !simple || row.simple)
      .filter((name) => forms.includes(formOf(run, name)));
  }

  // -- how numbers become colours: as functions, because the run may change

  scaleOf(name) {
    return () => {
      const row = this.run.arrays[name];
      if (isFraction(row)) return this.unit();
      const { low, high } = row;
      // Another step's reward may be negative: its colours must not change their meaning.
      const signed = this.run.signed || low < 0 || name === "reward";
      return signed ? this.shared([name])() : between(0, Math.max(high, 1e-9));
    };
  }

  /** One scale for all of some arrays, symmetric about 0. */
  shared(names) {
    return () => {
      const rows = names.map((name) => this.run.arrays[name]);
      return around(Math.max(...rows.map(({ low, high }) => Math.max(-low, high))));
    };
  }

  unit = () => (this.run.signed ? around(1) : UNIT);

  // -- figures of one step

  /**
   * A panel of arrays that hold one number for each cell: `arrays[pick(row, column)]` holds it, at
   * `index(row, column)`.
   */
  panel({ arrays, pick = () => 0, index, ...options }, width, height, Kind = Panel) {
    const cells = (step) => {
      const values = arrays.map((name) => this.run.at(name, step));
      return (row, column) => values[pick(row, column)][index(row, column)];
    };
    const address = (row, column) => ({
      name: arrays[pick(row, column)],
      index: index(row, column),
    });
    const panel = new Kind(this.player, { ...options, view: this, height, cells, address });
    this.panels.push(panel);
    Object.assign(panel.canvas.style, { width: `${width}px`, height: `${height}px` });
    return panel;
  }

  /** A figure of one panel with its title and the names of its rows and columns. */
  figure(options, width, height) {
    const panel = this.panel(options, width, height);
    const body = element("div", { class: "mp-body" }, this.ticks("row", panel.rows, height));
    const below = panel.columns.names && !panel.columns.shared ? "named" : "column";
    body.append(panel.frame, this.ticks(below, panel.columns, width));
    const about = [panel.title, options.meaning].filter(Boolean).join(": ");
    const caption = element("figcaption", { title: about }, panel.title);
    return element("figure", {}, caption, body);
  }

  ticks(kind, { count, names, titles }, length) {
    const all = kind === "named" || names?.[0]?.length > 4;
    const every = all ? 1 : spacing(count, length, kind === "row" ? 12 : 22);
    const box = element("div", { class: `mp-ticks mp-ticks-${kind}`, "aria-hidden": "true" });
    for (let i = 0; i < count; i += every) {
      const place = `${(100 * (i + 0.5)) / count}%`;
      // Beside a row of a pixel's height a number would reach into the title.
      const style = kind === "row" ? { top: `max(1.5px, ${place})` } : { left: place };
      box.append(element("span", { style, title: titles?.[i] }, String(names ? names[i] : i)));
    }
    return box;
  }

  /**
   * The entries of some arrays, each { label, name, index, size, meaning }: those without heads
   * first, then head by head. An array with names for its columns has an entry for each.
   */
  entries(names) {
    const { run } = this;
    const list = [];
    for (let head = -1; head < (run.heads ?? 0); head++)
      for (const name of names) {
        const { axes, label, columns, meaning } = run.arrays[name];
        const hasHeads = axes.startsWith("T R");
        if (hasHeads !== head >= 0) continue;
        const size = hasHeads ? run.size(name) / run.heads : run.size(name);
        const labels = columns.length ? columns : [label];
        labels.forEach((text, i) =>
          list.push({
            label: hasHeads ? `${text} ${head}` : text,
            name,
            index: (hasHeads ? head * size : 0) + i,
            size,
            meaning,
          }),
        );
      }
    return list;
  }

  /** The environment's picture at the step. */
  frame({ name, height, width, channels }) {
    const { label } = this.run.arrays[name];
    const about = { role: "img", "aria-label": label, "data-panel": "frame" };
    const canvas = element("canvas", { width, height, ...about });
    const context = canvas.getContext("2d");
    const image = context.createImageData(width, height);
    canvas.style.width = `${Math.max(120, Math.min(320, width * 8))}px`;
    this.drawFrame = (step) => {
      const { low, high } = this.run.arrays[name];
      const pixels = this.run.at(name, step);
      for (let i = 0; i < width * height; i++)
        for (let channel = 0; channel < 4; channel++) {
          const value = pixels[i * channels + Math.min(channel, channels - 1)];
          image.data[i * 4 + channel] =
            channel === 3 ? 255 : (255 * (value - low)) / (high - low || 1);
        }
      context.putImageData(image, 0, 0);
    };
    return element("figure", {}, element("figcaption", {}, label), canvas);
  }

  draw(step) {
    for (const panel of this.panels) panel.draw(step);
    for (const line of this.lines) line.follow(step);
    for (const touch of this.touched) touch(step);
    this.drawFrame?.(step);
    this.world?.draw(step);
    this.words.textContent = this.tell(step);
  }

  tell(step) {
    const { run } = this;
    if (run.signed) return "Red is more in the first run, blue more in the second.";
    const number = (location) => this.axes.number("N", location);
    const memory = this.simple ? tellSimply(run, step, number) : tellStep(run, step);
    return [this.world?.tell(step), memory].filter(Boolean).join(" ");
  }

  mark(chosen) {
    for (const panel of [...this.panels, ...this.lines]) panel.mark(chosen);
  }

  light(numbers, step) {
    for (const panel of [...this.panels, ...this.lines]) panel.light(numbers, step);
  }
}
