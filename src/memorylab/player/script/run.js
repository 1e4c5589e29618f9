// The numbers of a run at a step, and of one run minus another.

import { product } from "./numbers.js";

/**
 * The numbers of one run: steps, locations, word, heads, order, label, frame, and `arrays` with
 * for each array its row of the trace's table (axes, kind, label, meaning, columns), its shape and
 * its range. `given` has the numbers of all steps by the array's name.
 */
export class Run {
  constructor(about, given) {
    Object.assign(this, about, { given });
  }

  has(name) {
    return name in this.arrays;
  }

  /** The names of the arrays whose row of the table satisfies `wanted`, in the table's order. */
  names(wanted) {
    return Object.keys(this.arrays).filter((name) => wanted(this.arrays[name]));
  }

  /** The shape of an array at each step. */
  shapeOf(name) {
    return this.arrays[name].shape.slice(1);
  }

  /** How many numbers an array has at each step. */
  size(name) {
    return product(this.shapeOf(name));
  }

  /** The array `name` as it stands after `step`, flat. A run that has ended keeps its last step. */
  at(name, step) {
    const size = this.size(name);
    const start = Math.min(step, this.steps - 1) * size;
    return this.given[name].subarray(start, start + size);
  }
}

/** One run minus another, seen as a run. */
export class Difference extends Run {
  constructor(left, right) {
    const arrays = {};
    for (const [name, row] of Object.entries(left.arrays)) {
      const other = right.arrays[name];
      if (!other || `${row.shape.slice(1)}` !== `${other.shape.slice(1)}`) continue;
      const extent = Math.max(row.high, other.high) - Math.min(row.low, other.low);
      arrays[name] = { ...row, low: -extent, high: extent };
    }
    const { locations, word, heads, order, kind, answer } = left;
    const label = `${left.label} − ${right.label}`;
    const steps = Math.max(left.steps, right.steps);
    super({ locations, word, heads, order, kind, answer, label, steps, arrays });
    Object.assign(this, { left, right, signed: true });
  }

  at(name, step) {
    const other = this.right.at(name, step);
    return Float64Array.from(this.left.at(name, step), (value, i) => value - other[i]);
  }
}
