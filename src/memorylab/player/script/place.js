// A number of an array, or a part of it, as a reader points at it.

import { inPython, nameCell } from "./edits.js";
import { indicesOf } from "./numbers.js";

export class Place {
  /** The number of the array `name` of a run that stands at `flat` in a step. */
  constructor(run, name, flat) {
    const row = run.arrays[name];
    this.name = name;
    this.flat = flat;
    this.index = indicesOf(row.shape.slice(1), flat);
    this.letters = row.axes.split(" ").slice(1);
    this.kind = row.kind;
    this.size = row.shape.at(-1); // numbers along the last dimension
    this.computed = !row.optional;
  }

  /** The location of the memory that it is about, or null. */
  get location() {
    return this.letters.filter((letter) => letter === "N").length === 1
      ? this.index[this.letters.indexOf("N")]
      : null;
  }

  /** Whether a run has such a number; after another number of locations it may not. */
  isIn(run) {
    const shape = run.arrays[this.name]?.shape.slice(1);
    return Boolean(shape) && this.index.every((at, i) => at < shape[i]);
  }

  say(table, axes) {
    return nameCell(this.name, this.index, table, axes) + inPython(this.name, this.index, axes);
  }

  get key() {
    return `${this.name}[${this.index}]`;
  }
}
