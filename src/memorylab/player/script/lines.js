// Heatmaps of the whole run under each other, with the step as a cursor.

import { gradient } from "./colours.js";
import { brief, element, spacing } from "./elements.js";
import { TimeLine } from "./panels.js";

const NARROW = 180; // pixels: the steps' numbers must fit a line as narrow as on a phone

/**
 * One line. `read(row)` tells [array, index in a step] for each row, `tell(row)` says it in words;
 * `at(name, step)` gives the numbers if they aren't the run's own, and `meaning` is the label's
 * tooltip.
 */
export function line(view, label, rows, read, options) {
  const {
    name = `${label} over time`,
    scale,
    height,
    numbers = false,
    tell,
    meaning,
    tone = "",
  } = options;
  const at = options.at ?? ((array, step) => view.run.at(array, step));
  let known = {};
  const cells = () => (row, column) => {
    if (column >= view.run.steps) return NaN;
    const [array, index] = read(row);
    // Copies, because a run may reuse its arrays.
    known[array] ??= Array.from({ length: view.run.steps }, (_, step) => at(array, step).slice());
    return known[array][column][index];
  };
  const panel = new TimeLine(view.player, {
    name,
    title: `${label} over time`,
    view,
    rows,
    // All runs on one clock: behind the end of a shorter one there are no numbers.
    columns: { kind: "time", count: view.player.steps },
    scale,
    cells,
    tell: (row, column) => `step ${column}, ${tell(row)}`,
    address(row, column) {
      const [array, index] = read(row);
      return { name: array, index, step: column };
    },
    forget: () => (known = {}),
  });
  panel.canvas.style.height = `${height}px`;
  view.lines.push(panel);
  const left = element("div", { class: `mp-line-label ${tone}`, title: meaning });
  if (rows.names && !rows.shared && rows.count > 1) {
    left.classList.add("mp-line-names");
    left.append(...rows.names.map((text, i) => element("span", { title: rows.titles?.[i] }, text)));
  } else left.append(label);
  const right = element("div", { class: "mp-line-right" });
  if (options.verdict) {
    panel.verdict = (step) => (right.textContent = options.verdict(step));
    right.classList.add("mp-verdict");
  } else if (numbers) {
    panel.numbers = Array.from({ length: rows.count }, () => element("span", {}));
    right.append(...panel.numbers);
  } else panel.update = () => right.replaceChildren(range(scale()));
  return { panel, root: element("div", { class: "mp-line" }, left, panel.frame, right) };
}

/** What the darkest and the brightest colour of a line stand for, where it isn't 0 to 1. */
function range({ kind, low, high }) {
  if (low === 0 && high === 1) return "";
  const style = { background: gradient(kind).replace("to right", "to top") };
  const colours = element("i", { class: "mp-gradient mp-upright", style });
  const ends = [high, low].map((value) => element("span", {}, brief(value)));
  return element("span", { class: "mp-range" }, ends[0], colours, ends[1]);
}

/** The numbers of the steps, under the last line. */
export function clockLine(steps) {
  const every = spacing(steps, NARROW, 22);
  const ticks = element("div", { class: "mp-ticks mp-ticks-column" });
  for (let step = 0; step < steps; step += every)
    ticks.append(
      element("span", { style: { left: `${(100 * (step + 0.5)) / steps}%` } }, `${step}`),
    );
  return element(
    "div",
    { class: "mp-line mp-clock", "aria-hidden": "true" },
    element("div", { class: "mp-line-label" }, "step"),
    ticks,
  );
}
