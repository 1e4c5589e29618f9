// The level that shows every array of a run, named and numbered as in Python.

import { axis, byPlaces, formOf, isDuration, isFraction, named, placesOf } from "./axes.js";
import { around, between } from "./colours.js";
import { element } from "./elements.js";
import { clockLine, line } from "./lines.js";

const ROW = 13; // pixels of a row with a name

export function buildEverything(view) {
  const { run } = view;
  const clock = () => clockLine(view.player.steps); // one for each column of lines
  return {
    step: stepFigures(view),
    whole: [
      group("Over the whole run", [...runLines(view), clock(), clock()], true),
      // Closed where nothing else would let them fit the screen: of many heads, and of two agents.
      ...gateGroup(view, !(run.heads > 4) && !(view.crowded && view.world)),
    ],
  };
}

function group(title, rows, open) {
  const summary = element("summary", {}, title);
  const body = element("div", { class: "mp-grid" }, ...rows);
  const details = element("details", { class: "mp-group" }, summary, body);
  details.open = open;
  return details;
}

// -- one step

const titleOf = (row, letter) =>
  isDuration(row) ? "durations" : letter === "N" ? "writing" : isFraction(row) ? "gates" : "units";

function stepFigures(view) {
  const { run, compact, crowded } = view;
  const cell = crowded ? 7 : compact ? 9 : 12; // Two runs share the width.
  const limit = (count, most) => Math.max(96, Math.min(most, count * cell));
  const high = (letter) => limit(view.axes.sizes[letter], crowded ? 128 : compact ? 176 : 216);
  const wide = limit(run.word ?? 0, compact ? 176 : 240);
  const stored = run.frame ? [view.frame(run.frame)] : [];
  for (const name of view.names("words")) stored.push(wordsFigure(view, name, wide, high));
  for (const name of view.names("pairs")) stored.push(pairsFigure(view, name, high));
  const figures = [];
  for (const [letter, all] of byPlaces(run, view.names("places")))
    // Fractions, durations and other numbers each have colours of their own.
    for (const title of ["units", "durations", "writing", "gates"]) {
      const names = all.filter((name) => titleOf(run.arrays[name], letter) === title);
      if (!names.length) continue;
      const say = (label, row) => `${label} of ${view.axes.say(letter, row)}`;
      figures.push(columnsFigure(view, { title, letter, names, start: 0, say }, high(letter)));
    }
  const headed = view.names("heads");
  for (let head = 0; headed.length && head < run.heads; head++) {
    const letter = placesOf(run, headed[0]);
    const say = (label, row) => `head ${head}, ${label}, ${view.axes.say(letter, row)}`;
    const start = head * view.axes.sizes[letter];
    const about = { title: `head ${head}`, letter, names: headed, start, say };
    figures.push(columnsFigure(view, about, high(letter)));
  }
  const vectors = view.names("vector", "vectors");
  const band = (name, ...parts) => element("div", { class: `mp-band ${name}` }, ...parts);
  const stack = [band("", ...stored)];
  if (vectors.length) stack.push(vectorsFigure(view, vectors, wide));
  return [band("", band("mp-stack", ...stack), ...figures)];
}

/** An array of a word for each place, such as the memory. */
function wordsFigure(view, name, width, high) {
  const { axes, run } = view;
  const [place, content] = run.arrays[name].axes.split(" ").slice(1);
  const [rows, columns] = [axes.of(place), axes.of(content)];
  const options = {
    name,
    title: run.arrays[name].label,
    meaning: run.arrays[name].meaning,
    rows,
    columns,
    scale: view.shared([name]),
    arrays: [name],
    index: (row, column) => rows.places[row] * columns.count + column,
    tell: (row, column) =>
      `${name}[${rows.names[row]}, ${column}]: ` +
      `${axes.say(place, row)}, ${axes.say(content, column)}`,
  };
  return view.figure(options, width, high(place));
}

/** An array of a number for each pair of places, such as the links. */
function pairsFigure(view, name, high) {
  const { axes, run } = view;
  const letter = placesOf(run, name);
  const rows = axes.of(letter);
  const related = run.arrays[name].kind === "links" ? "written right after" : "and";
  const options = {
    name,
    title: run.arrays[name].label,
    meaning: run.arrays[name].meaning,
    rows,
    columns: rows,
    scale: view.scaleOf(name),
    arrays: [name],
    index: (row, column) => rows.places[row] * rows.count + rows.places[column],
    tell: (row, column) =>
      `${name}[${rows.names[row]}, ${rows.names[column]}]: ` +
      `${axes.say(letter, row)} ${related} ${rows.names[column]}`,
  };
  return view.figure(options, high(letter), high(letter));
}

