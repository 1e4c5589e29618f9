// The equations of a DNC's step, in the order of the step.
//
// The one place that defines them: a model that runs in the page, recorded runs that were sent
// without what follows from them, and the explanations of single numbers all use this table.
// Each formula is { name, axes, compute, explain }: `compute(now, before, model)` returns the array
// `name` from the arrays of this step and of the one before, flat and in float64;
// `explain(c, ...index)` says the same of one cell, as an expression (see expressions.js).
// They are those of memorylab.memory.dnc (addressing, cell and state): Graves et al.,
// Nature 538 (2016), Methods. `model` is { sizes, weights, controller }.

import { ASKED, INTERFACE, controllerFormulas, hiddenName, hiddenUnit } from "./controller.js";
import {
  add,
  constant,
  divide,
  leaf,
  multiply,
  named,
  nonnegative,
  root,
  square,
  subtract,
} from "./expressions.js";
import { similarityOf } from "./mathml.js";
import { addProduct, softmax } from "./numbers.js";

const NORM_EPSILON = 1e-6; // That of memorylab.memory.dnc.addressing; a test compares the results.
const TIE = 2 ** -33; // as there
const [BACKWARD, CONTENT, FORWARD] = [0, 1, 2]; // read modes

// -- looking up by content

/** softmax(strength · cosine) over the rows of `memory` for each of the keys: C(M, k, β). */
function lookUp(memory, keys, strengths, { locations: N, word: W }) {
  const found = new Float64Array(strengths.length * N);
  const norms = new Float64Array(N);
  for (let n = 0; n < N; n++) norms[n] = norm(memory, n * W, W);
  for (let head = 0; head < strengths.length; head++) {
    const keyNorm = norm(keys, head * W, W);
    for (let n = 0; n < N; n++) {
      let dot = 0;
      for (let w = 0; w < W; w++) dot += keys[head * W + w] * memory[n * W + w];
      found[head * N + n] = strengths[head] * (dot / (keyNorm * norms[n]));
    }
    softmax(found, head * N, N);
  }
  return found;
}

function norm(vectors, from, count) {
  let squares = 0;
  for (let i = from; i < from + count; i++) squares += vectors[i] * vectors[i];
  return Math.sqrt(squares + NORM_EPSILON);
}

/** The same for one location: `key(w)`, `memory(n, w)` and `strength` give the cells. */
function explainLookUp(c, n, key, memoryAt, strength) {
  const { locations: N, word: W } = c.sizes;
  const length = (cell) =>
    root(
      add(
        c.sum("w", W, (w) => square(cell(w))),
        leaf(NORM_EPSILON, "<mi>ε</mi>"),
      ),
    );
  const cosine = (at) =>
    named(
      c.symbolic && similarityOf(key().symbol, memoryAt(at).symbol),
      divide(
        c.sum("w", W, (w) => multiply(key(w), memoryAt(at, w))),
        multiply(
          length(key),
          length((w) => memoryAt(at, w)),
        ),
      ),
    );
  return c.softmax("j", N, n, (at) => multiply(strength, cosine(at)));
}

// -- where to write, and the write

/**
 * The locations in ascending order of usage; of equals, the first comes first. Usages that differ
 * by rounding alone are equal, or a page would find other free locations than PyTorch.
 */
function freeList(used) {
  const rounded = used.map((value) => Math.round(value / TIE));
  return Uint32Array.from(used, (_, n) => n).sort((a, b) => rounded[a] - rounded[b]);
}

const usage = {
  name: "usage",
  axes: "T N",
  compute(now, before, { sizes: { heads: R, locations: N } }) {
    const out = new Float64Array(N);
    const { usage: used, write_weighting: written, read_weighting: read } = before;
    for (let n = 0; n < N; n++) {
      let kept = 1;
      for (let head = 0; head < R; head++) kept *= 1 - now.free_gates[head] * read[head * N + n];
      out[n] = (used[n] + (1 - used[n]) * written[n]) * kept;
    }
    return out;
  },
  explain(c, n) {
    const used = c.before("usage", n);
    const kept = c.product("i", c.sizes.heads, (i) =>
      subtract(constant(1), multiply(c.now("free_gates", i), c.before("read_weighting", i, n))),
    );
    const written = c.before("write_weighting", n);
    return multiply(subtract(add(used, written), multiply(used, written)), kept);
  },
};

