// Made of script/ by make player.
var __defProp = Object.defineProperty;
var __export = (target, all) => {
  for (var name in all)
    __defProp(target, name, { get: all[name], enumerable: true });
};

// src/memorylab/player/script/elements.js
function element(tag, properties = {}, ...children) {
  const node2 = document.createElement(tag);
  for (const [key, value] of Object.entries(properties)) {
    if (key.startsWith("on")) node2.addEventListener(key.slice(2), value);
    else if (key === "style") Object.assign(node2.style, value);
    else if (value !== null && value !== void 0) node2.setAttribute(key, value);
  }
  if ("tabindex" in properties || ["button", "input", "select", "summary"].includes(tag))
    node2.setAttribute("data-lm-suppress-shortcuts", "true");
  node2.append(...children);
  return node2;
}
var SIGNS = {
  first: "M3 3h2v10H3zM13 3v10L6 8z",
  back: "M11 3v10L4 8z",
  play: "M4 2.5v11L13.5 8z",
  pause: "M4 3h3v10H4zM9 3h3v10H9z",
  forward: "M5 3v10l7-5z",
  last: "M11 3h2v10h-2zM3 3v10l7-5z"
};
function sign(name) {
  const template = document.createElement("template");
  template.innerHTML = `<svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true"><path d="${SIGNS[name]}" fill="currentColor"/></svg>`;
  return template.content;
}
var brief = (value) => Number.isNaN(value) ? "NaN" : show(Number(value.toPrecision(3))).replace("-", "−");
var show = (value) => {
  if (Number.isNaN(value)) return "NaN (no number)";
  if (Number.isInteger(value)) return String(value);
  const size = Math.abs(value);
  return size >= 1e-4 && size < 1e5 ? String(Number(value.toPrecision(5))) : value.toExponential(3);
};
var spacing = (count, length, room) => {
  for (const every of [1, 2, 4, 5, 8, 10, 16, 20, 32, 50, 64, 100, 128, 200, 256, 500])
    if (every * length / count >= room) return every;
  return count;
};

// src/memorylab/player/script/disturbance.js
var disturbance_exports = {};
__export(disturbance_exports, {
  KINDS: () => KINDS,
  UNDISTURBED: () => UNDISTURBED,
  apply: () => apply,
  check: () => check,
  firstChange: () => firstChange,
  format: () => format,
  formatEdit: () => formatEdit,
  parse: () => parse,
  sizesOf: () => sizesOf,
  stepShape: () => stepShape,
  suggest: () => suggest
});
var KINDS = {
  number: [-Infinity, Infinity],
  fraction: [0, 1],
  weighting: [0, 1],
  distribution: [0, 1],
  links: [0, 1],
  strength: [1, Infinity]
};
var UNDISTURBED = Object.freeze({ edits: [], locations: null, words: null });
var EDIT = /^([A-Za-z_]\w*)\s*(?:\[\s*(\d{1,9}(?:\s*,\s*\d{1,9})*)\s*\]\s*)?(?:@\s*(\d{1,9})\s*(?:(-)\s*(\d{1,9})?\s*)?)?$/;
var NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
var COUNT = /^\d{1,9}$/;
function parse(text) {
  const found = { edits: [], locations: null, words: null };
  for (const part of text.trim() ? text.split(";") : []) {
    const mark = part.indexOf("=");
    const key = (mark < 0 ? part : part.slice(0, mark)).trim();
    const value = mark < 0 ? "" : part.slice(mark + 1).trim();
    if (key === "N" && found.locations !== null || key === "words" && found.words !== null)
      throw new Error(`'${text}' sets ${key} twice. Keep one of them.`);
    if (key === "N") found.locations = readLocations(value);
    else if (key === "words") found.words = readWords(value);
    else found.edits.push(readEdit(part.trim(), key, value));
  }
  return found;
}
function readLocations(value) {
  if (!COUNT.test(value)) throw new Error(`N must be a number of locations, but is '${value}'.`);
  if (Number(value) < 1) throw new Error(`N must be at least 1, got ${Number(value)}.`);
  return Number(value);
}
function readWords(value) {
  const words = value.split(",").map((word) => word.trim());
  for (const word of words)
    if (!/^[01]+$/.test(word) || word.length !== words[0].length)
      throw new Error(`Words must be bits of one length, such as 1011,0010, but one is '${word}'.`);
  return words;
}
function readEdit(part, key, text) {
  const match = EDIT.exec(key);
  if (!match || !NUMBER.test(text))
    throw new Error(
      `'${part}' can't be read. Write name[index]@first-last=value, such as memory[3]@5-=0 or write_gate=0, and join parts by ';'.`
    );
  const [, name, list, start, range, end] = match;
  const index = list ? list.split(",").map(Number) : [];
  const first = Number(start ?? 0);
  const last = end !== void 0 ? Number(end) : start !== void 0 && !range ? first : null;
  const value = Number(text) + 0;
  if (last !== null && last < first)
    throw new Error(`The last step for ${name} must be at least ${first}, got ${last}.`);
  if (!Number.isFinite(value)) throw new Error(`${name} must get a finite number, got ${text}.`);
  return { name, index, first, last, value };
}
function formatEdit({ name, index, first, last, value }) {
  const place = index.length ? `[${index}]` : "";
  let steps = "";
  if (last !== null) steps = last === first ? `@${first}` : `@${first}-${last}`;
  else if (first > 0) steps = `@${first}-`;
  return `${name}${place}${steps}=${value}`;
}
function format({ edits, locations, words }) {
  const parts = locations === null ? [] : [`N=${locations}`];
  if (words !== null) parts.push(`words=${words}`);
  return [...parts, ...edits.map(formatEdit)].join(";");
}
function sizesOf(run) {
  const sizes = { T: run.steps };
  for (const { axes, shape } of Object.values(run.arrays))
    axes.split(" ").forEach((axis2, i) => {
      if (/^[A-Z]$/.test(axis2)) sizes[axis2] ??= shape[i];
    });
  return sizes;
}
var stepShape = ({ axes }, sizes) => axes.split(" ").slice(1).map((axis2) => sizes[axis2] ?? Number(axis2));
function check({ edits, locations }, table, sizes) {
  if (locations !== null && !("N" in sizes))
    throw new Error(`N=${locations}: this memory has no locations.`);
  for (const edit of edits) checkEdit(edit, table, { ...sizes, N: locations ?? sizes.N });
}
function checkEdit(edit, table, sizes) {
  const { name, index, first, last, value } = edit;
  const fail = (message) => {
    throw new Error(`${formatEdit(edit)}: ${message}`);
  };
  const computed = Object.keys(table).filter((key) => !table[key].optional);
  if (!computed.includes(name))
    fail(`no step computes an array '${name}'.${suggest(name, computed)}`);
  const row = table[name];
  const shape = stepShape(row, sizes);
  const letters = row.axes.split(" ").slice(1);
  if (index.length > shape.length)
    fail(`at one step ${name} has ${shape.length} dimensions, but the index has ${index.length}.`);
  index.forEach((at, i) => {
    if (at >= shape[i])
      fail(
        `the index ${at} is out of range: it must be 0 to ${shape[i] - 1} (dimension ${letters[i]} of ${name}).`
      );
  });
  for (const step of [first, last ?? 0])
    if (step >= sizes.T)
      fail(`step ${step} is out of range: the run has the steps 0 to ${sizes.T - 1}.`);
  const [low, high] = KINDS[row.kind];
  if (!(low <= value && value <= high)) {
    const allowed = Number.isFinite(high) ? `in [${low}, ${high}]` : `at least ${low}`;
    fail(`${name} is a ${row.kind}, so its value must be ${allowed}, but it is ${value}.`);
  }
}
function suggest(name, known) {
  const nearest = known.toSorted((a, b) => distance(a, name) - distance(b, name))[0];
  const near = nearest !== void 0 && 2 * distance(nearest, name) <= nearest.length;
  const hint = near ? ` Did you mean '${nearest}'?` : "";
  return `${hint} Known: ${known.toSorted().join(", ") || "none"}.`;
}
function distance(a, b) {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++)
      next.push(Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (a[i - 1] !== b[j - 1])));
    row = next;
  }
  return row[b.length];
}
var holds = ({ first, last }, step) => first <= step && (last === null || step <= last);
function apply(disturbance, name, step, values, shape) {
  for (const edit of disturbance.edits)
    if (edit.name === name && holds(edit, step)) {
      let [start, length] = [0, values.length];
      edit.index.forEach((at, i) => {
        length /= shape[i];
        start += at * length;
      });
      values.fill(edit.value, start, start + length);
    }
  return values;
}
function firstChange(before, after) {
  let [a, b] = [before.edits, after.edits];
  const alike = (one, other) => one && other && formatEdit(one) === formatEdit(other);
  while (alike(a[0], b[0])) [a, b] = [a.slice(1), b.slice(1)];
  while (alike(a.at(-1), b.at(-1))) [a, b] = [a.slice(0, -1), b.slice(0, -1)];
  return Math.min(...[...a, ...b].map(({ first }) => first));
}

// src/memorylab/player/script/numbers.js
var product = (sizes) => sizes.reduce((a, b) => a * b, 1);
var sigmoid = (x) => 1 / (1 + Math.exp(-x));
var oneplus = (x) => 1 + (x > 40 ? x : Math.log1p(Math.exp(x)));
function softmax(values, from, count) {
  let highest = -Infinity;
  for (let i = from; i < from + count; i++) highest = Math.max(highest, values[i]);
  let total = 0;
  for (let i = from; i < from + count; i++) total += values[i] = Math.exp(values[i] - highest);
  for (let i = from; i < from + count; i++) values[i] /= total;
}
function addProduct(out, matrix, vector, first = 0, width = vector.length, start = 0) {
  for (let row = 0; row < out.length; row++) {
    let total = 0;
    const place = (first + row) * width + start;
    for (let i = 0; i < vector.length; i++) total += matrix[place + i] * vector[i];
    out[row] += total;
  }
}

