// All heatmaps of a run.

import { UNIT, around, between, gradient } from "./colours.js";
import { brief, element, spacing } from "./elements.js";
import { Panel, TimeLine } from "./panels.js";
import { tellStep } from "./words.js";

const axis = (kind, count) => ({ kind, count });
const named = (kind, names) => ({ kind, count: names.length, names });
const FRACTIONS = ["fraction", "weighting", "distribution", "links"]; // kinds of 0 to 1
// The axes of the arrays that stand in a figure of one step.
const FIGURES = ["T N", "T R N", "T N W", "T N N", "T W", "T R W"];
const GATES = ["T", "T R", "T R 3"];
const isGate = ({ axes, kind }) => GATES.includes(axes) && FRACTIONS.includes(kind);
const isStrength = ({ axes, kind }) => GATES.includes(axes) && kind === "strength";

export class View {
  constructor(player, run) {
    this.player = player;
    this.run = run;
    this.panels = [];
    this.lines = [];
    this.words = element("p", { class: "mp-words", "aria-live": "polite" });
    const parts = [this.words];
    if (run.label) parts.unshift(element("h3", {}, run.label));
    parts.push(element("div", { class: "mp-band" }, ...this.stepFigures()), this.legend());
    parts.push(this.group("Over the whole run", this.runLines(), true));
    parts.push(this.group("Gates, read modes, strengths", this.gateLines(), run.heads <= 4));
    const label = run.label || "run";
    this.root = element("section", { class: "mp-view", "aria-label": label }, ...parts);
    for (const line of this.lines) line.drawOnce();
  }

  scaleOf(name) {
    const { kind, low, high } = this.run.arrays[name];
    if (FRACTIONS.includes(kind)) return this.unit;
    return this.run.signed || low < 0 ? this.shared([name]) : between(0, Math.max(high, 1e-9));
  }

  /** One scale for all of some arrays, symmetric about 0. */
  shared(names) {
    const rows = names.map((name) => this.run.arrays[name]);
    return around(Math.max(...rows.map(({ low, high }) => Math.max(-low, high))));
  }

  get unit() {
    return this.run.signed ? around(1) : UNIT;
  }

  // -- heatmaps of one step

  /**
   * A figure of arrays that hold one number for each cell: `arrays[pick(row, column)]` holds it, at
   * `index(row, column)`.
   */
  figure({ arrays, pick, index, ...options }, width, height) {
    const cells = (step) => {
      const values = arrays.map((name) => this.run.at(name, step));
      return (row, column) => values[pick(row, column)][index(row, column)];
    };
    const panel = new Panel(this.player, { ...options, cells });
    this.panels.push(panel);
    Object.assign(panel.canvas.style, { width: `${width}px`, height: `${height}px` });
    const body = element("div", { class: "mp-body" }, this.ticks("row", panel.rows, height));
    const below = panel.columns.names && panel.columns.kind !== "location" ? "named" : "column";
    body.append(panel.frame, this.ticks(below, panel.columns, width));
    return element("figure", {}, element("figcaption", {}, panel.title), body);
  }

  ticks(kind, { count, names }, length) {
    const all = kind === "named" || names?.[0]?.length > 4;
    const every = all ? 1 : spacing(count, length, kind === "row" ? 12 : 22);
    const box = element("div", { class: `mp-ticks mp-ticks-${kind}`, "aria-hidden": "true" });
    for (let i = 0; i < count; i += every) {
      const style = { [kind === "row" ? "top" : "left"]: `${(100 * (i + 0.5)) / count}%` };
      box.append(element("span", { style }, String(names ? names[i] : i)));
    }
    return box;
  }

  /**
   * The entries of some arrays, each as [label, name, index in a step]: those without heads first,
   * then head by head. An array with names for its columns has an entry for each, others have one.
   */
  entries(names) {
    const { run } = this;
    const list = [];
    for (let head = -1; head < run.heads; head++)
      for (const name of names) {
        const { axes, label, columns } = run.arrays[name];
        const hasHeads = axes.startsWith("T R");
        if (hasHeads !== head >= 0) continue;
        const start = hasHeads ? (head * run.size(name)) / run.heads : 0;
        const labels = columns.length ? columns : [label];
        labels.forEach((text, i) =>
          list.push([hasHeads ? `${text} ${head}` : text, name, start + i]),
        );
      }
    return list;
  }