const allocation = {
  name: "allocation_weighting",
  axes: "T N",
  compute(now, before, { sizes: { locations: N } }) {
    const out = new Float64Array(N);
    let taken = 1;
    for (const n of freeList(now.usage)) {
      out[n] = (1 - now.usage[n]) * taken;
      taken *= now.usage[n];
    }
    return out;
  },
  explain(c, n) {
    const list = c.symbolic ? [] : [...freeList(c.array("usage"))];
    const ahead = c.product("j ≺ n", list.slice(0, list.indexOf(n)), (j) => c.now("usage", j));
    return multiply(subtract(constant(1), c.now("usage", n)), ahead);
  },
  note: "j ≺ n: location j is less used than n, or as much with a lower number.",
};

const writeContent = {
  name: "write_content_weighting",
  axes: "T N",
  compute: (now, before, { sizes }) =>
    lookUp(before.memory, now.write_key, now.write_strength, sizes),
  explain: (c, n) =>
    explainLookUp(
      c,
      n,
      (...w) => c.now("write_key", ...w),
      (...jw) => c.before("memory", ...jw),
      c.now("write_strength"),
    ),
};

const write = {
  name: "write_weighting",
  axes: "T N",
  compute(now, before, { sizes: { locations: N } }) {
    const out = new Float64Array(N);
    const [gate] = now.write_gate;
    const [fresh] = now.allocation_gate;
    const { allocation_weighting: free, write_content_weighting: found } = now;
    for (let n = 0; n < N; n++) out[n] = gate * (fresh * free[n] + (1 - fresh) * found[n]);
    return out;
  },
  explain(c, n) {
    const fresh = c.now("allocation_gate");
    return multiply(
      c.now("write_gate"),
      add(
        multiply(fresh, c.now("allocation_weighting", n)),
        multiply(subtract(constant(1), fresh), c.now("write_content_weighting", n)),
      ),
    );
  },
};

const memory = {
  name: "memory",
  axes: "T N W",
  compute(now, before, { sizes: { locations: N, word: W } }) {
    const out = new Float64Array(N * W);
    const { write_weighting: weights, erase_vector: erase, write_vector: added } = now;
    for (let n = 0, at = 0; n < N; n++)
      for (let w = 0; w < W; w++, at++)
        out[at] = before.memory[at] * (1 - weights[n] * erase[w]) + weights[n] * added[w];
    return out;
  },
  explain(c, n, w) {
    const weight = c.now("write_weighting", n);
    return add(
      multiply(
        c.before("memory", n, w),
        subtract(constant(1), multiply(weight, c.now("erase_vector", w))),
      ),
      multiply(weight, c.now("write_vector", w)),
    );
  },
};

// -- the order of writing

const link = {
  name: "link",
  axes: "T N N",
  letters: ["i", "j"],
  compute(now, before, { sizes: { locations: N } }) {
    const out = new Float64Array(N * N);
    const { write_weighting: written } = now;
    const { link: linked, precedence: last } = before;
    for (let i = 0, at = 0; i < N; i++) {
      for (let j = 0; j < N; j++, at++) {
        // Rounding must not turn a link negative.
        const kept = Math.max(0, 1 - written[i] - written[j]);
        out[at] = kept * linked[at] + written[i] * last[j];
      }
      out[i * N + i] = 0;
    }
    return out;
  },
  explain(c, i, j) {
    if (i === j) return constant(0);
    const kept = subtract(
      subtract(constant(1), c.now("write_weighting", i)),
      c.now("write_weighting", j),
    );
    return add(
      multiply(nonnegative(kept), c.before("link", i, j)),
      multiply(c.now("write_weighting", i), c.before("precedence", j)),
    );
  },
  note: "A location is never linked to itself: L[i, i] = 0.",
};

const precedence = {
  name: "precedence",
  axes: "T N",
  compute(now, before, { sizes: { locations: N } }) {
    const { write_weighting: written } = now;
    let total = 0;
    for (let n = 0; n < N; n++) total += written[n];
    const kept = Math.max(0, 1 - total);
    return before.precedence.map((last, n) => kept * last + written[n]);
  },
  explain(c, n) {
    const total = c.sum("j", c.sizes.locations, (j) => c.now("write_weighting", j));
    return add(
      multiply(nonnegative(subtract(constant(1), total)), c.before("precedence", n)),
      c.now("write_weighting", n),
    );
  },
};

// -- where to read, and the read

const forward = {
  name: "forward_weighting",
  axes: "T R N",
  compute(now, before, { sizes: { heads: R, locations: N } }) {
    const out = new Float64Array(R * N);
    for (let from = 0; from < R * N; from += N)
      addProduct(
        out.subarray(from, from + N),
        now.link,
        before.read_weighting.subarray(from, from + N),
      );
    return out;
  },
  explain: (c, i, n) =>
    c.sum("j", c.sizes.locations, (j) =>
      multiply(c.now("link", n, j), c.before("read_weighting", i, j)),
    ),
};