// src/memorylab/player/script/run.js
var Run = class {
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
};
var Difference = class extends Run {
  constructor(left, right) {
    const arrays = {};
    for (const [name, row] of Object.entries(left.arrays)) {
      const other = right.arrays[name];
      if (!other || `${row.shape.slice(1)}` !== `${other.shape.slice(1)}`) continue;
      const extent = Math.max(row.high, other.high) - Math.min(row.low, other.low);
      arrays[name] = { ...row, low: -extent, high: extent };
    }
    const { locations, word, heads, order } = left;
    const label = `${left.label} − ${right.label}`;
    const steps = Math.max(left.steps, right.steps);
    super({ locations, word, heads, order, label, steps, arrays });
    Object.assign(this, { left, right, signed: true });
  }
  at(name, step) {
    const other = this.right.at(name, step);
    return Float64Array.from(this.left.at(name, step), (value, i) => value - other[i]);
  }
};

// src/memorylab/player/script/formulas.js
var formulas_exports = {};
__export(formulas_exports, {
  FORMULAS: () => FORMULAS,
  formulasOf: () => formulasOf
});

// src/memorylab/player/script/expressions.js
var OPERATIONS = {
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
  named: (a) => a
};
var node = (op, args, rest) => ({
  op,
  args,
  value: OPERATIONS[op](...args.map(({ value }) => value)),
  ...rest
});
var leaf = (value, symbol, source = null) => ({
  op: "leaf",
  args: [],
  value,
  symbol,
  source
});
var constant = (value) => leaf(value, `<mn>${value}</mn>`);
var add = (...terms) => node("add", terms);
var subtract = (a, b) => node("subtract", [a, b]);
var multiply = (...factors) => node("multiply", factors);
var divide = (a, b) => node("divide", [a, b]);
var root = (a) => node("root", [a]);
var square = (a) => node("square", [a]);
var apply2 = (name, a) => node(name, [a]);
var named = (symbol, a) => node("named", [a], { symbol });
var nonnegative = (a) => a.value < 0 ? node("nonnegative", [a]) : a;

// src/memorylab/player/script/controller.js
function joined({ input }, { read_vectors: read3 }) {
  const all = new Float64Array(input.length + read3.length);
  all.set(input);
  all.set(read3, input.length);
  return all;
}
function joinedTerms(c, name, row) {
  const { input: F, heads: R, word: W } = c.sizes;
  const place = (i, w) => c.symbolic ? "F+iW+w" : F + i * W + w;
  return [
    c.sum("j", F, (j) => multiply(c.weight(name, row, j), c.now("input", j))),
    c.sum("i,w", R * W, (at) => {
      const [i, w] = c.symbolic ? ["i", "w"] : [Math.floor(at / W), at % W];
      return multiply(c.weight(name, row, place(i, w)), c.before("read_vectors", i, w));
    })
  ];
}
var GATES = 4;
var LSTM_LAYERS = /* @__PURE__ */ new Map();
function lstmLayer(layer, prefix) {
  if (!LSTM_LAYERS.has(prefix)) LSTM_LAYERS.set(prefix, makeLayer(layer, prefix));
  return LSTM_LAYERS.get(prefix);
}
function makeLayer(layer, prefix) {
  const [gates, cell, hidden] = ["gates", "cell", "hidden"].map(
    (part) => `controller_${part}_${layer}`
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
        const terms = layer ? [c.sum("j", H, (j) => multiply(c.weight(input, row, j), c.now(below, j)))] : joinedTerms(c, input, row);
        return apply2(
          gate === 2 ? "tanh" : "sigmoid",
          add(
            ...terms,
            c.sum("k", H, (k) => multiply(c.weight(recurrent, row, k), c.before(hidden, k))),
            c.weight(`${prefix}bias_ih`, row),
            c.weight(`${prefix}bias_hh`, row)
          )
        );
      }
    },
    {
      name: cell,
      axes: "T H",
      compute(now, before, { sizes: { hidden: H } }) {
        const parts = now[gates];
        return before[cell].map((kept, h) => parts[H + h] * kept + parts[h] * parts[2 * H + h]);
      },
      explain: (c, h) => add(
        multiply(c.now(gates, 1, h), c.before(cell, h)),
        multiply(c.now(gates, 0, h), c.now(gates, 2, h))
      )
    },
    {
      name: hidden,
      axes: "T H",
      compute(now, before, { sizes: { hidden: H } }) {
        return now[cell].map((value, h) => now[gates][3 * H + h] * Math.tanh(value));
      },
      explain: (c, h) => multiply(c.now(gates, GATES - 1, h), apply2("tanh", c.now(cell, h)))
    }
  ];
}
var FEEDFORWARD = {
  name: "controller_hidden_0",
  axes: "T H",
  compute(now, before, { weights }) {
    const out = Float64Array.from(weights["cell.controller.0.bias"]);
    addProduct(out, weights["cell.controller.0.weight"], joined(now, before));
    return out.map(Math.tanh);
  },
  explain: (c, h) => apply2(
    "tanh",
    add(...joinedTerms(c, "cell.controller.0.weight", h), c.weight("cell.controller.0.bias", h))
  )
};
function controllerFormulas({ controller, sizes: { layers } }) {
  if (controller === "feedforward") return [FEEDFORWARD];
  const prefix = (layer) => layers > 1 ? `cell.controller.layers.${layer}.` : "cell.controller.";
  return Array.from({ length: layers }, (_, layer) => lstmLayer(layer, prefix(layer))).flat();
}
var hiddenName = ({ controller, sizes: { layers } }) => `controller_hidden_${controller === "feedforward" ? 0 : layers - 1}`;
var hiddenUnit = (c, h) => c.now(c.symbolic ? "controller_hidden" : hiddenName(c.model), h);
var RANGES = {
  number: () => {
  },
  strength: (part) => part.forEach((x, i) => part[i] = oneplus(x)),
  fraction: (part) => part.forEach((x, i) => part[i] = sigmoid(x)),
  distribution: (part) => {
    for (let from = 0; from < part.length; from += 3) softmax(part, from, 3);
  }
};
var PARTS = [
  ["read_keys", "T R W", "number"],
  ["read_strengths", "T R", "strength"],
  ["write_key", "T W", "number"],
  ["write_strength", "T", "strength"],
  ["erase_vector", "T W", "fraction"],
  ["write_vector", "T W", "number"],
  ["free_gates", "T R", "fraction"],
  ["allocation_gate", "T", "fraction"],
  ["write_gate", "T", "fraction"],
  ["read_modes", "T R 3", "distribution"]
];
var ASKED = PARTS.map(([name]) => name);
var WEIGHT = "cell.interface.weight";
var BIAS = "cell.interface.bias";
var stepSize = (axes, { heads: R, word: W }) => axes.split(" ").slice(1).reduce((size, axis2) => size * ({ R, W }[axis2] ?? Number(axis2)), 1);
var offsetOf = (name, sizes) => PARTS.slice(0, ASKED.indexOf(name)).reduce((at, [, axes]) => at + stepSize(axes, sizes), 0);
function raw(c, row) {
  const { hidden: H } = c.sizes;
  return add(
    c.sum("h", H, (h) => multiply(c.weight(WEIGHT, row, h), hiddenUnit(c, h))),
    c.weight(BIAS, row)
  );
}
var INTERFACE = PARTS.map(([name, axes, range]) => ({
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
    const flat = axes === "T R W" ? index[0] * W + index[1] : index[0] ?? 0;
    const row = (at) => c.symbolic ? "·" : offsetOf(name, c.sizes) + at;
    if (range === "distribution")
      return c.softmax("m", 3, index[1], (m) => raw(c, row(3 * index[0] + m)));
    const value = raw(c, row(flat));
    return range === "number" ? value : apply2(range === "fraction" ? "sigmoid" : range, value);
  }
}));

