// The level for first contact: the memory with the marks of where a step writes and reads beside
// its rows; and over the run the input, the writes, the reads and the answer.

import { byPlaces, formOf, placesOf, subscript } from "./axes.js";
import { UNIT, around } from "./colours.js";
import { drawing, element } from "./elements.js";
import { numbersLine, placesLine } from "./everything.js";
import { answerAt, hasBits, isAsked, isWrong } from "./answer.js";
import { clockLine } from "./lines.js";
import { Bars } from "./panels.js";
import { plainLabel } from "./words.js";
import { hasWorld } from "./world.js";

const TOUCHED = 0.1; // A row with a smaller weight is not marked as written or read.

/**
 * Pixels, at most unless `least`: of the figures of a step those of a row, of a word's position, of
 * bars beside words and of bars of their own; of the lines those of a number's and of all placed ones.
 */
const SIZES = {
  wide: { row: 19, least: 160, most: 304, word: 15, side: 52, own: 150, line: 52, placed: 152 },
  laboratory: {
    row: 13,
    least: 120,
    most: 208,
    word: 13,
    side: 52,
    own: 150,
    line: 38,
    placed: 106,
  },
  agent: { row: 12, least: 88, most: 144, word: 13, side: 52, own: 150, line: 26, placed: 68 },
  agents: { row: 8, least: 48, most: 88, word: 9, side: 40, own: 100, line: 16, placed: 44 },
  crowded: { row: 5, least: 80, most: 96, word: 9, side: 40, own: 100, line: 22, placed: 52 },
  compact: { row: 8, least: 120, most: 152, word: 9, side: 40, own: 100, line: 30, placed: 80 },
};
/** Two runs share the screen's width; a laboratory and an agent's world share its height. */
function sizesFor({ compact, crowded, world, player }) {
  if (world && player.network) return SIZES[compact ? "agents" : "agent"];
  return SIZES[crowded ? "crowded" : compact ? "compact" : player.network ? "laboratory" : "wide"];
}

export function buildSimple(view) {
  return { step: stepFigures(view), whole: runLines(view) };
}

const clamp = (low, value, high) => Math.max(low, Math.min(value, high));

/** A label in plain words; of several heads, counted from 1. */
function plain(view, name, head = null) {
  const text = plainLabel(view.run, name);
  return head === null || view.run.heads === 1 ? text : `${text} (head ${head + 1})`;
}

// -- one step

function stepFigures(view) {
  const { run } = view;
  const figures = run.frame ? [view.frame(run.frame)] : [];
  const names = view.names("words", "places", "heads");
  for (const [letter, list] of byPlaces(run, names)) figures.push(memory(view, letter, list));
  if (run.kind === "memoryless") {
    const nothing = "Nothing is kept from step to step, so there is no memory to show.";
    figures.push(element("p", { class: "mp-nothing" }, nothing));
  }
  return figures;
}

/** All that has a row for each place: words as a heatmap, with bars to its left and right. */
function memory(view, letter, names) {
  const { run, axes } = view;
  const rows = axes.of(letter);
  const { row, least, most } = sizesFor(view);
  const height = clamp(least, rows.count * row, most);
  const words = names.filter((name) => view.names("words").includes(name));
  const places = names.filter((name) => view.names("places").includes(name));
  const heads = names.filter((name) => view.names("heads").includes(name));
  const ticks = view.ticks("row", rows, height);
  ticks.style.height = `${height}px`;
  const number = axes.say(letter, 0).split(" ")[0];
  const parts = [column(view.simple ? number : "", "", "", ticks)];
  const beside = words.length > 0;
  const bars = (name, head = null) => barsPanel(view, letter, { name, head, height, beside });
  const side = (name, caption, panels) => {
    // With several heads there is room for their bars, but not for numbers.
    const frames = panels.flatMap(({ frame, notes, mirrored }) =>
      panels.length > 1 ? [frame] : mirrored ? [notes, frame] : [frame, notes],
    );
    for (const { notes } of panels) notes.style.height = `${height}px`;
    const body = element("div", { class: "mp-side" }, ...frames);
    parts.push(column(caption, run.arrays[name].meaning, panels[0].tone, body));
    return panels;
  };
  const writing = places.flatMap((name) => side(name, plain(view, name), [bars(name)]));
  const matrices = words.map((name) => wordsPanel(view, letter, name, height));
  matrices.forEach((panel, i) => {
    const { label, meaning } = run.arrays[words[i]];
    const part = column(label, meaning, "mp-centre", panel.frame);
    part.classList.add("mp-shrinks");
    parts.push(part);
  });
  const reading = heads.flatMap((name) => {
    const caption = plain(view, name) + (run.heads > 1 ? ` (heads 1–${run.heads})` : "");
    const all = Array.from({ length: run.heads }, (_, head) => bars(name, head));
    return side(name, caption, all);
  });
  if (!run.signed) for (const panel of matrices) touch(view, panel, [...writing, ...reading]);
  return element("figure", { class: "mp-memory" }, ...parts);
}