/** Each head's weighted sum of the rows of a matrix. */
function weightedRows(weightings, matrix, heads, locations, width) {
  const out = new Float64Array(heads * width);
  for (let head = 0; head < heads; head++)
    for (let n = 0; n < locations; n++) {
      const weight = weightings[head * locations + n];
      const [to, from] = [head * width, n * width];
      for (let w = 0; w < width; w++) out[to + w] += weight * matrix[from + w];
    }
  return out;
}

const backward = {
  name: "backward_weighting",
  axes: "T R N",
  compute: (now, before, { sizes: { heads: R, locations: N } }) =>
    weightedRows(before.read_weighting, now.link, R, N, N),
  explain: (c, i, n) =>
    c.sum("j", c.sizes.locations, (j) =>
      multiply(c.now("link", j, n), c.before("read_weighting", i, j)),
    ),
};

const readContent = {
  name: "read_content_weighting",
  axes: "T R N",
  compute: (now, before, { sizes }) => lookUp(now.memory, now.read_keys, now.read_strengths, sizes),
  explain: (c, i, n) =>
    explainLookUp(
      c,
      n,
      (...w) => c.now("read_keys", i, ...w),
      (...jw) => c.now("memory", ...jw),
      c.now("read_strengths", i),
    ),
};

const read = {
  name: "read_weighting",
  axes: "T R N",
  compute(now, before, { sizes: { heads: R, locations: N } }) {
    const out = new Float64Array(R * N);
    const { read_modes: modes, read_content_weighting: found } = now;
    const { backward_weighting: back, forward_weighting: ahead } = now;
    for (let head = 0, at = 0; head < R; head++)
      for (let n = 0; n < N; n++, at++)
        out[at] =
          modes[3 * head + BACKWARD] * back[at] +
          modes[3 * head + CONTENT] * found[at] +
          modes[3 * head + FORWARD] * ahead[at];
    return out;
  },
  explain: (c, i, n) =>
    add(
      multiply(c.now("read_modes", i, BACKWARD), c.now("backward_weighting", i, n)),
      multiply(c.now("read_modes", i, CONTENT), c.now("read_content_weighting", i, n)),
      multiply(c.now("read_modes", i, FORWARD), c.now("forward_weighting", i, n)),
    ),
};

const readVectors = {
  name: "read_vectors",
  axes: "T R W",
  compute: (now, before, { sizes: { heads: R, locations: N, word: W } }) =>
    weightedRows(now.read_weighting, now.memory, R, N, W),
  explain: (c, i, w) =>
    c.sum("n", c.sizes.locations, (n) =>
      multiply(c.now("memory", n, w), c.now("read_weighting", i, n)),
    ),
};

const output = {
  name: "output",
  axes: "T D",
  compute(now, before, model) {
    const out = Float64Array.from(model.weights["output.bias"]);
    const hidden = now[hiddenName(model)];
    const width = hidden.length + now.read_vectors.length;
    addProduct(out, model.weights["output.weight"], hidden, 0, width);
    addProduct(out, model.weights["output.weight"], now.read_vectors, 0, width, hidden.length);
    return out;
  },
  explain(c, d) {
    const { hidden: H, heads: R, word: W } = c.sizes;
    const weight = (at) => c.weight("output.weight", d, at);
    return add(
      c.sum("q", H, (q) => multiply(weight(q), hiddenUnit(c, q))),
      c.sum("i,w", R * W, (at) => {
        const [i, w] = c.symbolic ? ["i", "w"] : [Math.floor(at / W), at % W];
        return multiply(weight(c.symbolic ? "i,w" : H + at), c.now("read_vectors", i, w));
      }),
      c.weight("output.bias", d),
    );
  },
};

/** What follows from what the controller asked for, and the interface and output around it. */
export const FORMULAS = [
  ...INTERFACE,
  usage,
  allocation,
  writeContent,
  write,
  memory,
  link,
  precedence,
  forward,
  backward,
  readContent,
  read,
  readVectors,
  output,
];

const NEEDS_WEIGHTS = [...ASKED, "output"];

/** The formulas that a model's run follows, in order; without weights, those of its memory. */
export const formulasOf = (model) =>
  model.weights
    ? [...controllerFormulas(model), ...FORMULAS]
    : FORMULAS.filter(({ name }) => !NEEDS_WEIGHTS.includes(name));
