// The axes of arrays: what an array is in a picture, and how its places are called.

import { indicesOf } from "./numbers.js";

const CALLED = { N: "location", H: "unit", W: "position" }; // what an index along an axis counts
const FRACTIONS = ["fraction", "weighting", "distribution", "links"]; // kinds of 0 to 1
const WRITTEN = 0.1; // the lowest peak of a write weighting that counts as a write

const isLetter = (dimension) => /^[A-Z]$/.test(dimension) && !"FDA".includes(dimension);
const dimensions = ({ axes }) => axes.split(" ").slice(1);

/** The sizes of a run's memory by letter, such as { N: 16, W: 16, R: 1 }; not its time or input. */
export function sizesOf(run) {
  const sizes = {};
  for (const row of Object.values(run.arrays))
    dimensions(row).forEach((letter, i) => {
      if (isLetter(letter)) sizes[letter] = row.shape[i + 1];
    });
  return sizes;
}

/**
 * What the array `name` is in a picture: "words" (a word for each place, such as the memory),
 * "pairs" (a number for each pair of places), "places" or "heads" (a number for each place, or for
 * each head and place), "vector" or "vectors" (a word, or one for each head), "few" (a number or
 * a few named ones, or those for each head), or "other" (such as the input).
 */
export function formOf(run, name) {
  const list = dimensions(run.arrays[name]);
  const [first, second] = list;
  const contents = new Set(
    Object.values(run.arrays)
      .map(dimensions)
      .filter((one) => one.length === 2 && one.every(isLetter) && !one.includes("R"))
      .filter(([place, content]) => place !== content)
      .map(([, content]) => content),
  );
  if (list.length === 0 || (first === "R" && !isLetter(second ?? "3"))) return "few";
  if (list.length === 1)
    return !isLetter(first) ? "other" : contents.has(first) ? "vector" : "places";
  if (list.length > 2 || !list.every(isLetter)) return "other";
  if (first === "R") return contents.has(second) ? "vectors" : "heads";
  return first === second ? "pairs" : "words";
}

/** The letter of the places of an array, such as N of the memory. */
export const placesOf = (run, name) => dimensions(run.arrays[name]).filter((one) => one !== "R")[0];

/** Arrays by the letter of their places. */
export function byPlaces(run, names) {
  const groups = new Map();
  for (const name of names) {
    const letter = placesOf(run, name);
    groups.set(letter, [...(groups.get(letter) ?? []), name]);
  }
  return groups;
}

export const isFraction = ({ kind }) => FRACTIONS.includes(kind);
export const isDuration = ({ kind }) => kind === "duration";

/** An element of an array as Python names it, such as memory[6, 4], from its index in a step. */
export function subscript(run, name, index) {
  const indices = indicesOf(run.shapeOf(name), index);
  return indices.length ? `${name}[${indices.join(", ")}]` : name;
}

/**
 * The locations in the order in which the run first wrote to them, as Python's first_write_order
 * has it: the first step that reaches half of a location's highest weight is its first write.
 */
export function firstWriteOrder(run) {
  const count = run.locations;
  const peak = new Float64Array(count);
  const first = new Array(count).fill(run.steps);
  const weight = (step, i) => run.at("write_weighting", step)[i] || 0;
  for (let step = 0; step < run.steps; step++)
    for (let i = 0; i < count; i++) peak[i] = Math.max(peak[i], weight(step, i));
  for (let step = run.steps - 1; step >= 0; step--)
    for (let i = 0; i < count; i++)
      if (peak[i] >= WRITTEN && weight(step, i) >= peak[i] / 2) first[i] = step;
  return Array.from(first.keys()).sort((a, b) => first[a] - first[b] || a - b);
}

/** A plain axis, whose marks no other panel shares. */
export const axis = (kind, count) => ({ kind, count });
export const named = (kind, names) => ({ kind, count: names.length, names });

/**
 * The axes of a run's memory, one for each letter. `simple` counts all places from 1, otherwise
 * they have the numbers of the arrays; `order` is that of the locations.
 */
export class Axes {
  constructor(run, simple, order) {
    this.sizes = sizesOf(run);
    this.simple = simple;
    this.order = order;
  }

  /** { kind, count, places, names }: marks are shared by kind, `places` are indices in the array. */
  of(letter) {
    const count = this.sizes[letter];
    const places = letter === "N" && this.order ? this.order : Array.from({ length: count }).keys();
    const list = [...places];
    const names = list.map((place, i) => String(this.simple ? i + 1 : place));
    const titles = this.simple ? list.map((place) => `${place} in Python`) : undefined;
    return { kind: letter, shared: true, count, places: list, names, titles };
  }

  /** A place in words, such as "location 3". */
  say(letter, row) {
    return `${CALLED[letter] ?? "place"} ${this.of(letter).names[row]}`;
  }

  /** The number that is shown for an index of the arrays, other than one of a location. */
  count = (index) => (this.simple ? index + 1 : index);

  /** The number that is shown for a place of the arrays. */
  number(letter, place) {
    const { places, names } = this.of(letter);
    return names[places.indexOf(place)];
  }
}