// src/memorylab/player/script/formulas.js
var NORM_EPSILON = 1e-6;
var TIE = 2 ** -33;
var [BACKWARD, CONTENT, FORWARD] = [0, 1, 2];
function lookUp(memory2, keys, strengths, { locations: N, word: W }) {
  const found = new Float64Array(strengths.length * N);
  const norms = new Float64Array(N);
  for (let n = 0; n < N; n++) norms[n] = norm(memory2, n * W, W);
  for (let head = 0; head < strengths.length; head++) {
    const keyNorm = norm(keys, head * W, W);
    for (let n = 0; n < N; n++) {
      let dot = 0;
      for (let w = 0; w < W; w++) dot += keys[head * W + w] * memory2[n * W + w];
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
function explainLookUp(c, n, key, memory2, strength) {
  const { locations: N, word: W } = c.sizes;
  const length = (cell) => root(
    add(
      c.sum("w", W, (w) => square(cell(w))),
      constant(NORM_EPSILON)
    )
  );
  const cosine = (at) => named(
    c.similarity(at),
    divide(
      c.sum("w", W, (w) => multiply(key(w), memory2(at, w))),
      multiply(
        length(key),
        length((w) => memory2(at, w))
      )
    )
  );
  return c.softmax("j", N, n, (at) => multiply(strength, cosine(at)));
}
function freeList(used) {
  const rounded = used.map((value) => Math.round(value / TIE));
  return Uint32Array.from(used, (_, n) => n).sort((a, b) => rounded[a] - rounded[b]);
}
var usage = {
  name: "usage",
  axes: "T N",
  compute(now, before, { sizes: { heads: R, locations: N } }) {
    const out = new Float64Array(N);
    const { usage: used, write_weighting: written, read_weighting: read3 } = before;
    for (let n = 0; n < N; n++) {
      let kept = 1;
      for (let head = 0; head < R; head++) kept *= 1 - now.free_gates[head] * read3[head * N + n];
      out[n] = (used[n] + (1 - used[n]) * written[n]) * kept;
    }
    return out;
  },
  explain(c, n) {
    const used = c.before("usage", n);
    const kept = c.product(
      "i",
      c.sizes.heads,
      (i) => subtract(constant(1), multiply(c.now("free_gates", i), c.before("read_weighting", i, n)))
    );
    const written = c.before("write_weighting", n);
    return multiply(subtract(add(used, written), multiply(used, written)), kept);
  }
};
var allocation = {
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
  note: "j ≺ n: location j is less used than n, or as much with a lower number."
};
var writeContent = {
  name: "write_content_weighting",
  axes: "T N",
  compute: (now, before, { sizes }) => lookUp(before.memory, now.write_key, now.write_strength, sizes),
  explain: (c, n) => explainLookUp(
    c,
    n,
    (w) => c.now("write_key", w),
    (j, w) => c.before("memory", j, w),
    c.now("write_strength")
  )
};
var write = {
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
        multiply(subtract(constant(1), fresh), c.now("write_content_weighting", n))
      )
    );
  }
};
var memory = {
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
        subtract(constant(1), multiply(weight, c.now("erase_vector", w)))
      ),
      multiply(weight, c.now("write_vector", w))
    );
  }
};
var link = {
  name: "link",
  axes: "T N N",
  letters: ["i", "j"],
  compute(now, before, { sizes: { locations: N } }) {
    const out = new Float64Array(N * N);
    const { write_weighting: written } = now;
    const { link: linked, precedence: last } = before;
    for (let i = 0, at = 0; i < N; i++) {
      for (let j = 0; j < N; j++, at++) {
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
      c.now("write_weighting", j)
    );
    return add(
      multiply(nonnegative(kept), c.before("link", i, j)),
      multiply(c.now("write_weighting", i), c.before("precedence", j))
    );
  },
  note: "A location is never linked to itself: L[i, i] = 0."
};
var precedence = {
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
      c.now("write_weighting", n)
    );
  }
};
var forward = {
  name: "forward_weighting",
  axes: "T R N",
  compute(now, before, { sizes: { heads: R, locations: N } }) {
    const out = new Float64Array(R * N);
    for (let from = 0; from < R * N; from += N)
      addProduct(
        out.subarray(from, from + N),
        now.link,
        before.read_weighting.subarray(from, from + N)
      );
    return out;
  },
  explain: (c, i, n) => c.sum(
    "j",
    c.sizes.locations,
    (j) => multiply(c.now("link", n, j), c.before("read_weighting", i, j))
  )
};
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
var backward = {
  name: "backward_weighting",
  axes: "T R N",
  compute: (now, before, { sizes: { heads: R, locations: N } }) => weightedRows(before.read_weighting, now.link, R, N, N),
  explain: (c, i, n) => c.sum(
    "j",
    c.sizes.locations,
    (j) => multiply(c.now("link", j, n), c.before("read_weighting", i, j))
  )
};
var readContent = {
  name: "read_content_weighting",
  axes: "T R N",
  compute: (now, before, { sizes }) => lookUp(now.memory, now.read_keys, now.read_strengths, sizes),
  explain: (c, i, n) => explainLookUp(
    c,
    n,
    (w) => c.now("read_keys", i, w),
    (j, w) => c.now("memory", j, w),
    c.now("read_strengths", i)
  )
};
var read = {
  name: "read_weighting",
  axes: "T R N",
  compute(now, before, { sizes: { heads: R, locations: N } }) {
    const out = new Float64Array(R * N);
    const { read_modes: modes, read_content_weighting: found } = now;
    const { backward_weighting: back, forward_weighting: ahead } = now;
    for (let head = 0, at = 0; head < R; head++)
      for (let n = 0; n < N; n++, at++)
        out[at] = modes[3 * head + BACKWARD] * back[at] + modes[3 * head + CONTENT] * found[at] + modes[3 * head + FORWARD] * ahead[at];
    return out;
  },
  explain: (c, i, n) => add(
    multiply(c.now("read_modes", i, BACKWARD), c.now("backward_weighting", i, n)),
    multiply(c.now("read_modes", i, CONTENT), c.now("read_content_weighting", i, n)),
    multiply(c.now("read_modes", i, FORWARD), c.now("forward_weighting", i, n))
  )
};
var readVectors = {
  name: "read_vectors",
  axes: "T R W",
  compute: (now, before, { sizes: { heads: R, locations: N, word: W } }) => weightedRows(now.read_weighting, now.memory, R, N, W),
  explain: (c, i, w) => c.sum(
    "n",
    c.sizes.locations,
    (n) => multiply(c.now("memory", n, w), c.now("read_weighting", i, n))
  )
};
var output = {
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
      c.sum("h", H, (h) => multiply(weight(h), hiddenUnit(c, h))),
      c.sum("i,w", R * W, (at) => {
        const [i, w] = c.symbolic ? ["i", "w"] : [Math.floor(at / W), at % W];
        return multiply(weight(c.symbolic ? "i,w" : H + at), c.now("read_vectors", i, w));
      }),
      c.weight("output.bias", d)
    );
  }
};
var FORMULAS = [
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
  output
];
var NEEDS_WEIGHTS = [...ASKED, "output"];
var formulasOf = (model) => model.weights ? [...controllerFormulas(model), ...FORMULAS] : FORMULAS.filter(({ name }) => !NEEDS_WEIGHTS.includes(name));

