// "Why this number?": the equation of a cell, with its numbers and the cells they came from.

import { subscript } from "./axes.js";
import { covers, formatEdit } from "./disturbance.js";
import { nameCell } from "./edits.js";
import { element, show } from "./elements.js";
import { Letters, Numbers, flatten, shorten, shownSources, sources } from "./expressions.js";
import { formulasOf } from "./formulas.js";
import { mathml, number, partsOf } from "./mathml.js";
import { indicesOf } from "./numbers.js";

const TOLERANCE = 1e-4; // Recorded numbers may have crossed as 32-bit floats.
const LIT = 256; // Of more cells than this, only those behind the numbers that are shown are lit.
const LETTERS = { N: "n", W: "w", R: "i", H: "q", D: "d", 3: "m" };

/** The model behind a run; a run that was recorded whole has only its sizes. */
function modelOf(run) {
  if (run.model) return run.model;
  const { locations, word, heads } = run;
  return { sizes: { locations, word, heads }, weights: null };
}

const withModel = (run) =>
  run.model ? run : Object.assign(Object.create(run), { model: modelOf(run) });

/**
 * How a number came about: { value, text } if no equation gives it, otherwise { value, lines,
 * expression, sources, note }. Each line is { equation, numbers } as MathML; `expression` has the
 * numbers that are shown, and combines to the value; `sources` are the cells behind them.
 */
export function explain(run, name, flat, step) {
  const value = run.at(name, step)[flat];
  const row = run.arrays[name];
  if (run.signed) return { value, text: "A difference of two runs: each has an explanation." };
  const index = indicesOf(run.shapeOf(name), flat);
  const edit = run.disturbance?.edits.findLast((one) => covers(one, name, index, step));
  if (edit) return { value, text: `Set by the disturbance ${formatEdit(edit)}.` };
  const whole = withModel(run);
  const formula = run.has("write_weighting")
    ? formulasOf(whole.model).find((one) => one.name === name)
    : null;
  if (!formula) return { value, text: untold(run, row) };
  const axes = formula.axes.split(" ").slice(1);
  const letters = formula.letters ?? axes.map((axis, i) => LETTERS[axis] ?? index[i]);
  const left = new Letters(whole.model).now(name, ...letters);
  const general = formula.explain(new Letters(whole.model), ...letters);
  const own = formula.explain(new Numbers(whole, step), ...index);
  const shown = shorten(own);
  const lines = [{ equation: [left, general], numbers: [value, shown] }];
  const [part, itsNumbers] = [namedIn(general), namedIn(shown)];
  if (part)
    lines.push({ equation: [part, part.args[0]], numbers: [itsNumbers.value, itsNumbers.args[0]] });
  const differs = !(Math.abs(own.value - value) <= TOLERANCE * Math.max(1, Math.abs(value)));
  const surprise = `The equation gives ${show(own.value)}: the run was changed, or had begun before.`;
  const note = [formula.note, differs ? surprise : ""].filter(Boolean).join(" ");
  return {
    value,
    lines,
    expression: shown,
    sources: unique(shownSources(shown)),
    all: unique(sources(own)),
    note,
  };
}

/** The first part of an expression that has a name of its own. */
function namedIn(expression) {
  if (expression.op === "named") return expression;
  for (const arg of expression.args) {
    const found = namedIn(arg);
    if (found) return found;
  }
  return null;
}

function unique(cells) {
  const known = new Map();
  for (const cell of cells) known.set(keyOf(cell), cell);
  return [...known.values()];
}

/** Why there is no equation for a number. */
function untold(run, row) {
  if (!row) return "";
  if (run.has("write_weighting") && !row.optional && row.label !== "input")
    return "Asked for by the controller; its weights aren't in this page.";
  return `It isn't computed by an equation of the DNC: ${row.meaning}.`;
}

/** The explanations of a player, in its slot "why". */
export class Why {
  constructor(player) {
    Object.assign(this, { player, path: [] });
    this.root = player.slots.why;
    player.onCell((cell) => {
      this.open([cell], cell.event.type === "keydown");
      this.root.scrollIntoView({ block: "nearest" }); // it may be below the window
    });
    // Before the player takes the key for itself.
    player.root.addEventListener("keydown", (event) => this.key(event), { capture: true });
    // An equation that is too wide takes the arrow keys to scroll.
    this.root.addEventListener("keydown", (event) => {
      const { target, key } = event;
      const scrolls = target.matches(".mp-why-line") && target.scrollWidth > target.clientWidth;
      if (scrolls && ["ArrowLeft", "ArrowRight"].includes(key)) event.stopPropagation();
    });
    this.root.addEventListener("click", (event) => {
      const place = event.target.closest?.("[data-from]");
      if (place) this.follow(this.cells[place.dataset.from]);
    });
  }

  key(event) {
    if (event.key !== "Escape" || !this.path.length) return;
    event.preventDefault();
    event.stopPropagation();
    this.close();
  }

