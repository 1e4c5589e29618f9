// Expressions: how one number follows from others, to evaluate, to shorten and to write down.
//
// A node is { op, args, value } and what its operation needs besides. A leaf has a `symbol`
// (MathML), and a `source` { run, name, index, step } if it is a cell of a run. Equations are the
// same nodes with letters for indices, whose values are NaN.

import { symbolOf } from "./mathml.js";
import { oneplus, sigmoid } from "./numbers.js";

const SHOWN = 3; // Of a long sum, this many terms are shown and the rest is summed up.

const OPERATIONS = {
  leaf: () => NaN,
  add: (...terms) => terms.reduce((a, b) => a + b, 0),
  subtract: (a, b) => a - b,
  multiply: (...factors) => factors.reduce((a, b) => a * b, 1),
  divide: (a, b) => a / b,
  exp: Math.exp,
  root: Math.sqrt,
  square: (a) => a * a,
  sigmoid,
  oneplus,
  tanh: Math.tanh,
  nonnegative: (a) => Math.max(0, a),
  named: (a) => a,
};

const node = (op, args, rest) => ({
  op,
  args,
  value: OPERATIONS[op](...args.map(({ value }) => value)),
  ...rest,
});

export const leaf = (value, symbol, source = null) => ({
  op: "leaf",
  args: [],
  value,
  symbol,
  source,
});
export const constant = (value) => leaf(value, `<mn>${value}</mn>`);
export const add = (...terms) => node("add", terms);
export const subtract = (a, b) => node("subtract", [a, b]);
export const multiply = (...factors) => node("multiply", factors);
export const divide = (a, b) => node("divide", [a, b]);
export const exp = (a) => node("exp", [a]);
export const root = (a) => node("root", [a]);
export const square = (a) => node("square", [a]);
export const apply = (name, a) => node(name, [a]); // "sigmoid", "oneplus" or "tanh"
/** A part with a name of its own, written on a line of its own. */
export const named = (symbol, a) => node("named", [a], { symbol });
/** `a`, or 0 if rounding carried it below; the equation doesn't show what only rounding needs. */
export const nonnegative = (a) => (a.value < 0 ? node("nonnegative", [a]) : a);

/** Return what the leaves of an expression combine to. */
export const evaluate = ({ op, args, value }) =>
  op === "leaf" ? value : OPERATIONS[op](...args.map(evaluate));

/** Return all cells that an expression was computed from. */
export function sources({ source, args }) {
  return [...(source ? [source] : []), ...args.flatMap(sources)];
}

/** Return the cells behind the numbers that are written down: of parts with names, the first's. */
export function shownSources(expression) {
  let isOpen = false; // whether a part with a name was met
  const visit = ({ op, source, args }) => {
    if (op === "named" && isOpen) return [];
    isOpen ||= op === "named";
    return [...(source ? [source] : []), ...args.flatMap(visit)];
  };
  return visit(expression);
}

/** Shorten each long sum or product to its most telling members and one number for the rest. */
export function shorten(expression) {
  const args = expression.args.map(shorten);
  if (!expression.over || args.length <= SHOWN + 1) return { ...expression, args };
  const isSum = expression.op === "add";
  // Of a sum the largest terms tell most, of a product of fractions the smallest factors.
  const weight = ({ value }) => (isSum ? -Math.abs(value) : value);
  const ranked = [...args].sort((a, b) => weight(a) - weight(b));
  const kept = new Set(ranked.slice(0, SHOWN));
  const others = args.filter((arg) => !kept.has(arg));
  const rest = {
    ...leaf(OPERATIONS[expression.op](...others.map(({ value }) => value))),
    rest: others.length,
  };
  return { ...expression, args: [...args.filter((arg) => kept.has(arg)), rest] };
}

/** What both kinds of cells can do: `c` in the formulas. */
class Cells {
  /** softmax_n over `count` scores, each given by `body(j)`. */
  softmax(letter, count, n, body) {
    const scores = this.sum(letter, count, body).args;
    // Where the exponentials would overflow, a shift of all leaves the quotient as it is.
    const highest = Math.max(...scores.map(({ value }) => value));
    const shifted = (a) => exp(highest > 700 ? subtract(a, constant(highest)) : a);
    return divide(shifted(body(n)), node("add", scores.map(shifted), { over: letter }));
  }
}

/** The cells of one run at one step, for the explanation of one of them. */
export class Numbers extends Cells {
  constructor(run, step) {
    super();
    Object.assign(this, { run, step, model: run.model, sizes: run.model.sizes, symbolic: false });
  }

  now(name, ...index) {
    return this.cell(name, index, this.step);
  }

  before(name, ...index) {
    // Before the first step everything is zero.
    return this.step > 0 ? this.cell(name, index, this.step - 1) : constant(0);
  }

  cell(name, index, step) {
    const value = this.array(name, step)[flatten(index, this.run.shapeOf(name))];
    return leaf(value, "", { name, index, step });
  }

  array(name, step = this.step) {
    return this.run.at(name, step);
  }

  weight(name, ...index) {
    const { weights, shapes } = this.model;
    return leaf(weights[name][flatten(index, shapes[name])]);
  }

  /** The sum of `body(i)` over a count of indices, or over a list of them. */
  sum(letter, over, body) {
    return node("add", each(over).map(body), { over: letter });
  }

  product(letter, over, body) {
    return node("multiply", each(over).map(body), { over: letter });
  }
}

const each = (over) => (Array.isArray(over) ? over : Array.from({ length: over }, (_, i) => i));

/** Where a cell lies in a flat array. */
export const flatten = (index, shape) => index.reduce((at, i, axis) => at * shape[axis] + i, 0);

/** The same with letters: what is read from it is the equation. */
export class Letters extends Cells {
  constructor(model) {
    super();
    Object.assign(this, { model, sizes: model.sizes, symbolic: true });
  }

  now(name, ...index) {
    return leaf(NaN, symbolOf(name, index, "t"));
  }

  before(name, ...index) {
    return leaf(NaN, symbolOf(name, index, "t−1"));
  }

  weight(name, ...index) {
    return leaf(NaN, symbolOf(name, index, ""));
  }

  sum(letter, over, body) {
    return node("add", [body(letter)], { over: letter });
  }

  product(letter, over, body) {
    return node("multiply", [body(letter.split(" ")[0])], { over: letter });
  }
}