// src/memorylab/player/script/simulation.js
var KEPT_BYTES = 64e6;
var STATE_EVERY = 16;
var RECOMPUTED = ["memory", "link"];
function weightShapes({ controller, sizes }) {
  const { input: F, output: D, hidden: H, heads: R, word: W, layers } = sizes;
  const shapes = {
    "cell.interface.weight": [W * R + 3 * W + 5 * R + 3, H],
    "cell.interface.bias": [W * R + 3 * W + 5 * R + 3],
    "output.weight": [D, H + R * W],
    "output.bias": [D]
  };
  if (controller === "feedforward")
    return {
      ...shapes,
      "cell.controller.0.weight": [H, F + R * W],
      "cell.controller.0.bias": [H]
    };
  if (controller !== "lstm")
    throw new Error(`The controller must be 'lstm' or 'feedforward', but is '${controller}'.`);
  for (let layer = 0; layer < layers; layer++) {
    const prefix = layers > 1 ? `cell.controller.layers.${layer}.` : "cell.controller.";
    shapes[`${prefix}weight_ih`] = [4 * H, layer ? H : F + R * W];
    shapes[`${prefix}weight_hh`] = [4 * H, H];
    shapes[`${prefix}bias_ih`] = shapes[`${prefix}bias_hh`] = [4 * H];
  }
  return shapes;
}
function checkModel(model, shapes) {
  const expected = weightShapes(model);
  for (const name of /* @__PURE__ */ new Set([...Object.keys(expected), ...Object.keys(shapes)])) {
    const [wanted, found] = [expected, shapes].map((one) => one[name] && `[${one[name]}]`);
    if (wanted !== found)
      throw new Error(
        `The weights '${name}' must be ${wanted ?? "absent"}, but are ${found ?? "absent"}: they are those of a model of other sizes.`
      );
    if (!model.weights[name].every(Number.isFinite))
      throw new Error(`The weights '${name}' hold NaN or infinity.`);
  }
  return model;
}
var Simulation = class _Simulation extends Run {
  constructor(model, sequence, earlier = null) {
    const { input, target, mask, given, disturbance = UNDISTURBED, order, ...about } = sequence;
    const { input: F, word, heads } = model.sizes;
    const steps = checkSequence(sequence, F);
    const locations = disturbance.locations ?? model.sizes.locations;
    const sizes = { ...model.sizes, locations };
    const letters = { T: steps, F, D: sizes.output, N: locations, W: word, R: heads };
    check(disturbance, model.table, { ...letters, N: model.sizes.locations });
    super(
      {
        label: "",
        ...about,
        steps,
        locations,
        word,
        heads,
        order: order?.length === locations ? order : Array.from({ length: locations }, (_, i) => i),
        disturbance,
        model: { ...model, sizes },
        original: model,
        sequence
      },
      Object.fromEntries(
        Object.entries({ ...given, input, target, mask }).filter(([, values]) => values)
      )
    );
    this.formulas = formulasOf(this.model);
    this.stepShapes = {};
    for (const [name, { axes, optional }] of Object.entries(model.table))
      if (!optional) this.stepShapes[name] = stepShape({ axes }, letters);
    for (const { name, axes } of this.formulas)
      this.stepShapes[name] ??= stepShape({ axes }, { ...letters, H: sizes.hidden });
    this.restored = {};
    this.run(earlier);
    this.arrays = this.rows(model.table, earlier);
  }
  /** The same model and sequence, or another `sequence`, with another disturbance. */
  disturbed(disturbance, sequence = {}) {
    const changed = { ...this.sequence, ...sequence, disturbance };
    return new _Simulation(this.original, changed, this);
  }
  // -- running
  run(earlier) {
    const { steps, locations: N, word: W } = this;
    this.thin = 8 * steps * N * (N + W) > KEPT_BYTES;
    this.history = this.reusable(earlier);
    const first = this.history.length;
    let before = this.zeros();
    if (first) {
      before = { ...this.history[first - 1] };
      for (const name of RECOMPUTED) before[name] = earlier.at(name, first - 1);
    }
    for (let step = first; step < steps; step++) {
      const now = this.advance(step, before);
      this.history.push(now);
      if (this.thin && step > 0 && (step - 1) % STATE_EVERY)
        for (const name of RECOMPUTED) this.history[step - 1][name] = void 0;
      before = now;
    }
  }
  /** The steps of an earlier run that this one shares. */
  reusable(earlier) {
    const same = earlier && earlier.original === this.original && earlier.locations === this.locations && earlier.sequence.input === this.sequence.input;
    if (!same) return [];
    return earlier.history.slice(0, firstChange(earlier.disturbance, this.disturbance));
  }
  zeros() {
    return Object.fromEntries(
      this.formulas.map(({ name }) => [name, new Float64Array(product(this.stepShapes[name]))])
    );
  }
  /** All arrays of a step from those of the step before. */
  advance(step, before) {
    const now = {};
    for (const name of Object.keys(this.given))
      now[name] = this.edited(name, step, this.recorded(name, step));
    for (const { name, compute } of this.formulas) {
      const values = this.edited(name, step, compute(now, before, this.model));
      let total = 0;
      for (let i = 0; i < values.length; i++) total += values[i];
      if (!Number.isFinite(total) && !values.every(Number.isFinite))
        throw new Error(
          `The ${this.disturbance.edits.length ? "disturbance" : "model"} drives ${name} to NaN or infinity at step ${step}. Use smaller values.`
        );
      now[name] = values;
    }
    return now;
  }
  edited(name, step, values) {
    return apply(this.disturbance, name, step, values, this.stepShapes[name]);
  }
  /** A copy of what was given for a step. */
  recorded(name, step) {
    const size = this.given[name].length / this.steps;
    return this.given[name].slice(step * size, (step + 1) * size);
  }
  // -- reading
  shapeOf(name) {
    return this.stepShapes[name] ?? super.shapeOf(name);
  }
  at(name, step) {
    step = Math.min(step, this.steps - 1);
    return this.history[step][name] ?? this.restore(name, step);
  }
  /** Memory or links at a step that didn't keep them, from the nearest step before that did. */
  restore(name, step) {
    const { compute } = FORMULAS.find((formula) => formula.name === name);
    let known = step;
    while (!this.history[known][name] && this.restored[name]?.step !== known) known--;
    let values = this.history[known][name] ?? this.restored[name].values;
    while (known < step) {
      const before = { ...this.history[known], [name]: values };
      known++;
      values = this.edited(name, known, compute(this.history[known], before, this.model));
    }
    this.restored[name] = { step, values };
    return values;
  }
  /** The rows of the arrays, with shapes and ranges; a range covers that of the earlier run too. */
  rows(table, earlier) {
    const rows = {};
    for (const [name, row] of Object.entries(table)) {
      if (!(name in this.history[0])) continue;
      const size = this.history[0][name].length;
      const shape = this.stepShapes[name] ?? row.shape?.slice(1) ?? [size];
      const range = ["number", "strength"].includes(row.kind) ? this.range(name) : [0, 1];
      const other = earlier?.arrays[name];
      rows[name] = {
        ...row,
        shape: [this.steps, ...shape],
        low: Math.min(range[0], other?.low ?? Infinity),
        high: Math.max(range[1], other?.high ?? -Infinity)
      };
    }
    return rows;
  }
  range(name) {
    let [low, high] = [Infinity, -Infinity];
    for (const { [name]: values } of this.history)
      for (let i = 0; values && i < values.length; i++) {
        if (values[i] < low) low = values[i];
        if (values[i] > high) high = values[i];
      }
    return low <= high ? [low, high] : [0, 1];
  }
};
function checkSequence({ input, mask, target }, F) {
  const steps = input.length / F;
  if (!Number.isInteger(steps) || steps < 1)
    throw new Error(
      `The input must have ${F} numbers at each of one or more steps, but has ${input.length}.`
    );
  const wrong = input.findIndex((value) => !Number.isFinite(value));
  if (wrong >= 0)
    throw new Error(`The input holds NaN or infinity at step ${Math.floor(wrong / F)}.`);
  if (mask && mask.length !== steps)
    throw new Error(`The mask must have ${steps} steps, but has ${mask.length}.`);
  if (target && target.length % steps)
    throw new Error(`The target must have ${steps} steps, but has ${target.length} numbers.`);
  return steps;
}

// src/memorylab/player/script/block.js
function numbers(buffer, { type, offset, shape }) {
  return new (type === "f8" ? Float64Array : Float32Array)(buffer, offset, product(shape));
}
function read2(header, view) {
  const buffer = view.buffer.slice(view.byteOffset, view.byteOffset + view.byteLength);
  const model = header.model ? readModel(header, buffer) : null;
  return { model, runs: header.runs.map((run) => readRun(run, buffer, model, header)) };
}
function readModel({ model, runs }, buffer) {
  const weights = {};
  for (const [name, row] of Object.entries(model.weights))
    weights[name] = Float64Array.from(numbers(buffer, row));
  const shapes = Object.fromEntries(
    Object.entries(model.weights).map(([name, { shape }]) => [name, shape])
  );
  return checkModel({ ...model, weights, shapes, table: runs[0].arrays });
}
function readRun({ follows, disturbance, ...about }, buffer, model) {
  const given = {};
  for (const [name, row] of Object.entries(about.arrays))
    if ("offset" in row) given[name] = numbers(buffer, row);
  if (!follows) return new Run(about, given);
  const { label, order, frame, arrays, locations, word, heads } = about;
  const { input, target, mask, ...recorded } = given;
  const edits = disturbance ? parse(disturbance) : UNDISTURBED;
  const sequence = { input, target, mask, given: recorded, label, order, frame };
  if (follows === "model") return new Simulation(model, { ...sequence, disturbance: edits });
  const sizes = {
    input: arrays.input.shape[1],
    output: arrays.output.shape[1],
    locations,
    word,
    heads
  };
  const without = { ...edits, locations: null, words: null };
  const controller = { sizes, weights: null, table: arrays };
  return new Simulation(controller, { ...sequence, disturbance: without });
}

// src/memorylab/player/script/colours.js
var CIVIDIS = "00224e 002e6a 1a386f 32436d 434e6c 535a6d 61656f 6f7073 7d7c78 8c8878 9b9476 aba072 bcae6c cdbb63 dec958 f0d846 fee838";
var BLUE_TO_RED = "053061 175290 2a71b2 3f8ec0 6bacd1 9bc9e0 c2ddec e0ecf3 f7f6f6 fbe5d8 fbccb4 f5aa89 e48066 d05548 ba2832 930e26 67001f";
var anchors = (text) => text.split(" ").map((hex) => [0, 2, 4].map((i) => parseInt(hex.slice(i, i + 2), 16)));
function palette(text) {
  const stops = anchors(text);
  const words = new Uint32Array(256);
  for (let i = 0; i < 256; i++) {
    const place = i / 255 * (stops.length - 1);
    const low = Math.min(Math.floor(place), stops.length - 2);
    const [red, green, blue] = stops[low].map(
      (from, channel) => Math.round(from + (place - low) * (stops[low + 1][channel] - from))
    );
    words[i] = 255 << 24 | blue << 16 | green << 8 | red;
  }
  return words;
}
var PALETTES = { sequential: palette(CIVIDIS), diverging: palette(BLUE_TO_RED) };
var gradient = (kind) => `linear-gradient(to right, ${(kind === "diverging" ? BLUE_TO_RED : CIVIDIS).split(" ").map((hex) => "#" + hex).join(", ")})`;
var between = (low, high) => ({
  kind: "sequential",
  low,
  high: high > low ? high : low + 1
});
var around = (extent) => ({ kind: "diverging", low: -(extent || 1), high: extent || 1 });
var UNIT = between(0, 1);