  stepFigures() {
    const { run, player } = this;
    const { locations: N, word: W, order } = run;
    const cell = player.runs.length > 1 ? 11 : 14; // Two runs share the width.
    const height = Math.max(120, Math.min(320, N * cell));
    const width = Math.max(84, Math.min(260, W * cell));
    this.locations = named("location", order);
    const shaped = (...shapes) => run.names(({ axes }) => shapes.includes(axes));
    const figures = run.frame ? [this.frame(run.frame)] : [];
    for (const name of shaped("T N W")) figures.push(this.wordsFigure(name, width, height));
    for (const name of shaped("T N N")) figures.push(this.pairsFigure(name, height));
    const writing = shaped("T N");
    figures.push(
      this.columnsFigure("writing", writing, 0, height, (label) => `${label} of location`),
    );
    for (let head = 0; head < run.heads; head++) {
      const say = (label) => `head ${head}, ${label}, location`;
      figures.push(this.columnsFigure(`head ${head}`, shaped("T R N"), head * N, height, say));
    }
    figures.push(this.vectorsFigure(shaped("T W", "T R W"), width));
    return figures;
  }

  /** An array of a word for each location, such as the memory. */
  wordsFigure(name, width, height) {
    const { word: W, order, arrays } = this.run;
    const options = {
      name,
      title: arrays[name].label,
      rows: this.locations,
      columns: axis("word", W),
      scale: this.shared([name]),
      arrays: [name],
      pick: () => 0,
      index: (row, column) => order[row] * W + column,
      tell: (row, column) =>
        `${name}[${order[row]}, ${column}]: location ${order[row]}, position ${column}`,
    };
    return this.figure(options, width, height);
  }

  /** An array of a number for each pair of locations, such as the links. */
  pairsFigure(name, size) {
    const { locations: N, order, arrays } = this.run;
    const related = arrays[name].kind === "links" ? "written right after" : "and";
    const options = {
      name,
      title: arrays[name].label,
      rows: this.locations,
      columns: this.locations,
      scale: this.scaleOf(name),
      arrays: [name],
      pick: () => 0,
      index: (row, column) => order[row] * N + order[column],
      tell: (row, column) =>
        `${name}[${order[row]}, ${order[column]}]: ` +
        `location ${order[row]} ${related} ${order[column]}`,
    };
    return this.figure(options, size, size);
  }

  /** Arrays of a number for each location, one column each. */
  columnsFigure(title, names, start, height, say) {
    const { order, arrays } = this.run;
    const labels = names.map((name) => arrays[name].label);
    const options = {
      name: title,
      title,
      rows: this.locations,
      columns: named("quantity", labels),
      scale: this.unit,
      arrays: names,
      pick: (row, column) => column,
      index: (row) => start + order[row],
      tell: (row, column) => `${say(labels[column])} ${order[row]}`,
    };
    return this.figure(options, names.length * 18, height);
  }

  /** Words: keys, and what is erased, written and read. */
  vectorsFigure(names, width) {
    const entries = this.entries(names);
    const labels = entries.map(([label]) => label);
    const options = {
      name: "vectors",
      title: "words of this step",
      rows: named("vector", labels),
      columns: axis("word", this.run.word),
      scale: this.shared(names),
      arrays: entries.map(([, name]) => name),
      pick: (row) => row,
      index: (row, column) => entries[row][2] + column,
      tell: (row, column) => `${labels[row]}, position ${column}`,
    };
    return this.figure(options, width, entries.length * 15);
  }

  /** The environment's picture at the step. */
  frame({ height, width, channels }) {
    const { low, high } = this.run.arrays.observation;
    const about = { role: "img", "aria-label": "observation", "data-panel": "frame" };
    const canvas = element("canvas", { width, height, ...about });
    const context = canvas.getContext("2d");
    const image = context.createImageData(width, height);
    canvas.style.width = `${Math.max(120, Math.min(320, width * 8))}px`;
    this.drawFrame = (step) => {
      const pixels = this.run.at("observation", step);
      for (let i = 0; i < width * height; i++)
        for (let channel = 0; channel < 4; channel++) {
          const value = pixels[i * channels + Math.min(channel, channels - 1)];
          image.data[i * 4 + channel] =
            channel === 3 ? 255 : (255 * (value - low)) / (high - low || 1);
        }
      context.putImageData(image, 0, 0);
    };
    return element("figure", {}, element("figcaption", {}, "observation"), canvas);
  }

  legend() {
    const { run } = this;
    const words = run.names(({ axes }) => ["T W", "T R W"].includes(axes));
    const unit = run.signed ? "differences" : "links, usage, weightings, gates";
    return element(
      "div",
      { class: "mp-legend" },
      this.bar("memory", this.shared(["memory"])),
      this.bar("words of this step", this.shared(words)),
      this.bar(unit, this.unit),
      element("span", { class: "mp-bar-entry" }, element("i", { class: "mp-hatch" }), "no number"),
    );
  }

  bar(label, { kind, low, high }) {
    const colours = element("i", { class: "mp-gradient", style: { background: gradient(kind) } });
    const text = `${label} ${brief(low)}`;
    return element("span", { class: "mp-bar-entry" }, text, colours, brief(high));
  }