  /** Explain the last cell of a path { run, name, index, step, panel }; `take` the focus, or not. */
  open(path, take) {
    this.path = path;
    const { run, name, index, step } = path.at(-1);
    const why = explain(run, name, index, step);
    const from = (why.all ?? []).map((cell) => flat(run, cell));
    this.cells = (why.sources ?? []).map((cell) => flat(run, cell));
    const title = `${this.plain(run, name, index)}${subscript(run, name, index)} at step ${step} = ${show(why.value)}`;
    this.heading = element("h4", { tabindex: "-1" }, title);
    const button = (action, text, onclick) =>
      element("button", { type: "button", "data-action": action, onclick }, text);
    const buttons = [button("close-why", "close", () => this.close())];
    if (path.length > 1) buttons.unshift(button("back-why", "back", () => this.back()));
    const panel = element(
      "section",
      { class: "mp-why-panel", "aria-label": "Why this number?" },
      element("div", { class: "mp-why-head" }, this.heading, ...buttons),
    );
    if (why.text) panel.append(element("p", {}, why.text));
    for (const line of why.lines ?? []) panel.append(this.equation(line, why));
    if (why.note) panel.append(element("p", { class: "mp-why-note" }, why.note));
    if (this.cells.length) panel.append(this.links(run, from.length));
    this.root.replaceChildren(panel);
    this.player.light(run, [...(from.length > LIT ? this.cells : from), { name, index, step }]);
    if (take) this.heading.focus();
  }

  /** What a cell is called where the picture counts from 1, before its name in Python. */
  plain(run, name, flat) {
    const { axes, simple } = this.player.board.front;
    if (!simple || !run.has(name)) return "";
    return `${nameCell(name, indicesOf(run.shapeOf(name), flat), run.arrays, axes)}: `;
  }

  /** An equation, and under it the same with this cell's numbers. */
  equation({ equation, numbers }, { sources: cells }) {
    const places = new Map(cells.map((cell, i) => [keyOf(cell), i]));
    const write = (leaf) => {
      const place = leaf.source && places.get(keyOf(leaf.source));
      const text = number(leaf);
      return place === undefined || place === null
        ? text
        : `<mrow data-from="${place}" class="mp-from">${text}</mrow>`;
    };
    const [left, right] = equation;
    const letters = ({ symbol }) => symbol;
    const [value, terms] = numbers;
    const equals = ([first, ...rest]) => [`<mo>=</mo>${first}`, ...rest];
    const symbols = [mathml(left, letters), ...equals(partsOf(right, letters))];
    const figures = [...equals(partsOf(terms, write)), ...equals([number({ value })])];
    // Each part by itself, so that a narrow page can break the line between them.
    const math = (part) => `<math displaystyle="true"><mrow>${part}</mrow></math>`;
    const line = (parts) => `<div>${parts.map(math).join(" ")}</div>`;
    const template = document.createElement("template");
    const scrolls = 'tabindex="0" role="group" aria-label="equation"';
    template.innerHTML = `<div class="mp-why-line" ${scrolls}>${line(symbols)}${line(figures)}</div>`;
    return template.content;
  }

  /** The cells behind the numbers that are shown, to be followed. */
  links(run, all) {
    const links = this.cells.map(({ name, index, step }, i) => {
      const text = `${subscript(run, name, index)} at step ${step} = ${show(run.at(name, step)[index])}`;
      const title = this.plain(run, name, index) + text;
      return element("button", { type: "button", "data-from": i, title }, text);
    });
    const more = all > links.length ? ` and ${all - links.length} more` : "";
    return element("p", { class: "mp-why-from" }, "from ", ...links, more);
  }

  follow(cell) {
    const { run } = this.path.at(-1);
    this.player.seek(cell.step);
    this.open([...this.path, { run, ...cell }], true);
  }

  back() {
    const path = this.path.slice(0, -1);
    this.player.seek(path.at(-1).step);
    this.open(path, true);
  }

  /** Explain the same cell of a run that took the place of another, or close if it has none. */
  renew(before, after) {
    if (!this.path.length) return;
    const { run, name, index, step } = this.path.at(-1);
    const now = after[before.indexOf(run)];
    const fits = now && step < now.steps && (now.has(name) || now.stepShapes?.[name]);
    if (fits && index < now.at(name, step).length)
      this.open([{ ...this.path.at(-1), run: now }], false);
    else this.close();
  }

  close() {
    const [{ run, panel }] = this.path;
    this.path = [];
    this.root.replaceChildren();
    this.player.light(run, []);
    panel?.canvas.focus();
  }
}

const keyOf = ({ name, index, step }) => `${name} ${index} ${step}`;

/** A cell with its place in the flat array, as panels have it. */
const flat = (run, { name, index, step }) => ({
  name,
  index: flatten(index, run.shapeOf(name)),
  step,
});