// src/memorylab/player/script/panels.js
var Panel = class {
  constructor(player, options) {
    Object.assign(this, options);
    this.player = player;
    const canvas = this.canvas = element("canvas", {
      width: this.columns.count,
      height: this.rows.count,
      tabindex: "0",
      role: "application",
      "aria-roledescription": "heatmap",
      "aria-label": `${this.title}: ${this.rows.count} by ${this.columns.count}. Arrow keys move from cell to cell.`,
      "data-panel": this.name
    });
    this.context = canvas.getContext("2d", { alpha: true });
    this.image = this.context.createImageData(this.columns.count, this.rows.count);
    this.words = new Uint32Array(this.image.data.buffer);
    this.cell = null;
    this.marks = element("div", { class: "mp-marks" });
    this.frame = element("div", { class: "mp-frame" }, canvas, this.marks);
    canvas.addEventListener("pointermove", (event) => this.point(event));
    canvas.addEventListener("pointerleave", () => player.select(null));
    canvas.addEventListener("focus", () => this.choose(this.cell ?? [0, 0]));
    canvas.addEventListener("blur", () => player.select(null));
    canvas.addEventListener("keydown", (event) => this.key(event));
  }
  draw(step) {
    const value = this.cells(step);
    const { kind, low, high } = this.scale;
    const colours = PALETTES[kind];
    const factor = 255 / (high - low);
    const { words } = this;
    const width = this.columns.count;
    for (let row = 0, place = 0; row < this.rows.count; row++)
      for (let column = 0; column < width; column++, place++) {
        const number = value(row, column);
        const index = (number - low) * factor;
        words[place] = number !== number ? 0 : colours[index < 0 ? 0 : index > 255 ? 255 : index + 0.5 | 0];
      }
    this.context.putImageData(this.image, 0, 0);
  }
  place(event) {
    const box = this.canvas.getBoundingClientRect();
    const at = (offset, length, count) => Math.max(0, Math.min(count - 1, Math.floor(offset / length * count)));
    return [
      at(event.clientY - box.top, box.height, this.rows.count),
      at(event.clientX - box.left, box.width, this.columns.count)
    ];
  }
  point(event) {
    this.choose(this.place(event));
  }
  choose(cell) {
    this.cell = cell;
    this.player.select(this);
  }
  key(event) {
    const move = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
    if (!(event.key in move) || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    const [row, column] = this.cell ?? [0, 0];
    const [down, right] = move[event.key];
    this.choose([
      Math.max(0, Math.min(this.rows.count - 1, row + down)),
      Math.max(0, Math.min(this.columns.count - 1, column + right))
    ]);
  }
  /** What the chosen cell stands for, for the other panels. */
  chosen() {
    const [row, column] = this.cell;
    const chosen = { panel: this, row, column, locations: [], word: null };
    for (const [axis2, index] of [
      [this.rows, row],
      [this.columns, column]
    ]) {
      if (axis2.kind === "location") chosen.locations.push(index);
      if (axis2.kind === "word") chosen.word = index;
    }
    return chosen;
  }
  readout(step) {
    const [row, column] = this.cell;
    const value = show(this.cells(step)(row, column));
    return `${this.tell(row, column, step)} = ${value}`;
  }
  mark(chosen) {
    const { rows, columns } = this;
    const bars = [];
    const bar = (along, index, strong) => {
      if (index === void 0 || index === null) return;
      const [{ count }, start, size] = along === "row" ? [rows, "top", "height"] : [columns, "left", "width"];
      const style = { [start]: `${100 * index / count}%`, [size]: `${100 / count}%` };
      bars.push(
        element("div", { class: `mp-mark mp-${along}${strong ? " mp-strong" : ""}`, style })
      );
    };
    if (chosen?.panel === this) {
      bar("row", chosen.row, true);
      bar("column", chosen.column, true);
    } else if (chosen) {
      const { locations, word } = chosen;
      if (rows.kind === "location" && columns.kind === "location") {
        bar("row", locations[0]);
        bar("column", locations[1] ?? locations[0]);
      } else if (rows.kind === "location") locations.forEach((index) => bar("row", index));
      if (columns.kind === "word") bar("column", word);
    }
    this.marks.replaceChildren(...bars);
  }
};
var TimeLine = class extends Panel {
  constructor(player, options) {
    super(player, options);
    this.cursor = element("div", { class: "mp-cursor" });
    this.frame.append(this.cursor);
    this.frame.classList.add("mp-time");
    this.canvas.addEventListener("pointerdown", (event) => {
      this.canvas.setPointerCapture(event.pointerId);
      this.seek(event);
    });
  }
  seek(event) {
    const box = this.canvas.getBoundingClientRect();
    this.player.seek(Math.floor((event.clientX - box.left) / box.width * this.columns.count));
  }
  point(event) {
    if (event.buttons & 1) this.seek(event);
    super.point(event);
  }
  draw() {
  }
  drawOnce() {
    super.draw(0);
  }
  follow(step) {
    const width = 100 / this.columns.count;
    this.cursor.style.left = `${Math.min(step, this.columns.count - 1) * width}%`;
    this.cursor.style.width = `max(3px, ${width}%)`;
    if (this.numbers) {
      const value = this.cells(0);
      this.numbers.forEach((node2, row) => {
        const number = value(row, step);
        node2.textContent = Number.isNaN(number) ? "" : number !== 0 && Math.abs(number) < 1e-3 ? "0.000" : brief(number);
      });
    }
  }
};

// src/memorylab/player/script/words.js
var SCARCE = 0.1;
function peak(weighting, from, size) {
  let best = 0;
  let total = 0;
  for (let i = 0; i < size; i++) {
    total += weighting[from + i];
    if (weighting[from + i] > weighting[from + best]) best = i;
  }
  return { location: best, weight: weighting[from + best], total };
}
var share = (weight) => weight.toFixed(2);
function tellStep(run, step) {
  if (step >= run.steps) return `This run ended with step ${run.steps - 1}.`;
  const N = run.locations;
  const sentences = [];
  const write2 = peak(run.at("write_weighting", step), 0, N);
  if (![write2.weight, write2.total].every(Number.isFinite))
    sentences.push("Its write is not a number.");
  else if (write2.total < SCARCE) sentences.push(`Writes next to nothing (${share(write2.total)}).`);
  else {
    const gate = run.at("allocation_gate", step)[0];
    const allocated = gate * run.at("allocation_weighting", step)[write2.location];
    const found = (1 - gate) * run.at("write_content_weighting", step)[write2.location];
    const how = allocated >= found ? "newly allocated" : "found by content";
    const place = `location ${write2.location} (${share(write2.weight)})`;
    if (write2.weight >= write2.total / 2) sentences.push(`Writes to ${place}, ${how}.`);
    else sentences.push(`Spreads its write, most of it to ${place}, ${how}.`);
  }
  if (step > 0) {
    const gates = run.at("free_gates", step);
    const before = run.at("read_weighting", step - 1);
    const freed = [];
    for (let i = 0; i < N; i++) {
      let kept = 1;
      for (let head = 0; head < run.heads; head++) kept *= 1 - gates[head] * before[head * N + i];
      if (kept < 0.5) freed.push(i);
    }
    if (freed.length > 4) sentences.push(`Frees ${freed.length} locations.`);
    else if (freed.length)
      sentences.push(`Frees location${freed.length > 1 ? "s" : ""} ${freed.join(", ")}.`);
  }
  for (let head = 0; head < run.heads; head++) {
    const read3 = peak(run.at("read_weighting", step), head * N, N);
    if (!Number.isFinite(read3.weight)) sentences.push(`Head ${head}'s read is not a number.`);
    else if (read3.total < SCARCE)
      sentences.push(`Head ${head} reads next to nothing (${share(read3.total)}).`);
    else {
      const modes = run.at("read_modes", step);
      const ways = ["backward_weighting", "read_content_weighting", "forward_weighting"];
      const parts = ways.map(
        (way2, i) => modes[head * 3 + i] * run.at(way2, step)[head * N + read3.location]
      );
      const way = parts.indexOf(Math.max(...parts));
      let how = "found by content";
      if (way !== 1) {
        how = way === 0 ? "following the link backward" : "following the link";
        if (step > 0)
          how += ` from ${peak(run.at("read_weighting", step - 1), head * N, N).location}`;
      }
      const place = `${read3.location} (${share(read3.weight)})`;
      if (read3.weight >= read3.total / 2) sentences.push(`Head ${head} reads ${place}, ${how}.`);
      else sentences.push(`Head ${head} reads a mixture, most of it from ${place}, ${how}.`);
    }
  }
  return sentences.join(" ");
}

// src/memorylab/player/script/view.js
var axis = (kind, count) => ({ kind, count });
var named2 = (kind, names) => ({ kind, count: names.length, names });
var FRACTIONS = ["fraction", "weighting", "distribution", "links"];
var FIGURES = ["T N", "T R N", "T N W", "T N N", "T W", "T R W"];
var GATES2 = ["T", "T R", "T R 3"];
var isGate = ({ axes, kind }) => GATES2.includes(axes) && FRACTIONS.includes(kind);
var isStrength = ({ axes, kind }) => GATES2.includes(axes) && kind === "strength";
var View = class {
  constructor(player, run) {
    this.player = player;
    this.run = run;
    this.panels = [];
    this.lines = [];
    this.words = element("p", { class: "mp-words", "aria-live": "polite" });
    const parts = [this.words];
    if (run.label) parts.unshift(element("h3", {}, run.label));
    parts.push(element("div", { class: "mp-band" }, ...this.stepFigures()), this.legend());
    parts.push(this.group("Over the whole run", this.runLines(), true));
    parts.push(this.group("Gates, read modes, strengths", this.gateLines(), run.heads <= 4));
    const label = run.label || "run";
    this.root = element("section", { class: "mp-view", "aria-label": label }, ...parts);
    for (const line of this.lines) line.drawOnce();
  }
  scaleOf(name) {
    const { kind, low, high } = this.run.arrays[name];
    if (FRACTIONS.includes(kind)) return this.unit;
    return this.run.signed || low < 0 ? this.shared([name]) : between(0, Math.max(high, 1e-9));
  }
  /** One scale for all of some arrays, symmetric about 0. */
  shared(names) {
    const rows = names.map((name) => this.run.arrays[name]);
    return around(Math.max(...rows.map(({ low, high }) => Math.max(-low, high))));
  }
  get unit() {
    return this.run.signed ? around(1) : UNIT;
  }
  // -- heatmaps of one step
  /**
   * A figure of arrays that hold one number for each cell: `arrays[pick(row, column)]` holds it, at
   * `index(row, column)`.
   */
  figure({ arrays, pick, index, ...options }, width, height) {
    const cells = (step) => {
      const values = arrays.map((name) => this.run.at(name, step));
      return (row, column) => values[pick(row, column)][index(row, column)];
    };
    const panel = new Panel(this.player, { ...options, cells });
    this.panels.push(panel);
    Object.assign(panel.canvas.style, { width: `${width}px`, height: `${height}px` });
    const body = element("div", { class: "mp-body" }, this.ticks("row", panel.rows, height));
    const below = panel.columns.names && panel.columns.kind !== "location" ? "named" : "column";
    body.append(panel.frame, this.ticks(below, panel.columns, width));
    return element("figure", {}, element("figcaption", {}, panel.title), body);
  }
  ticks(kind, { count, names }, length) {
    const all = kind === "named" || names?.[0]?.length > 4;
    const every = all ? 1 : spacing(count, length, kind === "row" ? 12 : 22);
    const box = element("div", { class: `mp-ticks mp-ticks-${kind}`, "aria-hidden": "true" });
    for (let i = 0; i < count; i += every) {
      const style = { [kind === "row" ? "top" : "left"]: `${100 * (i + 0.5) / count}%` };
      box.append(element("span", { style }, String(names ? names[i] : i)));
    }
    return box;
  }
  /**
   * The entries of some arrays, each as [label, name, index in a step]: those without heads first,
   * then head by head. An array with names for its columns has an entry for each, others have one.
   */
  entries(names) {
    const { run } = this;
    const list = [];
    for (let head = -1; head < run.heads; head++)
      for (const name of names) {
        const { axes, label, columns } = run.arrays[name];
        const hasHeads = axes.startsWith("T R");
        if (hasHeads !== head >= 0) continue;
        const start = hasHeads ? head * run.size(name) / run.heads : 0;
        const labels = columns.length ? columns : [label];
        labels.forEach(
          (text, i) => list.push([hasHeads ? `${text} ${head}` : text, name, start + i])
        );
      }
    return list;
  }
  stepFigures() {
    const { run, player } = this;
    const { locations: N, word: W, order } = run;
    const cell = player.runs.length > 1 ? 11 : 14;
    const height = Math.max(120, Math.min(320, N * cell));
    const width = Math.max(84, Math.min(260, W * cell));
    this.locations = named2("location", order);
    const shaped = (...shapes) => run.names(({ axes }) => shapes.includes(axes));
    const figures = run.frame ? [this.frame(run.frame)] : [];
    for (const name of shaped("T N W")) figures.push(this.wordsFigure(name, width, height));
    for (const name of shaped("T N N")) figures.push(this.pairsFigure(name, height));
    const writing = shaped("T N");
    figures.push(
      this.columnsFigure("writing", writing, 0, height, (label) => `${label} of location`)
    );
    for (let head = 0; head < run.heads; head++) {
      const say = (label) => `head ${head}, ${label}, location`;
      figures.push(this.columnsFigure(`head ${head}`, shaped("T R N"), head * N, height, say));
    }
    figures.push(this.vectorsFigure(shaped("T W", "T R W"), width));
    return figures;
  }
  /** An array of a word for each location, such as the memory. */
  wordsFigure(name, width, height) {
    const { word: W, order, arrays } = this.run;
    const options = {
      name,
      title: arrays[name].label,
      rows: this.locations,
      columns: axis("word", W),
      scale: this.shared([name]),
      arrays: [name],
      pick: () => 0,
      index: (row, column) => order[row] * W + column,
      tell: (row, column) => `${name}[${order[row]}, ${column}]: location ${order[row]}, position ${column}`
    };
    return this.figure(options, width, height);
  }
  /** An array of a number for each pair of locations, such as the links. */
  pairsFigure(name, size) {
    const { locations: N, order, arrays } = this.run;
    const related = arrays[name].kind === "links" ? "written right after" : "and";
    const options = {
      name,
      title: arrays[name].label,
      rows: this.locations,
      columns: this.locations,
      scale: this.scaleOf(name),
      arrays: [name],
      pick: () => 0,
      index: (row, column) => order[row] * N + order[column],
      tell: (row, column) => `${name}[${order[row]}, ${order[column]}]: location ${order[row]} ${related} ${order[column]}`
    };
    return this.figure(options, size, size);
  }
  /** Arrays of a number for each location, one column each. */
  columnsFigure(title, names, start, height, say) {
    const { order, arrays } = this.run;
    const labels = names.map((name) => arrays[name].label);
    const options = {
      name: title,
      title,
      rows: this.locations,
      columns: named2("quantity", labels),
      scale: this.unit,
      arrays: names,
      pick: (row, column) => column,
      index: (row) => start + order[row],
      tell: (row, column) => `${say(labels[column])} ${order[row]}`
    };
    return this.figure(options, names.length * 18, height);
  }
  /** Words: keys, and what is erased, written and read. */
  vectorsFigure(names, width) {
    const entries = this.entries(names);
    const labels = entries.map(([label]) => label);
    const options = {
      name: "vectors",
      title: "words of this step",
      rows: named2("vector", labels),
      columns: axis("word", this.run.word),
      scale: this.shared(names),
      arrays: entries.map(([, name]) => name),
      pick: (row) => row,
      index: (row, column) => entries[row][2] + column,
      tell: (row, column) => `${labels[row]}, position ${column}`
    };
    return this.figure(options, width, entries.length * 15);
  }
  /** The environment's picture at the step. */
  frame({ height, width, channels }) {
    const { low, high } = this.run.arrays.observation;
    const about = { role: "img", "aria-label": "observation", "data-panel": "frame" };
    const canvas = element("canvas", { width, height, ...about });
    const context = canvas.getContext("2d");
    const image = context.createImageData(width, height);
    canvas.style.width = `${Math.max(120, Math.min(320, width * 8))}px`;
    this.drawFrame = (step) => {
      const pixels = this.run.at("observation", step);
      for (let i = 0; i < width * height; i++)
        for (let channel = 0; channel < 4; channel++) {
          const value = pixels[i * channels + Math.min(channel, channels - 1)];
          image.data[i * 4 + channel] = channel === 3 ? 255 : 255 * (value - low) / (high - low || 1);
        }
      context.putImageData(image, 0, 0);
    };
    return element("figure", {}, element("figcaption", {}, "observation"), canvas);
  }
  legend() {
    const { run } = this;
    const words = run.names(({ axes }) => ["T W", "T R W"].includes(axes));
    const unit = run.signed ? "differences" : "links, usage, weightings, gates";
    return element(
      "div",
      { class: "mp-legend" },
      this.bar("memory", this.shared(["memory"])),
      this.bar("words of this step", this.shared(words)),
      this.bar(unit, this.unit),
      element("span", { class: "mp-bar-entry" }, element("i", { class: "mp-hatch" }), "no number")
    );
  }
  bar(label, { kind, low, high }) {
    const colours = element("i", { class: "mp-gradient", style: { background: gradient(kind) } });
    const text = `${label} ${brief(low)}`;
    return element("span", { class: "mp-bar-entry" }, text, colours, brief(high));
  }
  // -- heatmaps of the whole run
  group(title, rows, open) {
    const summary = element("summary", {}, title);
    const details = element("details", { class: "mp-group" }, summary, ...rows);
    details.open = open;
    return details;
  }
  /** One time-line: `read(row)` tells [array, index in a step] for each row. */
  line(label, rows, read3, { scale, height, numbers: numbers2 = false, tell }) {
    const { run } = this;
    const cache = {};
    const title = `${label} over time`;
    const cells = () => (row, column) => {
      if (column >= run.steps) return NaN;
      const [name, index] = read3(row);
      cache[name] ??= Array.from({ length: run.steps }, (_, step) => run.at(name, step));
      return cache[name][column][index];
    };
    const columns = axis("time", this.player.steps);
    const say = (row, column) => `step ${column}, ${tell(row)}`;
    const options = { name: title, title, rows, columns, scale, cells, tell: say };
    const line = new TimeLine(this.player, options);
    line.canvas.style.height = `${height}px`;
    this.lines.push(line);
    const left = element("div", { class: "mp-line-label" });
    if (rows.names && rows.kind !== "location") {
      left.classList.add("mp-line-names");
      left.append(...rows.names.map((text) => element("span", {}, text)));
    } else left.append(label);
    const right = element("div", { class: "mp-line-right" });
    if (numbers2) {
      line.numbers = rows.names.map(() => element("span", {}));
      right.append(...line.numbers);
    } else right.append(this.range(scale));
    return element("div", { class: "mp-line" }, left, line.frame, right);
  }
  /** What the darkest and the brightest colour of a line stand for, where it isn't 0 to 1. */
  range({ kind, low, high }) {
    if (low === 0 && high === 1) return "";
    const style = { background: gradient(kind).replace("to right", "to top") };
    const colours = element("i", { class: "mp-gradient mp-upright", style });
    const ends = [high, low].map((value) => element("span", {}, brief(value)));
    return element("span", { class: "mp-range" }, ends[0], colours, ends[1]);
  }
  runLines() {
    const { run } = this;
    const elsewhere = (row) => FIGURES.includes(row.axes) || isGate(row) || isStrength(row);
    const rest = run.names((row) => !elsewhere(row)).filter((name) => run.size(name) > 0 && !(name === "observation" && run.frame));
    return [
      ...rest.map((name) => this.numbersLine(name)),
      ...this.entries(["usage", "write_weighting", "read_weighting"]).map(
        (entry) => this.locationsLine(...entry)
      )
    ];
  }
  /** A line of any numbers, such as the input. */
  numbersLine(name) {
    const { label } = this.run.arrays[name];
    const count = this.run.size(name);
    const single = count === 1;
    const rows = single ? named2("feature", [label]) : axis("feature", count);
    return this.line(label, rows, (row) => [name, row], {
      scale: this.scaleOf(name),
      height: single ? 16 : Math.max(36, Math.min(110, count * 9)),
      numbers: single,
      tell: (row) => single ? label : `${label} ${row}`
    });
  }
  /** A line of a number for each location, such as the usage. */
  locationsLine(label, name, offset) {
    const { locations: N, order } = this.run;
    return this.line(label, this.locations, (row) => [name, offset + order[row]], {
      scale: this.unit,
      height: Math.max(48, Math.min(128, N * 5)),
      tell: (row) => `${label} of location ${order[row]}`
    });
  }
  gateLines() {
    const { run } = this;
    const strengths = run.names(isStrength);
    const highest = Math.max(1.001, ...strengths.map((name) => run.arrays[name].high));
    const scale = run.signed ? around(highest) : between(1, highest);
    return [
      this.namedLine("gates", run.names(isGate), this.unit),
      this.namedLine("strengths", strengths, scale)
    ];
  }
  /** A line with a name and a number for each of its rows. */
  namedLine(title, names, scale) {
    const entries = this.entries(names);
    const labels = entries.map(([label]) => label);
    return this.line(title, named2("gate", labels), (row) => entries[row].slice(1), {
      scale,
      height: entries.length * 16,
      numbers: true,
      tell: (row) => labels[row]
    });
  }
  draw(step) {
    for (const panel of this.panels) panel.draw(step);
    for (const line of this.lines) line.follow(step);
    this.drawFrame?.(step);
    this.words.textContent = this.run.signed ? "Red is more in the first run, blue more in the second." : tellStep(this.run, step);
  }
  mark(chosen) {
    for (const panel of [...this.panels, ...this.lines]) panel.mark(chosen);
  }
};

// src/memorylab/player/script/player.js
var SPEEDS = [1, 2, 5, 10, 20, 30, 60];
var SYNC_AFTER = 120;
var Player = class {
  constructor(model, root2) {
    this.model = model;
    this.root = root2;
    const header = model.get("header");
    const { runs, model: network } = read2(header, model.get("data"));
    Object.assign(this, { runs, network });
    this.steps = Math.max(...this.runs.map((run) => run.steps));
    this.step = 0;
    this.playing = false;
    this.chosen = null;
    this.fps = model.get("fps");
    this.build();
    this.seek(model.get("t"), false);
    root2.addEventListener("keydown", (event) => this.key(event));
    this.onModelStep = () => this.seek(model.get("t"), false);
    this.onModelSpeed = () => this.setSpeed(model.get("fps"), false);
    model.on("change:t", this.onModelStep);
    model.on("change:fps", this.onModelSpeed);
  }
  build() {
    const button = (name, label, action) => element(
      "button",
      { type: "button", title: label, "aria-label": label, onclick: action, "data-action": name },
      sign(name)
    );
    this.playButton = button("play", "Play (space)", () => this.toggle());
    this.slider = element("input", {
      type: "range",
      min: 0,
      max: this.steps - 1,
      value: 0,
      "aria-label": "step",
      oninput: () => this.seek(Number(this.slider.value))
    });
    this.counter = element("output", { class: "mp-counter" });
    this.speed = element("select", {
      "aria-label": "steps per second",
      onchange: () => this.setSpeed(Number(this.speed.value))
    });
    this.value = element("p", { class: "mp-value", "aria-live": "polite" });
    const controls = [
      button("first", "First step (Home)", () => this.seek(0)),
      button("back", "Step back (left arrow)", () => this.seek(this.step - 1)),
      this.playButton,
      button("forward", "Step forward (right arrow)", () => this.seek(this.step + 1)),
      button("last", "Last step (End)", () => this.seek(this.steps - 1)),
      this.slider,
      this.counter,
      element("label", {}, this.speed, " steps/s")
    ];
    this.views = this.runs.map((run) => new View(this, run));
    this.board = element(
      "div",
      { class: "mp-views", "data-runs": this.runs.length },
      ...this.views.map((view) => view.root)
    );
    if (this.runs.length === 2 && this.comparable()) {
      this.differenceButton = element(
        "button",
        {
          type: "button",
          title: "Show the difference (d)",
          onclick: () => this.toggleDifference(),
          "aria-pressed": "false",
          "data-action": "difference"
        },
        "difference"
      );
      controls.push(this.differenceButton);
    }
    const keys = element(
      "details",
      { class: "mp-keys" },
      element("summary", {}, "keys"),
      "space plays and pauses · ← → or , . step · page up and page down go ten steps · home and end · + − change the speed · d shows the difference of two runs · in a picture the arrow keys move from cell to cell, escape leaves it"
    );
    this.root.replaceChildren(
      element("div", { class: "mp-controls", role: "toolbar", "aria-label": "time" }, ...controls),
      this.value,
      this.board,
      keys
    );
    this.setSpeed(this.fps, false);
    this.select(null);
  }
  comparable() {
    const [a, b] = this.runs;
    return ["locations", "word", "heads"].every((key) => a[key] === b[key]);
  }
  toggleDifference() {
    if (!this.differenceButton) return;
    if (!this.difference) {
      this.difference = new View(this, new Difference(...this.runs));
      this.difference.root.dataset.difference = "true";
    }
    const shown = this.views.includes(this.difference);
    if (shown) {
      this.views.pop();
      this.difference.root.remove();
    } else {
      this.views.push(this.difference);
      this.board.append(this.difference.root);
      this.difference.draw(this.step);
    }
    this.differenceButton.setAttribute("aria-pressed", String(!shown));
  }
  seek(step, sync = true) {
    step = Math.max(0, Math.min(this.steps - 1, Math.round(step)));
    if (this.step === step && this.drawn) return;
    this.step = step;
    this.drawn = true;
    for (const view of this.views) view.draw(step);
    this.slider.value = step;
    this.slider.setAttribute("aria-valuetext", `step ${step} of ${this.steps - 1}`);
    this.counter.textContent = `step ${step} of ${this.steps - 1}`;
    this.root.dataset.step = step;
    if (this.chosen) this.value.textContent = this.chosen.panel.readout(step);
    if (sync) {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.sync(), SYNC_AFTER);
    }
  }
  /** Tell the kernel where we are; not for every frame, which would flood it. */
  sync() {
    clearTimeout(this.timer);
    this.timer = void 0;
    if (this.model.get("t") === this.step) return;
    this.model.set("t", this.step);
    this.model.save_changes();
  }
  setSpeed(fps, sync = true) {
    this.fps = fps;
    const speeds = [.../* @__PURE__ */ new Set([...SPEEDS, fps])].sort((a, b) => a - b);
    this.speed.replaceChildren(
      ...speeds.map((value) => element("option", { value }, String(value)))
    );
    this.speed.value = fps;
    if (!sync) return;
    this.model.set("fps", fps);
    this.model.save_changes();
  }
  toggle(play = !this.playing) {
    if (play && this.step === this.steps - 1) this.seek(0);
    this.playing = play;
    this.root.dataset.playing = play;
    this.playButton.replaceChildren(sign(play ? "pause" : "play"));
    this.playButton.title = play ? "Pause (space)" : "Play (space)";
    this.playButton.setAttribute("aria-label", this.playButton.title);
    for (const view of this.views) view.words.setAttribute("aria-live", play ? "off" : "polite");
    cancelAnimationFrame(this.request);
    if (play) {
      this.due = performance.now() + 1e3 / this.fps;
      this.request = requestAnimationFrame((now) => this.tick(now));
    } else this.sync();
  }
  tick(now) {
    if (!this.playing) return;
    if (!this.root.isConnected) return this.toggle(false);
    if (now >= this.due) {
      this.seek(this.step + 1);
      this.due = Math.max(this.due + 1e3 / this.fps, now);
      if (this.step === this.steps - 1) return this.toggle(false);
    }
    this.request = requestAnimationFrame((next) => this.tick(next));
  }
  select(panel) {
    this.chosen = panel ? panel.chosen() : null;
    this.value.textContent = panel ? panel.readout(this.step) : "Point at a cell, or reach it by tab and arrow keys, for its value.";
    for (const view of this.views) view.mark(this.chosen);
  }
  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target === this.speed) return;
    const onButton = event.target.tagName === "BUTTON" || event.target.tagName === "SUMMARY";
    const faster = (by) => {
      const speeds = SPEEDS.filter((speed) => by > 0 ? speed > this.fps : speed < this.fps);
      const next = by > 0 ? speeds[0] : speeds.at(-1);
      if (next) this.setSpeed(next);
    };
    const actions = {
      ArrowLeft: () => this.seek(this.step - 1),
      ArrowRight: () => this.seek(this.step + 1),
      ",": () => this.seek(this.step - 1),
      ".": () => this.seek(this.step + 1),
      PageUp: () => this.seek(this.step - 10),
      PageDown: () => this.seek(this.step + 10),
      Home: () => this.seek(0),
      End: () => this.seek(this.steps - 1),
      "+": () => faster(1),
      "=": () => faster(1),
      "-": () => faster(-1),
      d: () => this.toggleDifference(),
      Escape: () => {
        this.select(null);
        this.slider.focus();
      }
    };
    if (!onButton) actions[" "] = () => this.toggle();
    const action = actions[event.key];
    if (!action) return;
    event.preventDefault();
    event.stopPropagation();
    action();
  }
  destroy() {
    this.toggle(false);
    clearTimeout(this.timer);
    this.model.off("change:t", this.onModelStep);
    this.model.off("change:fps", this.onModelSpeed);
  }
};

