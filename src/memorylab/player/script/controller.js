// The equations of a DNC's controller and of what it asks the memory for.
//
// Formulas as in formulas.js. The arrays of the controller are no part of a trace; their names
// begin with "controller_" and end with the layer.

import { add, apply, multiply } from "./expressions.js";
import { addProduct, oneplus, sigmoid, softmax } from "./numbers.js";

/** What enters the controller: the input and what was read in the step before, χ = [x; r]. */
function joined({ input }, { read_vectors: read }) {
  const all = new Float64Array(input.length + read.length);
  all.set(input);
  all.set(read, input.length);
  return all;
}

/** Σ W x over the input and over what was read in the step before. */
function joinedTerms(c, name, row) {
  const { input: F, heads: R, word: W } = c.sizes;
  const place = (i, w) => (c.symbolic ? "F+iW+w" : F + i * W + w);
  return [
    c.sum("j", F, (j) => multiply(c.weight(name, row, j), c.now("input", j))),
    c.sum("i,w", R * W, (at) => {
      const [i, w] = c.symbolic ? ["i", "w"] : [Math.floor(at / W), at % W];
      return multiply(c.weight(name, row, place(i, w)), c.before("read_vectors", i, w));
    }),
  ];
}

const GATES = 4; // in PyTorch's order: input gate, forget gate, candidate, output gate

const LSTM_LAYERS = new Map(); // made when they are first needed, so that all models share them

/** One layer of an LSTM; `prefix` is that of its weights. */
function lstmLayer(layer, prefix) {
  if (!LSTM_LAYERS.has(prefix)) LSTM_LAYERS.set(prefix, makeLayer(layer, prefix));
  return LSTM_LAYERS.get(prefix);
}

function makeLayer(layer, prefix) {
  const [gates, cell, hidden] = ["gates", "cell", "hidden"].map(
    (part) => `controller_${part}_${layer}`,
  );
  const below = `controller_hidden_${layer - 1}`;
  const [input, recurrent] = [`${prefix}weight_ih`, `${prefix}weight_hh`];
  return [
    {
      name: gates,
      axes: "T 4 H",
      compute(now, before, { weights, sizes: { hidden: H } }) {
        const out = Float64Array.from(weights[`${prefix}bias_ih`]);
        const bias = weights[`${prefix}bias_hh`];
        for (let i = 0; i < out.length; i++) out[i] += bias[i];
        addProduct(out, weights[input], layer ? now[below] : joined(now, before));
        addProduct(out, weights[recurrent], before[hidden]);
        for (let i = 0; i < out.length; i++)
          out[i] = i >= 2 * H && i < 3 * H ? Math.tanh(out[i]) : sigmoid(out[i]);
        return out;
      },
      explain(c, gate, unit) {
        const { hidden: H } = c.sizes;
        const row = c.symbolic ? unit : gate * H + unit;
        const terms = layer
          ? [c.sum("j", H, (j) => multiply(c.weight(input, row, j), c.now(below, j)))]
          : joinedTerms(c, input, row);
        return apply(
          gate === 2 ? "tanh" : "sigmoid",
          add(
            ...terms,
            c.sum("l", H, (l) => multiply(c.weight(recurrent, row, l), c.before(hidden, l))),
            c.weight(`${prefix}bias_ih`, row),
            c.weight(`${prefix}bias_hh`, row),
          ),
        );
      },
    },
    {
      name: cell,
      axes: "T H",
      compute(now, before, { sizes: { hidden: H } }) {
        const parts = now[gates];
        return before[cell].map((kept, h) => parts[H + h] * kept + parts[h] * parts[2 * H + h]);
      },
      explain: (c, h) =>
        add(
          multiply(c.now(gates, 1, h), c.before(cell, h)),
          multiply(c.now(gates, 0, h), c.now(gates, 2, h)),
        ),
    },
    {
      name: hidden,
      axes: "T H",
      compute(now, before, { sizes: { hidden: H } }) {
        return now[cell].map((value, h) => now[gates][3 * H + h] * Math.tanh(value));
      },
      explain: (c, h) => multiply(c.now(gates, GATES - 1, h), apply("tanh", c.now(cell, h))),
    },
  ];
}