/** Arrays of a number for each place, one column each. */
function columnsFigure(view, { title, letter, names, start, say }, height) {
  const rows = view.axes.of(letter);
  const labels = names.map((name) => view.run.arrays[name].label);
  const titles = names.map((name) => view.run.arrays[name].meaning);
  const fractions = names.every((name) => isFraction(view.run.arrays[name]));
  const options = {
    name: title,
    title,
    rows,
    columns: { ...named("quantity", labels), titles },
    scale: fractions ? view.unit : view.shared(names),
    arrays: names,
    pick: (row, column) => column,
    index: (row) => start + rows.places[row],
    tell: (row, column) => say(labels[column], row),
  };
  return view.figure(options, names.length * (view.compact ? 15 : 18), height);
}

/** Words: keys, and what is erased, written and read. */
function vectorsFigure(view, names, width) {
  const entries = view.entries(names);
  const labels = entries.map(({ label }) => label);
  const letter = view.run.arrays[names[0]].axes.split(" ").at(-1);
  const options = {
    name: "vectors",
    title: "words of this step",
    rows: { ...named("vector", labels), titles: entries.map(({ meaning }) => meaning) },
    columns: view.axes.of(letter),
    scale: view.shared(names),
    arrays: entries.map(({ name }) => name),
    pick: (row) => row,
    index: (row, column) => entries[row].index + column,
    tell: (row, column) => `${labels[row]}, position ${column}`,
  };
  return view.figure(options, width, entries.length * ROW);
}

// -- the whole run

const isStrength = ({ kind }) => kind === "strength";

function runLines(view) {
  const { run } = view;
  const gate = (name) => isFraction(run.arrays[name]) || isStrength(run.arrays[name]);
  const rest = run.names(() => true).filter((name) => run.size(name) > 0);
  const numbers = rest.filter((name) => {
    const form = formOf(run, name);
    if (name === run.frame?.name) return false;
    return form === "other" || (form === "few" && !gate(name));
  });
  // Of what has a place for each row, the DNC's arrays stand above too; these matter over time.
  const placed = ["usage", "write_weighting", "read_weighting"].filter((name) => run.has(name));
  const units = view.names("places").filter((name) => placesOf(run, name) !== "N");
  const entries = view.entries([...placed, ...units]);
  const high = view.crowded ? 40 : view.compact ? 64 : view.player.network ? 64 : 96;
  const most = Math.min(high, (view.compact ? 200 : 360) / entries.length);
  return [
    ...numbers.map((name) => numbersLine(view, name)),
    ...entries.map((entry) => {
      const rows = view.axes.sizes[placesOf(run, entry.name)];
      const height = Math.max(
        view.crowded ? 28 : 40,
        Math.min(most, rows * (view.crowded ? 2 : 4)),
      );
      return placesLine(view, entry, { height });
    }),
  ].map(({ root }) => root);
}

/** A line of any numbers, such as the input. */
export function numbersLine(view, name, options = {}) {
  const { label, meaning } = view.run.arrays[name];
  const count = view.run.size(name);
  const single = count === 1;
  const rows = single ? named("feature", [label]) : axis("feature", count);
  return line(view, options.label ?? label, rows, (row) => [name, row], {
    name: `${label} over time`,
    scale: view.scaleOf(name),
    height: single
      ? 16
      : Math.max(
          view.crowded ? 24 : view.compact ? 30 : 36,
          Math.min(view.crowded ? 36 : view.world ? 54 : 72, count * (view.crowded ? 3 : 5)),
        ),
    numbers: single,
    tell: (row) => (single ? label : `${label} ${row}`),
    meaning,
    ...options,
  });
}

/** A line of a number for each place, such as the usage. */
export function placesLine(view, { label, name, index: offset, meaning }, options = {}) {
  const letter = placesOf(view.run, name);
  const rows = view.axes.of(letter);
  return line(view, options.label ?? label, rows, (row) => [name, offset + rows.places[row]], {
    name: `${label} over time`,
    scale: view.scaleOf(name),
    tell: (row) => `${label} of ${view.axes.say(letter, row)}`,
    meaning,
    ...options,
  });
}

function gateGroup(view, open) {
  const { run } = view;
  const few = view.names("few");
  const gates = few.filter((name) => isFraction(run.arrays[name]));
  const strengths = few.filter((name) => isStrength(run.arrays[name]));
  const scale = () => {
    const highest = Math.max(1.001, ...strengths.map((name) => view.run.arrays[name].high));
    return view.run.signed ? around(highest) : between(1, highest);
  };
  const lines = [];
  if (gates.length) lines.push(namedLine(view, "gates", gates, view.unit));
  if (strengths.length) lines.push(namedLine(view, "strengths", strengths, scale));
  return lines.length ? [group("Gates, read modes, strengths", lines, open)] : [];
}

/** A line with a name and a number for each of its rows. */
function namedLine(view, title, names, scale) {
  const entries = view.entries(names);
  const labels = entries.map(({ label }) => label);
  const rows = { ...named("gate", labels), titles: entries.map(({ meaning }) => meaning) };
  const read = (row) => [entries[row].name, entries[row].index];
  const tell = (row) => labels[row];
  const height = entries.length * ROW;
  return line(view, title, rows, read, { scale, height, numbers: true, tell }).root;
}