// src/memorylab/player/script/style.css
var style_default = '.memory-player {\n  --mp-text: var(--jp-ui-font-color1, #1b1b1b);\n  --mp-quiet: var(--jp-ui-font-color2, #5a5a5a);\n  --mp-back: var(--jp-layout-color0, #fff);\n  --mp-field: var(--jp-layout-color2, #eee);\n  --mp-line: var(--jp-border-color1, #bbb);\n  --mp-accent: #0b6bcb;\n  --mp-mark: #d6006c;\n  container-type: inline-size;\n  color: var(--mp-text);\n  background: var(--mp-back);\n  font:\n    13px/1.45 system-ui,\n    sans-serif;\n  padding: 8px;\n  box-sizing: border-box;\n  color-scheme: light;\n}\n.memory-player[data-theme="dark"],\nbody[data-jp-theme-light="false"] .memory-player {\n  --mp-accent: #6cb6ff;\n  --mp-mark: #ff6db6;\n  color-scheme: dark;\n}\n.memory-player[data-theme="dark"] {\n  --mp-text: #e8e8e8;\n  --mp-quiet: #adadad;\n  --mp-back: #121417;\n  --mp-field: #2a2e34;\n  --mp-line: #555b63;\n}\n.memory-player *,\n.memory-player *::before {\n  box-sizing: border-box;\n}\n.memory-player p,\n.memory-player h3,\n.memory-player figure {\n  margin: 0;\n}\n.memory-player h3 {\n  font-size: 14px;\n  font-weight: 600;\n}\n.mp-controls {\n  display: flex;\n  flex-wrap: wrap;\n  gap: 4px 6px;\n  align-items: center;\n}\n.mp-controls button svg {\n  display: block;\n}\n.mp-controls button,\n.mp-controls select {\n  font: inherit;\n  min-width: 32px;\n  min-height: 30px;\n  padding: 2px 8px;\n  color: inherit;\n  background: var(--mp-field);\n  border: 1px solid var(--mp-line);\n  border-radius: 4px;\n  cursor: pointer;\n}\n.mp-controls button[aria-pressed="true"] {\n  background: var(--mp-accent);\n  color: var(--mp-back);\n}\n.mp-controls input[type="range"] {\n  flex: 1 1 140px;\n  min-width: 100px;\n  accent-color: var(--mp-accent);\n}\n.mp-counter {\n  min-width: 9.5em;\n  font-variant-numeric: tabular-nums;\n}\n.memory-player :focus-visible {\n  outline: 2px solid var(--mp-accent);\n  outline-offset: 2px;\n}\n.memory-player .mp-value {\n  min-height: 1.45em;\n  font-variant-numeric: tabular-nums;\n  color: var(--mp-quiet);\n  margin: 4px 0;\n}\n.memory-player .mp-words {\n  min-height: 2.9em;\n  margin: 2px 0 6px;\n  font-size: 14px;\n}\n.mp-views {\n  display: grid;\n  grid-template-columns: minmax(0, 1fr);\n  gap: 14px 28px;\n}\n.mp-band {\n  display: flex;\n  flex-wrap: wrap;\n  gap: 12px;\n  align-items: flex-start;\n}\n.mp-band figure {\n  max-width: 100%;\n}\n.mp-band figcaption {\n  font-size: 12px;\n  font-weight: 600;\n  margin: 0 0 3px;\n}\n.mp-body {\n  display: grid;\n  grid-template-columns: auto max-content;\n  justify-content: start;\n}\n.mp-body > .mp-frame {\n  grid-column: 2;\n}\n.mp-frame {\n  position: relative;\n  line-height: 0;\n  outline: 1px solid var(--mp-line);\n  cursor: crosshair;\n  background: repeating-linear-gradient(45deg, var(--mp-back) 0 3px, var(--mp-quiet) 3px 4px);\n}\n.memory-player canvas {\n  image-rendering: pixelated;\n  display: block;\n  max-width: 100%;\n  touch-action: none;\n}\n.mp-marks {\n  position: absolute;\n  inset: 0;\n  pointer-events: none;\n  overflow: hidden;\n}\n.mp-mark {\n  position: absolute;\n  border: 0 solid var(--mp-mark);\n}\n.mp-row {\n  left: 0;\n  right: 0;\n  border-width: 1px 0;\n  min-height: 3px;\n}\n.mp-column {\n  top: 0;\n  bottom: 0;\n  border-width: 0 1px;\n  min-width: 3px;\n}\n.mp-strong.mp-row {\n  border-width: 2px 0;\n}\n.mp-strong.mp-column {\n  border-width: 0 2px;\n}\n.mp-ticks {\n  position: relative;\n  font-size: 11px;\n  line-height: 1;\n  color: var(--mp-quiet);\n  font-variant-numeric: tabular-nums;\n}\n.mp-ticks-row {\n  min-width: 25px;\n  grid-column: 1;\n}\n.mp-ticks-row span {\n  position: absolute;\n  right: 5px;\n  transform: translateY(-50%);\n  white-space: nowrap;\n}\n.mp-body:has([data-panel="vectors"]) .mp-ticks-row {\n  min-width: 62px;\n}\n.mp-ticks-column,\n.mp-ticks-named {\n  grid-column: 2;\n}\n.mp-ticks-column {\n  height: 16px;\n}\n.mp-ticks-named {\n  height: 70px;\n}\n.mp-ticks-column span {\n  position: absolute;\n  top: 4px;\n  transform: translateX(-50%);\n}\n.mp-ticks-named span {\n  position: absolute;\n  top: 4px;\n  writing-mode: vertical-rl;\n  transform: translateX(-50%);\n}\n.mp-legend {\n  display: flex;\n  flex-wrap: wrap;\n  gap: 4px 20px;\n  margin: 8px 0;\n  font-size: 12px;\n  color: var(--mp-quiet);\n}\n.mp-bar-entry {\n  display: inline-flex;\n  gap: 6px;\n  align-items: center;\n  white-space: nowrap;\n}\n.mp-gradient {\n  display: inline-block;\n  width: 70px;\n  height: 10px;\n}\n.mp-hatch {\n  display: inline-block;\n  width: 16px;\n  height: 12px;\n  outline: 1px solid var(--mp-line);\n  background: repeating-linear-gradient(45deg, var(--mp-back) 0 3px, var(--mp-quiet) 3px 4px);\n}\n.mp-group {\n  margin: 4px 0;\n}\n.mp-group > summary,\n.mp-keys > summary {\n  cursor: pointer;\n  font-size: 12px;\n  font-weight: 600;\n  padding: 3px 0;\n}\n.mp-line {\n  display: grid;\n  grid-template-columns: 112px minmax(0, 1fr) 58px;\n  gap: 0 8px;\n  margin: 0 0 6px;\n  font-size: 11.5px;\n  align-items: stretch;\n}\n.mp-line canvas {\n  width: 100%;\n}\n.mp-line-label {\n  text-align: right;\n  align-self: center;\n}\n.mp-line-names,\n.mp-line-right {\n  display: flex;\n  flex-direction: column;\n  justify-content: space-around;\n}\n.mp-line-names {\n  align-self: stretch;\n  line-height: 1;\n}\n.mp-line-right {\n  line-height: 1;\n  font-variant-numeric: tabular-nums;\n}\n.mp-line-names span,\n.mp-line-right > span {\n  height: 16px;\n  line-height: 16px;\n  white-space: nowrap;\n}\n.mp-line-right > .mp-range {\n  flex: 1;\n  height: auto;\n  display: flex;\n  flex-direction: column;\n  justify-content: space-between;\n  position: relative;\n  padding-left: 14px;\n  line-height: 11px;\n}\n.mp-range > .mp-upright {\n  position: absolute;\n  left: 0;\n  top: 0;\n  bottom: 0;\n  width: 9px;\n  height: auto;\n}\n.mp-time {\n  cursor: ew-resize;\n}\n.mp-cursor {\n  position: absolute;\n  top: -2px;\n  bottom: -2px;\n  pointer-events: none;\n  outline: 2px solid var(--mp-mark);\n}\n.memory-player .mp-keys {\n  color: var(--mp-quiet);\n  font-size: 12px;\n}\n@container (min-width: 1180px) {\n  .mp-views[data-runs="2"] {\n    grid-template-columns: repeat(2, minmax(0, 1fr));\n  }\n  .mp-view[data-difference] {\n    grid-column: 1 / -1;\n  }\n}\n@container (max-width: 420px) {\n  .mp-line {\n    grid-template-columns: 84px minmax(0, 1fr) 50px;\n  }\n}\n';