function column(caption, meaning, tone, body) {
  const head = element("figcaption", { class: tone, title: meaning || null }, caption);
  return element("div", { class: "mp-part" }, head, body);
}

function wordsPanel(view, letter, name, height) {
  const { axes, run } = view;
  const content = run.arrays[name].axes.split(" ").at(-1);
  const [rows, columns] = [axes.of(letter), axes.of(content)];
  const index = (row, at) => rows.places[row] * columns.count + at;
  const options = {
    name,
    title: run.arrays[name].label,
    rows,
    columns,
    scale: view.shared([name]),
    arrays: [name],
    index,
    tell: (row, at) =>
      `${axes.say(letter, row)}, ${axes.say(content, at)} (${subscript(run, name, index(row, at))})`,
  };
  return view.panel(options, clamp(96, columns.count * sizesFor(view).word, 240), height);
}

/** Bars of one array: a weight for each row beside a heatmap, or what the units themselves hold. */
function barsPanel(view, letter, { name, head, height, beside }) {
  const { axes, run } = view;
  const { side, own } = sizesFor(view);
  const rows = axes.of(letter);
  const start = (head ?? 0) * rows.count;
  const { label } = run.arrays[name];
  const text = plain(view, name, head);
  const index = (row) => start + rows.places[row];
  const narrow = head === null ? side : clamp(10, 120 / run.heads, side);
  const options = {
    name: `${label}${head === null ? "" : ` ${head}`} now`,
    title: `${text} now`,
    rows,
    columns: { kind: "quantity", count: 1 },
    scale: view.scaleOf(name),
    arrays: [name],
    index,
    tell: (row) => `${text}, ${axes.say(letter, row)} (${subscript(run, name, index(row))})`,
    tone: beside ? (head === null ? "mp-write" : "mp-read") : "mp-own",
    mirrored: beside && head === null,
  };
  return view.panel(options, beside ? narrow : own, height, Bars);
}

/** Frame the row of a heatmap that a step writes or reads most. */
function touch(view, panel, bars) {
  const layer = element("div", { class: "mp-marks" });
  panel.frame.append(layer);
  view.touched.push((step) => {
    const marks = bars.map((one) => {
      const value = one.cells(step);
      let most = 0;
      for (let row = 1; row < one.rows.count; row++) if (value(row, 0) > value(most, 0)) most = row;
      return value(most, 0) >= TOUCHED ? panel.bar("row", most, `mp-touch ${one.tone}`) : "";
    });
    layer.replaceChildren(...marks);
  });
}

// -- the whole run

/** What goes in and comes out: of an agent rather what it sees and does than its memory's part. */
export function endsOf(run) {
  const acts = hasWorld(run) && run.has("action_probabilities") && run.has("observation");
  const [first, last] = acts ? ["observation", "action_probabilities"] : ["input", "output"];
  return { acts, first, last };
}

/** The names of the arrays that a simple view shows. */
export function simpleNames(run) {
  const { acts, first, last } = endsOf(run);
  const elsewhere = acts ? ["input", "output", "action"] : [];
  const names = run.names((row) => row.simple).filter((name) => !elsewhere.includes(name));
  return [...new Set([...[first, last].filter((name) => run.has(name)), ...names])];
}