const FEEDFORWARD = {
  name: "controller_hidden_0",
  axes: "T H",
  compute(now, before, { weights }) {
    const out = Float64Array.from(weights["cell.controller.0.bias"]);
    addProduct(out, weights["cell.controller.0.weight"], joined(now, before));
    return out.map(Math.tanh);
  },
  explain: (c, h) =>
    apply(
      "tanh",
      add(...joinedTerms(c, "cell.controller.0.weight", h), c.weight("cell.controller.0.bias", h)),
    ),
};

/** The formulas of a model's controller, layer by layer. */
export function controllerFormulas({ controller, sizes: { layers } }) {
  if (controller === "feedforward") return [FEEDFORWARD];
  const prefix = (layer) => (layers > 1 ? `cell.controller.layers.${layer}.` : "cell.controller.");
  return Array.from({ length: layers }, (_, layer) => lstmLayer(layer, prefix(layer))).flat();
}

export const hiddenName = ({ controller, sizes: { layers } }) =>
  `controller_hidden_${controller === "feedforward" ? 0 : layers - 1}`;

/** A unit of the controller's output. */
export const hiddenUnit = (c, h) =>
  c.now(c.symbolic ? "controller_hidden" : hiddenName(c.model), h);

// How a part of the interface vector is brought into its range.
const RANGES = {
  number: () => {},
  strength: (part) => part.forEach((x, i) => (part[i] = oneplus(x))),
  fraction: (part) => part.forEach((x, i) => (part[i] = sigmoid(x))),
  distribution: (part) => {
    for (let from = 0; from < part.length; from += 3) softmax(part, from, 3);
  },
};

// The parts of the interface vector in its order: [name, axes, range].
const PARTS = [
  ["read_keys", "T R W", "number"],
  ["read_strengths", "T R", "strength"],
  ["write_key", "T W", "number"],
  ["write_strength", "T", "strength"],
  ["erase_vector", "T W", "fraction"],
  ["write_vector", "T W", "number"],
  ["free_gates", "T R", "fraction"],
  ["allocation_gate", "T", "fraction"],
  ["write_gate", "T", "fraction"],
  ["read_modes", "T R 3", "distribution"],
];

export const ASKED = PARTS.map(([name]) => name);

const WEIGHT = "cell.interface.weight";
const BIAS = "cell.interface.bias";

const stepSize = (axes, { heads: R, word: W }) =>
  axes
    .split(" ")
    .slice(1)
    .reduce((size, axis) => size * ({ R, W }[axis] ?? Number(axis)), 1);

/** Where a part begins in the interface vector. */
const offsetOf = (name, sizes) =>
  PARTS.slice(0, ASKED.indexOf(name)).reduce((at, [, axes]) => at + stepSize(axes, sizes), 0);

/** What the controller puts out for one number of the interface vector, before its range. */
function raw(c, row) {
  const { hidden: H } = c.sizes;
  return add(
    c.sum("q", H, (q) => multiply(c.weight(WEIGHT, row, q), hiddenUnit(c, q))),
    c.weight(BIAS, row),
  );
}

/** The formulas of all that the controller asks for. */
export const INTERFACE = PARTS.map(([name, axes, range]) => ({
  name,
  axes,
  compute(now, before, model) {
    const { weights, sizes } = model;
    const first = offsetOf(name, sizes);
    const out = weights[BIAS].slice(first, first + stepSize(axes, sizes));
    addProduct(out, weights[WEIGHT], now[hiddenName(model)], first);
    RANGES[range](out);
    return out;
  },
  explain(c, ...index) {
    const { word: W } = c.sizes;
    const flat = axes === "T R W" ? index[0] * W + index[1] : (index[0] ?? 0);
    const row = (at) => (c.symbolic ? "·" : offsetOf(name, c.sizes) + at);
    if (range === "distribution")
      return c.softmax("l", 3, index[1], (m) => raw(c, row(3 * index[0] + m)));
    const value = raw(c, row(flat));
    return range === "number" ? value : apply(range === "fraction" ? "sigmoid" : "oneplus", value);
  },
}));
