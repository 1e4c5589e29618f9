// What the reader has changed, with undo and redo, and each edit in plain words.

import { format } from "./disturbance.js";
import { show } from "./elements.js";

const LONGEST_PAST = 200; // changes that can be undone

/** The present disturbance (`now`), those before it, and those that were undone. */
export class History {
  constructor(disturbance) {
    this.now = disturbance;
    this.past = [];
    this.future = [];
    this.gesture = null;
  }

  /**
   * Put `next` in place of the present disturbance. Changes of one `gesture`, such as the drag of a
   * slider, are undone together.
   */
  change(next, gesture = null) {
    if (format(next) === format(this.now)) return;
    if (gesture === null || gesture !== this.gesture) {
      this.past = [...this.past, this.now].slice(-LONGEST_PAST);
      this.future = [];
    }
    this.gesture = gesture;
    this.now = next;
  }

  /** Go back by one change; return whether there was one. */
  undo() {
    return this.step(this.past, this.future);
  }

  /** Do again what was undone last; return whether there was anything. */
  redo() {
    return this.step(this.future, this.past);
  }

  step(from, to) {
    if (from.length === 0) return false;
    to.push(this.now);
    this.now = from.pop();
    this.gesture = null;
    return true;
  }
}

const same = (a, b) => a.length === b.length && a.every((one, i) => one === b[i]);
const sameSteps = (a, b) => a.first === b.first && a.last === b.last;
const samePlace = (a, b) => a.name === b.name && same(a.index, b.index) && sameSteps(a, b);

/** The disturbance with some edits more, which take the place of those of the same cells and steps. */
export function add(disturbance, edits) {
  const kept = disturbance.edits.filter((old) => !edits.some((edit) => samePlace(old, edit)));
  return { ...disturbance, edits: [...kept, ...edits] };
}

/** The disturbance without some of its edits. */
export function remove(disturbance, edits) {
  return { ...disturbance, edits: disturbance.edits.filter((edit) => !edits.includes(edit)) };
}

const refines = (edit, whole) =>
  edit.name === whole.name &&
  sameSteps(edit, whole) &&
  edit.index.length === whole.index.length + 1 &&
  same(edit.index.slice(0, -1), whole.index);

/** All that a DNC keeps from step to step: without it a step begins like the first of an episode. */
export const STATE =
  "memory usage link precedence write_weighting read_weighting read_vectors".split(" ");

/** Arrays that are set to 0 together, and what that is called. */
const TOGETHER = [
  [["write_content_weighting", "read_content_weighting"], "nothing is found by content"],
  [STATE, "all that is kept from step to step is wiped"],
];

const isSilence = (edit, name) =>
  edit?.name === name && edit.index.length === 0 && edit.value === 0;

/** The entry of TOGETHER that some edits begin with. */
const togetherOf = (edits) =>
  TOGETHER.find(([names]) =>
    names.every((name, i) => isSilence(edits[i], name) && sameSteps(edits[i], edits[0])),
  );

/**
 * The edits in groups that read as one: a read mode and the share that is left to the others, or
 * arrays that are set to 0 together.
 */
export function groups(edits) {
  const found = [];
  for (let rest = edits; rest.length; rest = rest.slice(found.at(-1).length)) {
    const [one, next] = rest;
    const isPair = next?.name === "read_modes" && refines(next, one);
    found.push(rest.slice(0, togetherOf(rest)?.[0].length ?? (isPair ? 2 : 1)));
  }
  return found;
}

// -- in plain words

/** When an edit holds: "at step 3", "from step 3 on", "at all steps". */
export function when({ first, last }) {
  if (last === null) return first === 0 ? "at all steps" : `from step ${first} on`;
  return first === last ? `at step ${first}` : `at steps ${first} to ${last}`;
}

const SILENCES = {
  link: "all links are cut",
  usage: "all locations look unused",
  write_content_weighting: "the write finds nothing by content",
  read_content_weighting: "reading finds nothing by content",
  read_weighting: "no head reads",
};

/** Say what a group of edits does, with the numbers that the `axes` of the picture have. */
export function describe(group, table, axes) {
  const time = when(group[0]);
  const text =
    togetherOf(group)?.[1] ??
    (group.length === 2 ? describeModes(group, table, axes) : describeOne(group[0], table, axes));
  const { name, index } = group.at(-1);
  return `${time}: ${text}${inPython(name, index, axes)}`;
}

/** What Python calls a cell, in brackets, where the picture counts from 1. */
export const inPython = (name, index, { simple }) =>
  simple && index.length ? ` (${name}[${index.join(", ")}])` : "";

const nameHead = (head, { shape }, axes) =>
  shape[1] > 1 ? `head ${axes.count(head)}` : "the head";

function describeModes([whole, part], { read_modes: row }, axes) {
  const [head, mode] = part.index;
  const reads = `${nameHead(head, row, axes)} reads ${row.columns[mode]}`;
  if (part.value === 1 && whole.value === 0) return `${reads} alone`;
  return `${reads} with ${show(part.value)}, the other ways with ${show(whole.value)}`;
}

function describeOne(edit, table, axes) {
  const { name, index, value } = edit;
  const silent = value === 0;
  const number = (location) => axes.number("N", location);
  if (name === "memory" && index.length === 1)
    return `location ${number(index[0])} is ${silent ? "wiped" : show(value)}`;
  if (name === "link" && index.length === 2) {
    const pair = `from location ${number(index[1])} to ${number(index[0])}`;
    return silent ? `the link ${pair} is cut` : `the link ${pair} is ${show(value)}`;
  }
  if (name === "read_weighting" && index.length === 1 && silent)
    return `${nameHead(index[0], table[name], axes)} reads nothing`;
  if (name in SILENCES && index.length === 0 && silent) return SILENCES[name];
  return `${nameCell(name, index, table, axes)} is ${show(value)}`;
}

/** An array, or a part of it, in words: "write gate", "free gate 1", "input 4". */
export function nameCell(name, index, table, axes) {
  const { axes: dimensions, label, columns, shape } = table[name];
  const letters = dimensions.split(" ").slice(1);
  const words = [label];
  index.forEach((at, i) => {
    if (letters[i] === "R") words.push(...(shape[i + 1] > 1 ? [`of head ${axes.count(at)}`] : []));
    else if (letters[i] === "N") words.push(`in location ${axes.number("N", at)}`);
    else if (letters[i] === "W") words.push(`at position ${axes.count(at)}`);
    else if (columns.length && i === letters.length - 1) words.push(columns[at]);
    else words.push(axes.count(at));
  });
  return words.join(" ");
}

/** The line of Python that repeats a disturbance: of a model, or of an agent. */
export const asPython = (text, isAgent = false) =>
  `${isAgent ? "agent.player(" : "MemoryPlayer(model, input, task=task, "}disturbance="${text}")`;

/** The disturbance's text in what a reader pasted: the text itself, or the line of Python. */
export const pasted = (line) => (/disturbance\s*=\s*(["'])(.*)\1/.exec(line)?.[2] ?? line).trim();