function runLines(view) {
  const { run } = view;
  const lines = [];
  const { line: most } = sizesFor(view);
  const small = (count) => clamp(Math.min(34, most - 4), count * 7, most);
  const numbers = (name, label = plain(view, name)) => {
    const single = run.size(name) === 1;
    const height = single ? 16 : small(run.size(name));
    const tell = (row) => `${label}${single ? "" : ` ${row + 1}`} (${subscript(run, name, row)})`;
    lines.push(numbersLine(view, name, { label, height, tell }).root);
  };
  const { acts, first, last } = endsOf(run);
  if (run.has(first) && run.frame?.name !== first) numbers(first);
  for (const entry of placed(view)) lines.push(placesLine(view, ...entry).root);
  if (hasBits(run)) lines.push(...answerLines(view, small));
  else if (run.has(last)) numbers(last);
  const elsewhere = [first, last];
  // Of two agents with a laboratory, the reward stands beside their actions alone.
  if (acts && view.crowded) elsewhere.push("reward");
  const rest = simpleNames(run).filter((name) => ["other", "few"].includes(formOf(run, name)));
  for (const name of rest.filter((one) => !elsewhere.includes(one)))
    if (name !== "target" || !hasBits(run)) numbers(name);
  return [...lines, clockLine(view.player.steps)];
}

/** The arguments of the lines of what has a number for each place, head by head. */
function placed(view) {
  const { run, axes } = view;
  const entries = view.entries(view.names("places", "heads"));
  const room = sizesFor(view).placed / Math.max(2, entries.length);
  return entries.map((entry) => {
    const letter = placesOf(run, entry.name);
    const count = axes.sizes[letter];
    const head = entry.index / count;
    const hasHeads = run.arrays[entry.name].axes.startsWith("T R");
    const label = plain(view, entry.name, hasHeads ? head : null);
    const { places } = axes.of(letter);
    const tell = (row) =>
      `${label}, ${axes.say(letter, row)} ` +
      `(${subscript(run, entry.name, entry.index + places[row])})`;
    const height = clamp(20, room, Math.max(56, count * 5));
    const shown = hasHeads && run.heads > 1 ? `head ${head + 1}` : label;
    const tone = letter === "N" ? (hasHeads ? "mp-read" : "mp-write") : "";
    return [entry, { label: shown, tell, height, tone }];
  });
}

/** The answer as probabilities of bits, with marks where it is wrong; and what was wanted. */
function answerLines(view, small) {
  const bits = view.run.size("output");
  const height = small(bits);
  const { meaning } = view.run.arrays.output;
  const probability = "how likely the model finds it that a bit is 1";
  const answer = numbersLine(view, "output", {
    label: plain(view, "output"),
    height,
    at: (name, step) => answerAt(view.run, step),
    scale: () => (view.run.signed ? around(1) : UNIT),
    tell: (row) => `probability that bit ${row + 1} is 1 (from output[${row}])`,
    meaning: `${meaning}: ${probability}; a wrong bit is marked`,
    verdict: (step) => verdict(view.run, step),
  });
  const wrong = drawing("path", { class: "mp-wrong" });
  const veil = drawing("path", { class: "mp-veil" });
  const box = { viewBox: `0 0 ${view.player.steps} ${bits}`, preserveAspectRatio: "none" };
  answer.panel.canvas.after(drawing("svg", { ...box, "aria-hidden": "true" }, veil, wrong));
  answer.panel.update = () => {
    const { run } = view;
    let marks = "";
    let unasked = "";
    for (let step = 0; step < run.steps; step++) {
      if (!isAsked(run, step)) unasked += `M${step} 0h1v${bits}h-1z`;
      for (let bit = 0; bit < bits; bit++)
        if (isWrong(run, step, bit)) marks += `M${step + 0.2} ${bit + 0.15}h.6v.7h-.6z`;
    }
    wrong.setAttribute("d", marks);
    veil.setAttribute("d", unasked);
  };
  const tell = (row) => `wanted bit ${row + 1} (target[${row}])`;
  return [
    answer.root,
    numbersLine(view, "target", { label: plain(view, "target"), height, tell }).root,
  ];
}

function verdict(run, step) {
  const bits = run.size("output");
  if (run.signed || step >= run.steps || !isAsked(run, step)) return "";
  let right = 0;
  for (let bit = 0; bit < bits; bit++) right += !isWrong(run, step, bit);
  return `${right} of ${bits} right`;
}