// src/memorylab/player/script/main.js
function render({ model, el }) {
  const root2 = element("div", {
    class: "memory-player",
    role: "group",
    "aria-label": "memory player"
  });
  el.replaceChildren(element("style", {}, style_default), root2);
  const player = new Player(model, root2);
  root2.dataset.ready = "true";
  return () => player.destroy();
}
async function mount(el, start) {
  const packed = Uint8Array.from(atob(start.data), (letter) => letter.charCodeAt(0));
  const unpacked = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate"));
  const state = { ...start, data: new DataView(await new Response(unpacked).arrayBuffer()) };
  const model = {
    get: (key) => state[key],
    set: (key, value) => state[key] = value,
    save_changes() {
    },
    on() {
    },
    off() {
    }
  };
  render({ model, el });
  const night = matchMedia("(prefers-color-scheme: dark)");
  const paint = () => {
    const { theme } = document.body.dataset;
    const system = night.matches ? "dark" : "light";
    el.querySelector(".memory-player").dataset.theme = /^(light|dark)$/.test(theme) ? theme : system;
  };
  new MutationObserver(paint).observe(document.body, { attributeFilter: ["data-theme"] });
  night.addEventListener("change", paint);
  paint();
}
var main_default = { render };
export {
  Run,
  Simulation,
  main_default as default,
  disturbance_exports as disturbances,
  formulas_exports as formulas,
  mount,
  read2 as read,
  tellStep
};