  // -- heatmaps of the whole run

  group(title, rows, open) {
    const summary = element("summary", {}, title);
    const details = element("details", { class: "mp-group" }, summary, ...rows);
    details.open = open;
    return details;
  }

  /** One time-line: `read(row)` tells [array, index in a step] for each row. */
  line(label, rows, read, { scale, height, numbers = false, tell }) {
    const { run } = this;
    const cache = {};
    const title = `${label} over time`;
    const cells = () => (row, column) => {
      if (column >= run.steps) return NaN;
      const [name, index] = read(row);
      cache[name] ??= Array.from({ length: run.steps }, (_, step) => run.at(name, step));
      return cache[name][column][index];
    };
    // All runs on one clock: behind the end of a shorter one there are no numbers.
    const columns = axis("time", this.player.steps);
    const say = (row, column) => `step ${column}, ${tell(row)}`;
    const options = { name: title, title, rows, columns, scale, cells, tell: say };
    const line = new TimeLine(this.player, options);
    line.canvas.style.height = `${height}px`;
    this.lines.push(line);
    const left = element("div", { class: "mp-line-label" });
    if (rows.names && rows.kind !== "location") {
      left.classList.add("mp-line-names");
      left.append(...rows.names.map((text) => element("span", {}, text)));
    } else left.append(label);
    const right = element("div", { class: "mp-line-right" });
    if (numbers) {
      line.numbers = rows.names.map(() => element("span", {}));
      right.append(...line.numbers);
    } else right.append(this.range(scale));
    return element("div", { class: "mp-line" }, left, line.frame, right);
  }

  /** What the darkest and the brightest colour of a line stand for, where it isn't 0 to 1. */
  range({ kind, low, high }) {
    if (low === 0 && high === 1) return "";
    const style = { background: gradient(kind).replace("to right", "to top") };
    const colours = element("i", { class: "mp-gradient mp-upright", style });
    const ends = [high, low].map((value) => element("span", {}, brief(value)));
    return element("span", { class: "mp-range" }, ends[0], colours, ends[1]);
  }

  runLines() {
    const { run } = this;
    const elsewhere = (row) => FIGURES.includes(row.axes) || isGate(row) || isStrength(row);
    const rest = run
      .names((row) => !elsewhere(row))
      .filter((name) => run.size(name) > 0 && !(name === "observation" && run.frame));
    return [
      ...rest.map((name) => this.numbersLine(name)),
      ...this.entries(["usage", "write_weighting", "read_weighting"]).map((entry) =>
        this.locationsLine(...entry),
      ),
    ];
  }

  /** A line of any numbers, such as the input. */
  numbersLine(name) {
    const { label } = this.run.arrays[name];
    const count = this.run.size(name);
    const single = count === 1;
    const rows = single ? named("feature", [label]) : axis("feature", count);
    return this.line(label, rows, (row) => [name, row], {
      scale: this.scaleOf(name),
      height: single ? 16 : Math.max(36, Math.min(110, count * 9)),
      numbers: single,
      tell: (row) => (single ? label : `${label} ${row}`),
    });
  }

  /** A line of a number for each location, such as the usage. */
  locationsLine(label, name, offset) {
    const { locations: N, order } = this.run;
    return this.line(label, this.locations, (row) => [name, offset + order[row]], {
      scale: this.unit,
      height: Math.max(48, Math.min(128, N * 5)),
      tell: (row) => `${label} of location ${order[row]}`,
    });
  }

  gateLines() {
    const { run } = this;
    const strengths = run.names(isStrength);
    const highest = Math.max(1.001, ...strengths.map((name) => run.arrays[name].high));
    const scale = run.signed ? around(highest) : between(1, highest);
    return [
      this.namedLine("gates", run.names(isGate), this.unit),
      this.namedLine("strengths", strengths, scale),
    ];
  }

  /** A line with a name and a number for each of its rows. */
  namedLine(title, names, scale) {
    const entries = this.entries(names);
    const labels = entries.map(([label]) => label);
    return this.line(title, named("gate", labels), (row) => entries[row].slice(1), {
      scale,
      height: entries.length * 16,
      numbers: true,
      tell: (row) => labels[row],
    });
  }

  draw(step) {
    for (const panel of this.panels) panel.draw(step);
    for (const line of this.lines) line.follow(step);
    this.drawFrame?.(step);
    this.words.textContent = this.run.signed
      ? "Red is more in the first run, blue more in the second."
      : tellStep(this.run, step);
  }

  mark(chosen) {
    for (const panel of [...this.panels, ...this.lines]) panel.mark(chosen);
  }
}
