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
var press = (name, title, text, onclick) => element("button", { type: "button", title, onclick, "data-action": name }, text);
function drawing(tag, properties = {}, ...children) {
  const node2 = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [key, value] of Object.entries(properties)) node2.setAttribute(key, value);
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
  const box = { viewBox: "0 0 16 16", width: 16, height: 16, "aria-hidden": "true" };
  return drawing("svg", box, drawing("path", { d: SIGNS[name], fill: "currentColor" }));
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
  covers: () => covers,
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
  const [, name, list, start, range2, end] = match;
  const index = list ? list.split(",").map(Number) : [];
  const first = Number(start ?? 0);
  const last = end !== void 0 ? Number(end) : start !== void 0 && !range2 ? first : null;
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
  const row2 = table[name];
  const shape = stepShape(row2, sizes);
  const letters = row2.axes.split(" ").slice(1);
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
  const [low, high] = KINDS[row2.kind];
  if (!(low <= value && value <= high)) {
    const allowed = Number.isFinite(high) ? `in [${low}, ${high}]` : `at least ${low}`;
    fail(`${name} is a ${row2.kind}, so its value must be ${allowed}, but it is ${value}.`);
  }
}
function suggest(name, known) {
  const nearest = known.toSorted((a, b) => distance(a, name) - distance(b, name))[0];
  const near = nearest !== void 0 && 2 * distance(nearest, name) <= nearest.length;
  const hint = near ? ` Did you mean '${nearest}'?` : "";
  return `${hint} Known: ${known.toSorted().join(", ") || "none"}.`;
}
function distance(a, b) {
  let row2 = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++)
      next.push(Math.min(row2[j] + 1, next[j - 1] + 1, row2[j - 1] + (a[i - 1] !== b[j - 1])));
    row2 = next;
  }
  return row2[b.length];
}
var holds = ({ first, last }, step) => first <= step && (last === null || step <= last);
var covers = (edit, name, index, step) => edit.name === name && holds(edit, step) && edit.index.every((at, i) => at === index[i]);
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
  for (let row2 = 0; row2 < out.length; row2++) {
    let total = 0;
    const place = (first + row2) * width + start;
    for (let i = 0; i < vector.length; i++) total += matrix[place + i] * vector[i];
    out[row2] += total;
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
    for (const [name, row2] of Object.entries(left.arrays)) {
      const other = right.arrays[name];
      if (!other || `${row2.shape.slice(1)}` !== `${other.shape.slice(1)}`) continue;
      const extent = Math.max(row2.high, other.high) - Math.min(row2.low, other.low);
      arrays[name] = { ...row2, low: -extent, high: extent };
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
};

// src/memorylab/player/script/formulas.js
var formulas_exports = {};
__export(formulas_exports, {
  FORMULAS: () => FORMULAS,
  formulasOf: () => formulasOf
});

// src/memorylab/player/script/expressions.js
var expressions_exports = {};
__export(expressions_exports, {
  Letters: () => Letters,
  Numbers: () => Numbers,
  add: () => add,
  apply: () => apply2,
  constant: () => constant,
  divide: () => divide,
  evaluate: () => evaluate,
  exp: () => exp,
  flatten: () => flatten,
  leaf: () => leaf,
  multiply: () => multiply,
  named: () => named,
  nonnegative: () => nonnegative,
  root: () => root,
  shorten: () => shorten,
  shownSources: () => shownSources,
  sources: () => sources,
  square: () => square,
  subtract: () => subtract
});

// src/memorylab/player/script/mathml.js
var mathml_exports = {};
__export(mathml_exports, {
  mathml: () => mathml,
  number: () => number,
  similarityOf: () => similarityOf,
  symbolOf: () => symbolOf
});
var SYMBOLS = {
  input: ["x"],
  read_keys: ["k", "r"],
  read_strengths: ["β", "r"],
  write_key: ["k", "w"],
  write_strength: ["β", "w"],
  erase_vector: ["e"],
  write_vector: ["v"],
  free_gates: ["f"],
  allocation_gate: ["g", "a"],
  write_gate: ["g", "w"],
  read_modes: ["π"],
  usage: ["u"],
  allocation_weighting: ["a"],
  write_content_weighting: ["c", "w"],
  write_weighting: ["w", "w"],
  memory: ["M"],
  link: ["L"],
  precedence: ["p"],
  forward_weighting: ["f"],
  backward_weighting: ["b"],
  read_content_weighting: ["c", "r"],
  read_weighting: ["w", "r"],
  read_vectors: ["r"],
  output: ["y"],
  controller_hidden: ["h"],
  controller_cell: ["s"],
  "cell.interface.weight": ["W", "", "ξ"],
  "cell.interface.bias": ["b", "", "ξ"],
  "output.weight": ["W", "", "y"],
  "output.bias": ["b", "", "y"]
};
var GATES = ["i", "f", "g", "o"];
var WEIGHTS = {
  weight: ["W"],
  bias: ["b"],
  weight_ih: ["W", "", "x"],
  bias_ih: ["b", "", "x"],
  weight_hh: ["W", "", "h"],
  bias_hh: ["b", "", "h"]
};
var HEADED = /^(read_(?!weighting_)|free_gates|(forward|backward)_weighting|read_content_weighting)/;
var identifier = (text) => `<mi>${text}</mi>`;
var operator = (text) => `<mo>${text}</mo>`;
var row = (...parts) => `<mrow>${parts.join("")}</mrow>`;
var fence = (inner, left = "(", right = ")") => row(`<mo stretchy="false">${left}</mo>`, inner, `<mo stretchy="false">${right}</mo>`);
function symbolOf(name, index, when) {
  const rest = [...index];
  const layer = /^controller_\w+_(\d+)$/.exec(name)?.[1];
  const known = name.replace(/(controller_\w+)_\d+$/, "$1");
  const [base, over = "", below = when] = SYMBOLS[known] ?? WEIGHTS[name.split(".").at(-1)] ?? "?";
  let [letter, above] = [base, over];
  if (known === "controller_gates") letter = GATES[rest.shift()];
  if (HEADED.test(name)) above += (above ? "," : "") + rest.shift();
  if (layer !== void 0) above = String(Number(layer) + 1);
  const [lower, upper] = [below, above].map((text) => text && identifier(text));
  let symbol = identifier(letter);
  if (lower && upper) symbol = `<msubsup>${symbol}${lower}${upper}</msubsup>`;
  else if (lower) symbol = `<msub>${symbol}${lower}</msub>`;
  else if (upper) symbol = `<msup>${symbol}${upper}</msup>`;
  return rest.length ? row(symbol, fence(identifier(rest.join(", ")), "[", "]")) : symbol;
}
var similarityOf = (key, memory3) => row(identifier("D"), fence(row(key, operator(","), memory3)));
var [SUM, PRODUCT, ATOM] = [1, 2, 3];
var BINDING = { add: SUM, subtract: SUM, multiply: PRODUCT };
var CALLS = { sigmoid: "σ", oneplus: "oneplus", tanh: "tanh" };
function mathml(expression, write2, later = false) {
  const inner = (node2, least = SUM, after = false) => {
    const loose = (BINDING[node2.op] ?? ATOM) < least;
    const isNegative = ["leaf", "named"].includes(node2.op) && node2.value < 0;
    const text = mathml(node2, write2, after && !loose);
    return loose || after && isNegative ? fence(text) : text;
  };
  const { op, args, over } = expression;
  const [first, second] = args;
  switch (op) {
    case "leaf":
      return write2(expression);
    case "add":
    case "multiply": {
      const [sign2, great, least] = op === "add" ? ["+", "∑", SUM] : ["·", "∏", PRODUCT];
      if (over && args.length === 1 && Number.isNaN(expression.value))
        return row(`<munder>${operator(great)}${identifier(over)}</munder>`, inner(first, PRODUCT));
      if (!args.length) return `<mn>${op === "add" ? 0 : 1}</mn>`;
      return row(args.map((arg, i) => inner(arg, least, later || i > 0)).join(operator(sign2)));
    }
    case "subtract":
      return row(inner(first), operator("−"), inner(second, PRODUCT, true));
    case "divide":
      return `<mfrac>${row(inner(first))}${row(inner(second))}</mfrac>`;
    case "exp":
      return `<msup>${identifier("e")}${row(inner(first))}</msup>`;
    case "root":
      return `<msqrt>${inner(first)}</msqrt>`;
    case "square":
      return `<msup>${row(inner(first, ATOM, true))}<mn>2</mn></msup>`;
    case "nonnegative":
      return row(identifier("max"), fence(row("<mn>0</mn>", operator(","), inner(first))));
    case "named":
      return expression.symbol || write2(expression);
    default:
      return row(identifier(CALLS[op]), fence(inner(first)));
  }
}
function figures(value) {
  const distance2 = 1 - Math.abs(value);
  if (distance2 > 0 && distance2 < 0.01)
    return value.toFixed(Math.min(12, 2 - Math.floor(Math.log10(distance2)))).replace("-", "−");
  const size = Math.abs(value);
  if (size > 0 && size < 1e-4)
    return Number(value.toPrecision(3)).toExponential().replaceAll("-", "−");
  return brief(value);
}
var number = ({ value, rest }) => {
  const text = `<mn>${figures(value)}</mn>`;
  return rest ? `<munder>${text}<mtext>${rest} more</mtext></munder>` : text;
};

// src/memorylab/player/script/expressions.js
var SHOWN = 3;
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
var exp = (a) => node("exp", [a]);
var root = (a) => node("root", [a]);
var square = (a) => node("square", [a]);
var apply2 = (name, a) => node(name, [a]);
var named = (symbol, a) => node("named", [a], { symbol });
var nonnegative = (a) => a.value < 0 ? node("nonnegative", [a]) : a;
var evaluate = ({ op, args, value }) => op === "leaf" ? value : OPERATIONS[op](...args.map(evaluate));
function sources({ source, args }) {
  return [...source ? [source] : [], ...args.flatMap(sources)];
}
function shownSources(expression) {
  let isOpen = false;
  const visit = ({ op, source, args }) => {
    if (op === "named" && isOpen) return [];
    isOpen ||= op === "named";
    return [...source ? [source] : [], ...args.flatMap(visit)];
  };
  return visit(expression);
}
function shorten(expression) {
  const args = expression.args.map(shorten);
  if (!expression.over || args.length <= SHOWN + 1) return { ...expression, args };
  const isSum = expression.op === "add";
  const weight = ({ value }) => isSum ? -Math.abs(value) : value;
  const ranked = [...args].sort((a, b) => weight(a) - weight(b));
  const kept = new Set(ranked.slice(0, SHOWN));
  const others = args.filter((arg) => !kept.has(arg));
  const rest = {
    ...leaf(OPERATIONS[expression.op](...others.map(({ value }) => value))),
    rest: others.length
  };
  return { ...expression, args: [...args.filter((arg) => kept.has(arg)), rest] };
}
var Cells = class {
  /** softmax_n over `count` scores, each given by `body(j)`. */
  softmax(letter, count, n, body) {
    const scores = this.sum(letter, count, body).args;
    const highest = Math.max(...scores.map(({ value }) => value));
    const shifted = (a) => exp(highest > 700 ? subtract(a, constant(highest)) : a);
    return divide(shifted(body(n)), node("add", scores.map(shifted), { over: letter }));
  }
};
var Numbers = class extends Cells {
  constructor(run, step) {
    super();
    Object.assign(this, { run, step, model: run.model, sizes: run.model.sizes, symbolic: false });
  }
  now(name, ...index) {
    return this.cell(name, index, this.step);
  }
  before(name, ...index) {
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
};
var each = (over) => Array.isArray(over) ? over : Array.from({ length: over }, (_, i) => i);
var flatten = (index, shape) => index.reduce((at, i, axis2) => at * shape[axis2] + i, 0);
var Letters = class extends Cells {
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
};

// src/memorylab/player/script/controller.js
function joined({ input }, { read_vectors: read3 }) {
  const all = new Float64Array(input.length + read3.length);
  all.set(input);
  all.set(read3, input.length);
  return all;
}
function joinedTerms(c, name, row2) {
  const { input: F, heads: R, word: W } = c.sizes;
  const place = (i, w) => c.symbolic ? "F+iW+w" : F + i * W + w;
  return [
    c.sum("j", F, (j) => multiply(c.weight(name, row2, j), c.now("input", j))),
    c.sum("i,w", R * W, (at) => {
      const [i, w] = c.symbolic ? ["i", "w"] : [Math.floor(at / W), at % W];
      return multiply(c.weight(name, row2, place(i, w)), c.before("read_vectors", i, w));
    })
  ];
}
var GATES2 = 4;
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
        const row2 = c.symbolic ? unit : gate * H + unit;
        const terms = layer ? [c.sum("j", H, (j) => multiply(c.weight(input, row2, j), c.now(below, j)))] : joinedTerms(c, input, row2);
        return apply2(
          gate === 2 ? "tanh" : "sigmoid",
          add(
            ...terms,
            c.sum("l", H, (l) => multiply(c.weight(recurrent, row2, l), c.before(hidden, l))),
            c.weight(`${prefix}bias_ih`, row2),
            c.weight(`${prefix}bias_hh`, row2)
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
      explain: (c, h) => multiply(c.now(gates, GATES2 - 1, h), apply2("tanh", c.now(cell, h)))
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
function raw(c, row2) {
  const { hidden: H } = c.sizes;
  return add(
    c.sum("q", H, (q) => multiply(c.weight(WEIGHT, row2, q), hiddenUnit(c, q))),
    c.weight(BIAS, row2)
  );
}
var INTERFACE = PARTS.map(([name, axes, range2]) => ({
  name,
  axes,
  compute(now, before, model) {
    const { weights, sizes } = model;
    const first = offsetOf(name, sizes);
    const out = weights[BIAS].slice(first, first + stepSize(axes, sizes));
    addProduct(out, weights[WEIGHT], now[hiddenName(model)], first);
    RANGES[range2](out);
    return out;
  },
  explain(c, ...index) {
    const { word: W } = c.sizes;
    const flat2 = axes === "T R W" ? index[0] * W + index[1] : index[0] ?? 0;
    const row2 = (at) => c.symbolic ? "·" : offsetOf(name, c.sizes) + at;
    if (range2 === "distribution")
      return c.softmax("l", 3, index[1], (m) => raw(c, row2(3 * index[0] + m)));
    const value = raw(c, row2(flat2));
    return range2 === "number" ? value : apply2(range2 === "fraction" ? "sigmoid" : "oneplus", value);
  }
}));

// src/memorylab/player/script/formulas.js
var NORM_EPSILON = 1e-6;
var TIE = 2 ** -33;
var [BACKWARD, CONTENT, FORWARD] = [0, 1, 2];
function lookUp(memory3, keys, strengths, { locations: N, word: W }) {
  const found = new Float64Array(strengths.length * N);
  const norms = new Float64Array(N);
  for (let n = 0; n < N; n++) norms[n] = norm(memory3, n * W, W);
  for (let head = 0; head < strengths.length; head++) {
    const keyNorm = norm(keys, head * W, W);
    for (let n = 0; n < N; n++) {
      let dot = 0;
      for (let w = 0; w < W; w++) dot += keys[head * W + w] * memory3[n * W + w];
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
function explainLookUp(c, n, key, memoryAt, strength) {
  const { locations: N, word: W } = c.sizes;
  const length = (cell) => root(
    add(
      c.sum("w", W, (w) => square(cell(w))),
      leaf(NORM_EPSILON, "<mi>ε</mi>")
    )
  );
  const cosine = (at) => named(
    c.symbolic && similarityOf(key().symbol, memoryAt(at).symbol),
    divide(
      c.sum("w", W, (w) => multiply(key(w), memoryAt(at, w))),
      multiply(
        length(key),
        length((w) => memoryAt(at, w))
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
    (...w) => c.now("write_key", ...w),
    (...jw) => c.before("memory", ...jw),
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
    (...w) => c.now("read_keys", i, ...w),
    (...jw) => c.now("memory", ...jw),
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
      c.sum("q", H, (q) => multiply(weight(q), hiddenUnit(c, q))),
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
function checkModel(model) {
  const { shapes } = model;
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
        keptBytes: KEPT_BYTES,
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
    this.first = earlier && (earlier.first ?? earlier);
    this.arrays = this.rows(model.table);
  }
  /** The same model and sequence, or another `sequence`, with another disturbance. */
  disturbed(disturbance, sequence = {}) {
    const changed = { ...this.sequence, ...sequence, disturbance };
    return new _Simulation(this.original, changed, this);
  }
  // -- running
  run(earlier) {
    const { steps, locations: N, word: W } = this;
    this.thin = 8 * steps * N * (N + W) > this.keptBytes;
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
  /** The rows of the arrays, with shapes and ranges; a range covers that of the first run too. */
  rows(table) {
    const rows = {};
    for (const [name, row2] of Object.entries(table)) {
      if (!(name in this.history[0])) continue;
      const size = this.history[0][name].length;
      const shape = this.stepShapes[name] ?? row2.shape?.slice(1) ?? [size];
      const range2 = ["number", "strength"].includes(row2.kind) ? this.range(name) : [0, 1];
      const other = this.first?.arrays[name];
      rows[name] = {
        ...row2,
        shape: [this.steps, ...shape],
        low: Math.min(range2[0], other?.low ?? Infinity),
        high: Math.max(range2[1], other?.high ?? -Infinity)
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
  for (const [name, row2] of Object.entries(model.weights))
    weights[name] = Float64Array.from(numbers(buffer, row2));
  const shapes = Object.fromEntries(
    Object.entries(model.weights).map(([name, { shape }]) => [name, shape])
  );
  return checkModel({ ...model, weights, shapes, table: runs[0].arrays });
}
function readRun({ follows, disturbance, ...about }, buffer, model, header) {
  const given = {};
  for (const [name, row2] of Object.entries(about.arrays))
    if ("offset" in row2) given[name] = numbers(buffer, row2);
  if (!follows) return new Run(about, given);
  const { input, target, mask, ...recorded } = given;
  const sequence = { ...about, input, target, mask, given: recorded };
  if (follows === "model")
    return new Simulation(model, { ...sequence, disturbance: parse(header.disturbance ?? "") });
  const { arrays, locations, word, heads } = about;
  const sizes = { locations, word, heads, input: arrays.input.shape[1] };
  sizes.output = arrays.output.shape[1];
  const edits = { ...parse(disturbance), locations: null, words: null };
  return new Simulation(
    { sizes, weights: null, table: arrays },
    { ...sequence, disturbance: edits }
  );
}

// src/memorylab/player/script/axes.js
var CALLED = { N: "location", H: "unit", W: "position" };
var FRACTIONS = ["fraction", "weighting", "distribution", "links"];
var WRITTEN = 0.1;
var isLetter = (dimension) => /^[A-Z]$/.test(dimension) && !"FD".includes(dimension);
var dimensions = ({ axes }) => axes.split(" ").slice(1);
function sizesOf2(run) {
  const sizes = {};
  for (const row2 of Object.values(run.arrays))
    dimensions(row2).forEach((letter, i) => {
      if (isLetter(letter)) sizes[letter] = row2.shape[i + 1];
    });
  return sizes;
}
function formOf(run, name) {
  const list = dimensions(run.arrays[name]);
  const [first, second] = list;
  const contents = new Set(
    Object.values(run.arrays).map(dimensions).filter((one) => one.length === 2 && one.every(isLetter) && !one.includes("R")).filter(([place, content]) => place !== content).map(([, content]) => content)
  );
  if (list.length === 0 || first === "R" && !isLetter(second ?? "3")) return "few";
  if (list.length === 1)
    return !isLetter(first) ? "other" : contents.has(first) ? "vector" : "places";
  if (list.length > 2 || !list.every(isLetter)) return "other";
  if (first === "R") return contents.has(second) ? "vectors" : "heads";
  return first === second ? "pairs" : "words";
}
var placesOf = (run, name) => dimensions(run.arrays[name]).filter((one) => one !== "R")[0];
function byPlaces(run, names) {
  const groups = /* @__PURE__ */ new Map();
  for (const name of names) {
    const letter = placesOf(run, name);
    groups.set(letter, [...groups.get(letter) ?? [], name]);
  }
  return groups;
}
var isFraction = ({ kind }) => FRACTIONS.includes(kind);
function subscript(run, name, index) {
  const indices = [];
  for (const size of run.arrays[name].shape.slice(1).reverse()) {
    indices.unshift(index % size);
    index = Math.floor(index / size);
  }
  return indices.length ? `${name}[${indices.join(", ")}]` : name;
}
function firstWriteOrder(run) {
  const count = run.locations;
  const peak2 = new Float64Array(count);
  const first = new Array(count).fill(run.steps);
  const weight = (step, i) => run.at("write_weighting", step)[i] || 0;
  for (let step = 0; step < run.steps; step++)
    for (let i = 0; i < count; i++) peak2[i] = Math.max(peak2[i], weight(step, i));
  for (let step = run.steps - 1; step >= 0; step--)
    for (let i = 0; i < count; i++)
      if (peak2[i] >= WRITTEN && weight(step, i) >= peak2[i] / 2) first[i] = step;
  return Array.from(first.keys()).sort((a, b) => first[a] - first[b] || a - b);
}
var axis = (kind, count) => ({ kind, count });
var named2 = (kind, names) => ({ kind, count: names.length, names });
var Axes = class {
  constructor(run, simple, order) {
    this.sizes = sizesOf2(run);
    this.simple = simple;
    this.order = order;
  }
  /** { kind, count, places, names }: marks are shared by kind, `places` are indices in the array. */
  of(letter) {
    const count = this.sizes[letter];
    const places = letter === "N" && this.order ? this.order : Array.from({ length: count }).keys();
    const list = [...places];
    const names = list.map((place, i) => String(this.simple ? i + 1 : place));
    return { kind: letter, shared: true, count, places: list, names };
  }
  /** A place in words, such as "location 3". */
  say(letter, row2) {
    return `${CALLED[letter] ?? "place"} ${this.of(letter).names[row2]}`;
  }
  /** The number that is shown for a place of the arrays. */
  number(letter, place) {
    const { places, names } = this.of(letter);
    return names[places.indexOf(place)];
  }
};

// src/memorylab/player/script/answer.js
var hasBits = (run) => run.answer === "bits" && run.has("output") && run.has("target");
function answerAt(run, step) {
  if (run.signed) {
    const right = answerAt(run.right, step);
    return answerAt(run.left, step).map((value, i) => value - right[i]);
  }
  return Float64Array.from(run.at("output", step), (logit) => 1 / (1 + Math.exp(-logit)));
}
function isAsked(run, step) {
  if (run.signed) return true;
  if (run.has("mask")) return run.at("mask", step)[0] > 0;
  return run.at("target", step).some((bit) => bit !== 0);
}
function isWrong(run, step, bit) {
  if (run.signed || !isAsked(run, step)) return false;
  const logit = run.at("output", step)[bit];
  return Number.isNaN(logit) || logit > 0 !== run.at("target", step)[bit] > 0.5;
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

// src/memorylab/player/script/words.js
var SCARCE = 0.1;
var FAINT = 0.5;
var CHANGED = 0.1;
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
  if (!run.has("write_weighting")) return tellUnits(run, step);
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
var NAMES = {
  dnc: "Differentiable neural computer (DNC)",
  gru: "Gated recurrent unit (GRU)",
  lstm: "Long short-term memory (LSTM)",
  elman: "Elman network",
  memoryless: "A model without memory"
};
var PLAIN = { write: "writes", read: "reads", target: "wanted" };
function plainLabel(run, name) {
  if (name === "output" && hasBits(run)) return "answer";
  const { label } = run.arrays[name];
  return PLAIN[label] ?? label;
}
var nameOf = (run) => NAMES[run.kind] ?? "A memory at work";
function tellSimply(run, step, number2) {
  if (step >= run.steps) return `This run ended with step ${run.steps - 1}.`;
  if (!run.has("write_weighting"))
    return `${tellUnits(run, step, (place) => place + 1)} ${tellAnswer(run, step)}`.trim();
  const reads = /* @__PURE__ */ new Map();
  for (let head = 0; head < run.heads; head++) {
    const what = tellRead(run, step, head, number2);
    reads.set(what, [...reads.get(what) ?? [], head + 1]);
  }
  const sentences = Array.from(reads, ([what, heads]) => {
    if (run.heads === 1) return `Reads ${what}.`;
    if (heads.length === 1) return `Head ${heads[0]} reads ${what}.`;
    return `Heads ${heads.slice(0, -1).join(", ")} and ${heads.at(-1)} read ${what}.`;
  });
  return [tellWrite(run, step, number2), ...sentences, tellAnswer(run, step)].join(" ").trim();
}
function tellWrite(run, step, number2) {
  const write2 = peak(run.at("write_weighting", step), 0, run.locations);
  if (![write2.weight, write2.total].every(Number.isFinite)) return "What it writes is not a number.";
  if (write2.total < SCARCE) return "Writes next to nothing.";
  const gate = run.at("allocation_gate", step)[0];
  const allocated = gate * run.at("allocation_weighting", step)[write2.location];
  const found = (1 - gate) * run.at("write_content_weighting", step)[write2.location];
  const place = `location ${number2(write2.location)}`;
  const why = allocated >= found ? "which was free" : "because it resembles what the model looks for";
  const how = write2.total < FAINT ? "Writes faintly" : "Writes";
  if (write2.weight >= write2.total / 2) return `${how} to ${place}, ${why}.`;
  const spread = write2.total < FAINT ? "Spreads a faint write" : "Spreads its write";
  return `${spread} over several locations, most of it to ${place}.`;
}
function tellRead(run, step, head, number2) {
  const N = run.locations;
  const read3 = peak(run.at("read_weighting", step), head * N, N);
  if (!Number.isFinite(read3.weight)) return "something that is not a number";
  if (read3.total < SCARCE) return "next to nothing";
  const place = `location ${number2(read3.location)}`;
  if (read3.weight < SCARCE) return "a little of many locations";
  if (read3.weight < read3.total / 2) return `a mixture of locations, most of it from ${place}`;
  const modes = run.at("read_modes", step).subarray(head * 3, head * 3 + 3);
  const ways = ["backward_weighting", "read_content_weighting", "forward_weighting"];
  const parts = ways.map((way2, i) => modes[i] * run.at(way2, step)[head * N + read3.location]);
  const way = parts.indexOf(Math.max(...parts));
  let why = "because it resembles what the model looks for";
  if (way !== 1 && step > 0) {
    const last = peak(run.at("read_weighting", step - 1), head * N, N);
    const side = way === 0 ? "before" : "after";
    why = `which was written right ${side} location ${number2(last.location)}`;
  }
  return `${read3.total < FAINT ? "faintly from " : ""}${place}, ${why}`;
}
function tellUnits(run, step, unit = (place) => place) {
  const [name] = run.names((row2) => row2.simple).filter((one) => formOf(run, one) === "places");
  if (!name) return run.has("memory") ? "" : "Remembers nothing of the steps before.";
  const now = run.at(name, step);
  const before = step > 0 ? run.at(name, step - 1) : new Float32Array(now.length);
  const changes = Array.from(now, (value, i) => Math.abs(value - before[i]));
  if (!changes.every(Number.isFinite)) return "What it holds is not a number.";
  const most = changes.indexOf(Math.max(...changes));
  const many = changes.filter((change) => change >= CHANGED).length;
  const text = (value) => value.toFixed(2).replace("-", "−");
  const who = many ? `${many} of ${now.length} units change` : "No unit changes";
  return `${who} by ${CHANGED} or more; unit ${unit(most)} changes most, from ${text(before[most])} to ${text(now[most])}.`;
}
function tellAnswer(run, step) {
  if (!hasBits(run) || !isAsked(run, step)) return "";
  const bits = run.size("output");
  let wrong = 0;
  for (let bit = 0; bit < bits; bit++) wrong += isWrong(run, step, bit);
  if (!wrong)
    return bits > 1 ? `All ${bits} bits of its answer are right.` : "Its answer is right.";
  return `${wrong} of the ${bits} bits of its answer ${wrong > 1 ? "are" : "is"} wrong.`;
}

// src/memorylab/player/script/legend.js
function legend(view) {
  const { run, simple } = view;
  const stored = view.names("words");
  const bars = stored.map((name) => bar(run.arrays[name].label, view.shared([name])()));
  if (simple) {
    const weights = { text: unitOf(view), ...view.unit() };
    const input = { text: "input", ...view.scaleOf("input")() };
    if (input.low === weights.low && input.high === weights.high && !run.signed)
      weights.text = ["input", weights.text].filter(Boolean).join(", ");
    else bars.push(bar(input.text, input));
    if (weights.text) bars.push(bar(weights.text, weights));
  } else {
    const words = view.names("vector", "vectors");
    if (words.length) bars.push(bar("words of this step", view.shared(words)()));
    const units = view.names("places").filter((name) => !isFraction(run.arrays[name]));
    if (units.length) bars.push(bar("units", view.shared(units)()));
    const parts = run.has("link") ? "links, usage, weightings, gates" : "gates";
    if (run.names(isFraction).length)
      bars.push(bar(run.signed ? "differences" : parts, view.unit()));
  }
  const none = element("span", { class: "mp-bar-entry" }, element("i", { class: "mp-hatch" }));
  none.append("no number");
  return element("div", { class: "mp-legend" }, ...bars, none);
}
function unitOf({ run }) {
  if (run.signed) return "differences";
  const parts = [run.has("write_weighting") && "weights", hasBits(run) && "probabilities"];
  return parts.filter(Boolean).join(", ");
}
function bar(label, { kind, low, high }) {
  const colours = element("i", { class: "mp-gradient", style: { background: gradient(kind) } });
  const text = `${label} ${brief(low)}`;
  return element("span", { class: "mp-bar-entry" }, text, colours, brief(high));
}
var PLAIN2 = [
  ["location", "a row of the memory; counted in the order in which the run first writes to them"],
  ["weight", "how far a step writes to a location or reads it: 0 not at all, 1 wholly"],
  ["free", "not in use: nothing that is still needed stands there"],
  ["probability", "how likely the model finds it that a bit of the answer is 1"]
];
function glossary(view) {
  const { run, simple } = view;
  const names = run.names((row2) => !simple || row2.simple);
  const entries = names.map((name) => {
    const { label, meaning } = run.arrays[name];
    if (simple) return [plainLabel(run, name), meaning];
    return [label === name ? label : `${label} (${name})`, meaning];
  });
  const uses = names.some((name) => ["words", "pairs"].includes(formOf(run, name)));
  if (simple && uses) entries.push(...PLAIN2);
  return element(
    "details",
    { class: "mp-keys mp-glossary" },
    element("summary", {}, "What do the words mean?"),
    element(
      "dl",
      {},
      ...entries.flatMap(([word, meaning]) => [
        element("dt", {}, word),
        element("dd", {}, meaning)
      ])
    )
  );
}

// src/memorylab/player/script/level.js
var KEY = "memorylab-player-level";
var LEVELS = ["simple", "everything"];
function recall() {
  try {
    const level = localStorage.getItem(KEY);
    return LEVELS.includes(level) ? level : LEVELS[0];
  } catch {
    return LEVELS[0];
  }
}
function remember(level) {
  try {
    localStorage.setItem(KEY, level);
  } catch {
  }
}

// src/memorylab/player/script/panels.js
var NOTED = 0.1;
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
    this.lights = element("div", { class: "mp-marks" });
    this.frame = element("div", { class: "mp-frame" }, canvas, this.marks, this.lights);
    canvas.addEventListener("pointermove", (event) => this.point(event));
    canvas.addEventListener("pointerleave", () => player.select(null));
    canvas.addEventListener("focus", () => this.choose(this.cell ?? [0, 0]));
    canvas.addEventListener("blur", () => player.select(null));
    canvas.addEventListener("keydown", (event) => this.key(event));
    canvas.addEventListener("click", (event) => {
      this.choose(this.place(event));
      player.tellCell(this, event);
    });
  }
  draw(step) {
    const value = this.cells(step);
    const { kind, low, high } = this.scale();
    const colours = PALETTES[kind];
    const factor = 255 / (high - low);
    const { words } = this;
    const width = this.columns.count;
    for (let row2 = 0, place = 0; row2 < this.rows.count; row2++)
      for (let column2 = 0; column2 < width; column2++, place++) {
        const number2 = value(row2, column2);
        const index = (number2 - low) * factor;
        words[place] = number2 !== number2 ? 0 : colours[index < 0 ? 0 : index > 255 ? 255 : index + 0.5 | 0];
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
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (!(event.key in move) && event.key !== "Enter") return;
    event.preventDefault();
    event.stopPropagation();
    if (event.key === "Enter") return this.player.tellCell(this, event);
    const [row2, column2] = this.cell ?? [0, 0];
    const [down, right] = move[event.key];
    this.choose([
      Math.max(0, Math.min(this.rows.count - 1, row2 + down)),
      Math.max(0, Math.min(this.columns.count - 1, column2 + right))
    ]);
  }
  /** What the chosen cell stands for, for the other panels: places as [kind, index]. */
  chosen() {
    const [row2, column2] = this.cell;
    const places = [];
    for (const [{ kind, shared }, index] of [
      [this.rows, row2],
      [this.columns, column2]
    ])
      if (shared) places.push([kind, index]);
    return { panel: this, row: row2, column: column2, places };
  }
  readout(step) {
    const [row2, column2] = this.cell;
    const value = show(this.cells(step)(row2, column2));
    return `${this.tell(row2, column2, step)} = ${value}`;
  }
  /** A bar over a row or a column. */
  bar(along, index, name) {
    const [{ count }, start, size] = along === "row" ? [this.rows, "top", "height"] : [this.columns, "left", "width"];
    const style = { [start]: `${100 * index / count}%`, [size]: `${100 / count}%` };
    return element("div", { class: `mp-mark mp-${along} ${name}`, style });
  }
  mark(chosen) {
    const { rows, columns } = this;
    const bars = [];
    if (chosen?.panel === this) {
      bars.push(this.bar("row", chosen.row, "mp-strong"));
      bars.push(this.bar("column", chosen.column, "mp-strong"));
    } else if (chosen) {
      const of = ({ kind, shared }) => shared ? chosen.places.filter((place) => place[0] === kind).map((place) => place[1]) : [];
      const marked = [of(rows), of(columns)];
      if (rows.shared && rows.kind === columns.kind && marked[0].length)
        marked.splice(0, 2, [marked[0][0]], [marked[0][1] ?? marked[0][0]]);
      bars.push(...marked[0].map((index) => this.bar("row", index, "")));
      bars.push(...marked[1].map((index) => this.bar("column", index, "")));
    }
    this.marks.replaceChildren(...bars);
  }
  /** Light the cells that show one of some numbers, each { name, index, step }. */
  light(numbers2, step) {
    const cells = [];
    const { count: height } = this.rows;
    const { count: width } = this.columns;
    for (let row2 = 0; numbers2.length && row2 < height; row2++)
      for (let column2 = 0; column2 < width; column2++) {
        const here = { step, ...this.address(row2, column2) };
        if (!numbers2.some((one) => ["name", "index", "step"].every((key) => one[key] === here[key])))
          continue;
        const style = {
          top: `${100 * row2 / height}%`,
          left: `${100 * column2 / width}%`,
          height: `${100 / height}%`,
          width: `${100 / width}%`
        };
        cells.push(element("div", { class: "mp-lit", style }));
      }
    this.lights.replaceChildren(...cells);
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
    this.update?.();
  }
  follow(step) {
    const width = 100 / this.columns.count;
    this.cursor.style.left = `${Math.min(step, this.columns.count - 1) * width}%`;
    this.cursor.style.width = `max(3px, ${width}%)`;
    this.verdict?.(step);
    if (this.numbers) {
      const value = this.cells(0);
      this.numbers.forEach((node2, row2) => {
        const number2 = value(row2, step);
        node2.textContent = Number.isNaN(number2) ? "" : number2 !== 0 && Math.abs(number2) < 1e-3 ? "0.000" : brief(number2);
      });
    }
  }
};
var Bars = class extends Panel {
  constructor(player, options) {
    super(player, options);
    this.path = drawing("path", { class: "mp-bar" });
    this.missing = drawing("path", { class: "mp-missing" });
    const box = { viewBox: `0 0 100 ${this.rows.count}`, preserveAspectRatio: "none" };
    this.canvas.after(drawing("svg", { ...box, "aria-hidden": "true" }, this.path, this.missing));
    this.canvas.setAttribute("aria-roledescription", "bars");
    this.frame.classList.add("mp-bars", this.tone);
    this.notes = element("div", { class: `mp-notes ${this.tone}`, "aria-hidden": "true" });
  }
  draw(step) {
    const value = this.cells(step);
    const { low, high } = this.scale();
    const at = (number2) => {
      const part = Math.max(0, Math.min(1, (number2 - low) / (high - low)));
      return 100 * (this.mirrored ? 1 - part : part);
    };
    const { count } = this.rows;
    const roomy = this.height / count >= 11;
    let bars = "";
    let missing = "";
    let noted = [];
    for (let row2 = 0; row2 < count; row2++) {
      const number2 = value(row2, 0);
      if (number2 !== number2) {
        missing += `M0 ${row2 + 0.5}h100`;
        continue;
      }
      const start = at(0);
      bars += `M${start.toFixed(2)} ${row2 + 0.12}v.76H${at(number2).toFixed(2)}v-.76z`;
      const size = Math.abs(number2);
      if (size < NOTED * high) continue;
      if (roomy) noted.push([row2, number2]);
      else if (!noted.length || size > Math.abs(noted[0][1])) noted = [[row2, number2]];
    }
    this.path.setAttribute("d", bars);
    this.missing.setAttribute("d", missing);
    this.notes.replaceChildren(
      ...noted.map(([row2, number2]) => {
        const style = { top: `${100 * (row2 + 0.5) / count}%` };
        return element("span", { style }, number2.toFixed(2).replace("-", "−"));
      })
    );
  }
};

// src/memorylab/player/script/lines.js
var NARROW = 180;
function line(view, label, rows, read3, options) {
  const {
    name = `${label} over time`,
    scale,
    height,
    numbers: numbers2 = false,
    tell,
    meaning,
    tone = ""
  } = options;
  const at = options.at ?? ((array, step) => view.run.at(array, step));
  let known = {};
  const cells = () => (row2, column2) => {
    if (column2 >= view.run.steps) return NaN;
    const [array, index] = read3(row2);
    known[array] ??= Array.from({ length: view.run.steps }, (_, step) => at(array, step).slice());
    return known[array][column2][index];
  };
  const panel = new TimeLine(view.player, {
    name,
    title: `${label} over time`,
    view,
    rows,
    // All runs on one clock: behind the end of a shorter one there are no numbers.
    columns: { kind: "time", count: view.player.steps },
    scale,
    cells,
    tell: (row2, column2) => `step ${column2}, ${tell(row2)}`,
    address(row2, column2) {
      const [array, index] = read3(row2);
      return { name: array, index, step: column2 };
    },
    forget: () => known = {}
  });
  panel.canvas.style.height = `${height}px`;
  view.lines.push(panel);
  const left = element("div", { class: `mp-line-label ${tone}`, title: meaning });
  if (rows.names && !rows.shared && rows.count > 1) {
    left.classList.add("mp-line-names");
    left.append(...rows.names.map((text, i) => element("span", { title: rows.titles?.[i] }, text)));
  } else left.append(label);
  const right = element("div", { class: "mp-line-right" });
  if (options.verdict) {
    panel.verdict = (step) => right.textContent = options.verdict(step);
    right.classList.add("mp-verdict");
  } else if (numbers2) {
    panel.numbers = Array.from({ length: rows.count }, () => element("span", {}));
    right.append(...panel.numbers);
  } else panel.update = () => right.replaceChildren(range(scale()));
  return { panel, root: element("div", { class: "mp-line" }, left, panel.frame, right) };
}
function range({ kind, low, high }) {
  if (low === 0 && high === 1) return "";
  const style = { background: gradient(kind).replace("to right", "to top") };
  const colours = element("i", { class: "mp-gradient mp-upright", style });
  const ends = [high, low].map((value) => element("span", {}, brief(value)));
  return element("span", { class: "mp-range" }, ends[0], colours, ends[1]);
}
function clockLine(steps) {
  const every = spacing(steps, NARROW, 22);
  const ticks = element("div", { class: "mp-ticks mp-ticks-column" });
  for (let step = 0; step < steps; step += every)
    ticks.append(
      element("span", { style: { left: `${100 * (step + 0.5) / steps}%` } }, `${step}`)
    );
  return element(
    "div",
    { class: "mp-line mp-clock", "aria-hidden": "true" },
    element("div", { class: "mp-line-label" }, "step"),
    ticks
  );
}

// src/memorylab/player/script/everything.js
var ROW = 13;
function buildEverything(view) {
  const { run } = view;
  const clock = () => clockLine(view.player.steps);
  return {
    step: stepFigures(view),
    whole: [
      group("Over the whole run", [...runLines(view), clock(), clock()], true),
      ...gateGroup(view, !(run.heads > 4))
    ]
  };
}
function group(title, rows, open) {
  const summary = element("summary", {}, title);
  const body = element("div", { class: "mp-grid" }, ...rows);
  const details = element("details", { class: "mp-group" }, summary, body);
  details.open = open;
  return details;
}
function stepFigures(view) {
  const { run, compact } = view;
  const cell = compact ? 9 : 12;
  const limit = (count, most) => Math.max(96, Math.min(most, count * cell));
  const high = (letter) => limit(view.axes.sizes[letter], compact ? 176 : 240);
  const wide = limit(run.word ?? 0, compact ? 176 : 240);
  const stored = run.frame ? [view.frame(run.frame)] : [];
  for (const name of view.names("words")) stored.push(wordsFigure(view, name, wide, high));
  for (const name of view.names("pairs")) stored.push(pairsFigure(view, name, high));
  const figures2 = [];
  for (const [letter, all] of byPlaces(run, view.names("places")))
    for (const fractions of [false, true]) {
      const names = all.filter((name) => isFraction(run.arrays[name]) === fractions);
      if (!names.length) continue;
      const title = letter === "N" ? "writing" : fractions ? "gates" : "units";
      const say = (label, row2) => `${label} of ${view.axes.say(letter, row2)}`;
      figures2.push(columnsFigure(view, { title, letter, names, start: 0, say }, high(letter)));
    }
  const headed = view.names("heads");
  for (let head = 0; headed.length && head < run.heads; head++) {
    const letter = placesOf(run, headed[0]);
    const say = (label, row2) => `head ${head}, ${label}, ${view.axes.say(letter, row2)}`;
    const start = head * view.axes.sizes[letter];
    const about = { title: `head ${head}`, letter, names: headed, start, say };
    figures2.push(columnsFigure(view, about, high(letter)));
  }
  const vectors = view.names("vector", "vectors");
  const band = (name, ...parts) => element("div", { class: `mp-band ${name}` }, ...parts);
  const stack = [band("", ...stored)];
  if (vectors.length) stack.push(vectorsFigure(view, vectors, wide));
  return [band("", band("mp-stack", ...stack), ...figures2)];
}
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
    index: (row2, column2) => rows.places[row2] * columns.count + column2,
    tell: (row2, column2) => `${name}[${rows.names[row2]}, ${column2}]: ${axes.say(place, row2)}, ${axes.say(content, column2)}`
  };
  return view.figure(options, width, high(place));
}
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
    index: (row2, column2) => rows.places[row2] * rows.count + rows.places[column2],
    tell: (row2, column2) => `${name}[${rows.names[row2]}, ${rows.names[column2]}]: ${axes.say(letter, row2)} ${related} ${rows.names[column2]}`
  };
  return view.figure(options, high(letter), high(letter));
}
function columnsFigure(view, { title, letter, names, start, say }, height) {
  const rows = view.axes.of(letter);
  const labels = names.map((name) => view.run.arrays[name].label);
  const titles = names.map((name) => view.run.arrays[name].meaning);
  const fractions = names.every((name) => isFraction(view.run.arrays[name]));
  const options = {
    name: title,
    title,
    rows,
    columns: { ...named2("quantity", labels), titles },
    scale: fractions ? view.unit : view.shared(names),
    arrays: names,
    pick: (row2, column2) => column2,
    index: (row2) => start + rows.places[row2],
    tell: (row2, column2) => say(labels[column2], row2)
  };
  return view.figure(options, names.length * (view.compact ? 15 : 18), height);
}
function vectorsFigure(view, names, width) {
  const entries = view.entries(names);
  const labels = entries.map(({ label }) => label);
  const letter = view.run.arrays[names[0]].axes.split(" ").at(-1);
  const options = {
    name: "vectors",
    title: "words of this step",
    rows: { ...named2("vector", labels), titles: entries.map(({ meaning }) => meaning) },
    columns: view.axes.of(letter),
    scale: view.shared(names),
    arrays: entries.map(({ name }) => name),
    pick: (row2) => row2,
    index: (row2, column2) => entries[row2].index + column2,
    tell: (row2, column2) => `${labels[row2]}, position ${column2}`
  };
  return view.figure(options, width, entries.length * ROW);
}
var isStrength = ({ kind }) => kind === "strength";
function runLines(view) {
  const { run } = view;
  const gate = (name) => isFraction(run.arrays[name]) || isStrength(run.arrays[name]);
  const rest = run.names(() => true).filter((name) => run.size(name) > 0);
  const numbers2 = rest.filter((name) => {
    const form = formOf(run, name);
    if (name === "observation" && run.frame) return false;
    return form === "other" || form === "few" && !gate(name);
  });
  const placed2 = ["usage", "write_weighting", "read_weighting"].filter((name) => run.has(name));
  const units = view.names("places").filter((name) => placesOf(run, name) !== "N");
  const entries = view.entries([...placed2, ...units]);
  const most = Math.min(view.compact ? 64 : 96, (view.compact ? 200 : 360) / entries.length);
  return [
    ...numbers2.map((name) => numbersLine(view, name)),
    ...entries.map((entry) => {
      const rows = view.axes.sizes[placesOf(run, entry.name)];
      const height = Math.max(40, Math.min(most, rows * 4));
      return placesLine(view, entry, { height });
    })
  ].map(({ root: root2 }) => root2);
}
function numbersLine(view, name, options = {}) {
  const { label, meaning } = view.run.arrays[name];
  const count = view.run.size(name);
  const single = count === 1;
  const rows = single ? named2("feature", [label]) : axis("feature", count);
  return line(view, options.label ?? label, rows, (row2) => [name, row2], {
    name: `${label} over time`,
    scale: view.scaleOf(name),
    height: single ? 16 : Math.max(view.compact ? 30 : 36, Math.min(72, count * 5)),
    numbers: single,
    tell: (row2) => single ? label : `${label} ${row2}`,
    meaning,
    ...options
  });
}
function placesLine(view, { label, name, index: offset, meaning }, options = {}) {
  const letter = placesOf(view.run, name);
  const rows = view.axes.of(letter);
  return line(view, options.label ?? label, rows, (row2) => [name, offset + rows.places[row2]], {
    name: `${label} over time`,
    scale: view.scaleOf(name),
    tell: (row2) => `${label} of ${view.axes.say(letter, row2)}`,
    meaning,
    ...options
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
function namedLine(view, title, names, scale) {
  const entries = view.entries(names);
  const labels = entries.map(({ label }) => label);
  const rows = { ...named2("gate", labels), titles: entries.map(({ meaning }) => meaning) };
  const read3 = (row2) => [entries[row2].name, entries[row2].index];
  const tell = (row2) => labels[row2];
  const height = entries.length * ROW;
  return line(view, title, rows, read3, { scale, height, numbers: true, tell }).root;
}

// src/memorylab/player/script/simple.js
var TOUCHED = 0.1;
var SIZES = {
  wide: { row: 19, least: 160, most: 304, word: 15, side: 52, own: 150, line: 52, placed: 152 },
  laboratory: {
    row: 13,
    least: 120,
    most: 208,
    word: 13,
    side: 52,
    own: 150,
    line: 38,
    placed: 106
  },
  compact: { row: 8, least: 120, most: 152, word: 9, side: 40, own: 100, line: 30, placed: 80 }
};
var sizesFor = ({ compact, player }) => SIZES[compact ? "compact" : player.network ? "laboratory" : "wide"];
function buildSimple(view) {
  return { step: stepFigures2(view), whole: runLines2(view) };
}
var clamp = (low, value, high) => Math.max(low, Math.min(value, high));
function plain(view, name, head = null) {
  const text = plainLabel(view.run, name);
  return head === null || view.run.heads === 1 ? text : `${text} (head ${head + 1})`;
}
function stepFigures2(view) {
  const { run } = view;
  const figures2 = run.frame ? [view.frame(run.frame)] : [];
  const names = view.names("words", "places", "heads");
  for (const [letter, list] of byPlaces(run, names)) figures2.push(memory2(view, letter, list));
  if (!names.length) {
    const nothing = "Nothing is kept from step to step, so there is no memory to show.";
    figures2.push(element("p", { class: "mp-nothing" }, nothing));
  }
  return figures2;
}
function memory2(view, letter, names) {
  const { run, axes } = view;
  const rows = axes.of(letter);
  const { row: row2, least, most } = sizesFor(view);
  const height = clamp(least, rows.count * row2, most);
  const words = names.filter((name) => view.names("words").includes(name));
  const places = names.filter((name) => view.names("places").includes(name));
  const heads = names.filter((name) => view.names("heads").includes(name));
  const ticks = view.ticks("row", rows, height);
  ticks.style.height = `${height}px`;
  const number2 = axes.say(letter, 0).split(" ")[0];
  const parts = [column(view.simple ? number2 : "", "", "", ticks)];
  const beside = words.length > 0;
  const bars = (name, head = null) => barsPanel(view, letter, { name, head, height, beside });
  const side = (name, caption, panels) => {
    const frames = panels.flatMap(
      ({ frame, notes, mirrored }) => panels.length > 1 ? [frame] : mirrored ? [notes, frame] : [frame, notes]
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
  const index = (row2, at) => rows.places[row2] * columns.count + at;
  const options = {
    name,
    title: run.arrays[name].label,
    rows,
    columns,
    scale: view.shared([name]),
    arrays: [name],
    index,
    tell: (row2, at) => `${axes.say(letter, row2)}, ${axes.say(content, at)} (${subscript(run, name, index(row2, at))})`
  };
  return view.panel(options, clamp(96, columns.count * sizesFor(view).word, 240), height);
}
function barsPanel(view, letter, { name, head, height, beside }) {
  const { axes, run } = view;
  const { side, own } = sizesFor(view);
  const rows = axes.of(letter);
  const start = (head ?? 0) * rows.count;
  const { label } = run.arrays[name];
  const text = plain(view, name, head);
  const index = (row2) => start + rows.places[row2];
  const narrow = head === null ? side : clamp(10, 120 / run.heads, side);
  const options = {
    name: `${label}${head === null ? "" : ` ${head}`} now`,
    title: `${text} now`,
    rows,
    columns: { kind: "quantity", count: 1 },
    scale: view.scaleOf(name),
    arrays: [name],
    index,
    tell: (row2) => `${text}, ${axes.say(letter, row2)} (${subscript(run, name, index(row2))})`,
    tone: beside ? head === null ? "mp-write" : "mp-read" : "mp-own",
    mirrored: beside && head === null
  };
  return view.panel(options, beside ? narrow : own, height, Bars);
}
function touch(view, panel, bars) {
  const layer = element("div", { class: "mp-marks" });
  panel.frame.append(layer);
  view.touched.push((step) => {
    const marks = bars.map((one) => {
      const value = one.cells(step);
      let most = 0;
      for (let row2 = 1; row2 < one.rows.count; row2++) if (value(row2, 0) > value(most, 0)) most = row2;
      return value(most, 0) >= TOUCHED ? panel.bar("row", most, `mp-touch ${one.tone}`) : "";
    });
    layer.replaceChildren(...marks);
  });
}
function runLines2(view) {
  const { run } = view;
  const lines = [];
  const { line: most } = sizesFor(view);
  const small = (count) => clamp(Math.min(34, most - 4), count * 7, most);
  const numbers2 = (name) => {
    const single = run.size(name) === 1;
    const height = single ? 16 : small(run.size(name));
    const label = plain(view, name);
    const tell = (row2) => `${label}${single ? "" : ` ${row2 + 1}`} (${subscript(run, name, row2)})`;
    lines.push(numbersLine(view, name, { label, height, tell }).root);
  };
  const simple = view.names("other", "few");
  if (run.has("input")) numbers2("input");
  for (const entry of placed(view)) lines.push(placesLine(view, ...entry).root);
  if (hasBits(run)) lines.push(...answerLines(view, small));
  else if (run.has("output")) numbers2("output");
  for (const name of simple.filter((one) => !["input", "output"].includes(one)))
    if (name !== "target" || !hasBits(run)) numbers2(name);
  return [...lines, clockLine(view.player.steps)];
}
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
    const tell = (row2) => `${label}, ${axes.say(letter, row2)} (${subscript(run, entry.name, entry.index + places[row2])})`;
    const height = clamp(24, room, Math.max(56, count * 5));
    const shown = hasHeads && run.heads > 1 ? `head ${head + 1}` : label;
    const tone = letter === "N" ? hasHeads ? "mp-read" : "mp-write" : "";
    return [entry, { label: shown, tell, height, tone }];
  });
}
function answerLines(view, small) {
  const bits = view.run.size("output");
  const height = small(bits);
  const { meaning } = view.run.arrays.output;
  const probability = "how likely the model finds it that a bit is 1";
  const answer = numbersLine(view, "output", {
    label: plain(view, "output"),
    height,
    at: (name, step) => answerAt(view.run, step),
    scale: () => view.run.signed ? around(1) : UNIT,
    tell: (row2) => `probability that bit ${row2 + 1} is 1 (from output[${row2}])`,
    meaning: `${meaning}: ${probability}; a wrong bit is marked`,
    verdict: (step) => verdict(view.run, step)
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
  const tell = (row2) => `wanted bit ${row2 + 1} (target[${row2}])`;
  return [
    answer.root,
    numbersLine(view, "target", { label: plain(view, "target"), height, tell }).root
  ];
}
function verdict(run, step) {
  const bits = run.size("output");
  if (run.signed || step >= run.steps || !isAsked(run, step)) return "";
  let right = 0;
  for (let bit = 0; bit < bits; bit++) right += !isWrong(run, step, bit);
  return `${right} of ${bits} right`;
}

// src/memorylab/player/script/view.js
var View = class {
  /** `order` is that of the locations; `compact` views share the screen with another. */
  constructor(player, run, { simple, order, compact }) {
    Object.assign(this, { player, run, simple, compact });
    this.axes = new Axes(run, simple, order);
    this.panels = [];
    this.lines = [];
    this.touched = [];
    this.words = element("p", { class: "mp-words", "aria-live": "polite" });
    this.world = element("div", { class: "mp-world" });
    const parts = simple ? buildSimple(this) : buildEverything(this);
    const about = run.label ? "" : run.about;
    const heading = element(
      "header",
      { class: "mp-title" },
      element("h3", {}, run.label || nameOf(run)),
      ...about ? [element("span", {}, about)] : []
    );
    this.root = element(
      "section",
      { class: "mp-view", "aria-label": run.label || "run" },
      heading,
      this.words,
      element(
        "div",
        { class: "mp-main" },
        element("div", { class: "mp-step" }, ...parts.step, this.world),
        element("div", { class: "mp-whole" }, ...parts.whole)
      )
    );
    for (const line2 of this.lines) line2.drawOnce();
  }
  /** Show another run of the same sizes in the same panels. */
  show(run) {
    this.run = run;
    for (const line2 of this.lines) {
      line2.forget();
      line2.drawOnce();
    }
  }
  /** The names of the arrays of some forms, see axes.js; in a simple view, only the simple ones. */
  names(...forms) {
    const { run, simple } = this;
    return run.names((row2) => !simple || row2.simple).filter((name) => forms.includes(formOf(run, name)));
  }
  // -- how numbers become colours: as functions, because the run may change
  scaleOf(name) {
    return () => {
      const row2 = this.run.arrays[name];
      if (isFraction(row2)) return this.unit();
      const { low, high } = row2;
      return this.run.signed || low < 0 ? this.shared([name])() : between(0, Math.max(high, 1e-9));
    };
  }
  /** One scale for all of some arrays, symmetric about 0. */
  shared(names) {
    return () => {
      const rows = names.map((name) => this.run.arrays[name]);
      return around(Math.max(...rows.map(({ low, high }) => Math.max(-low, high))));
    };
  }
  unit = () => this.run.signed ? around(1) : UNIT;
  // -- figures of one step
  /**
   * A panel of arrays that hold one number for each cell: `arrays[pick(row, column)]` holds it, at
   * `index(row, column)`.
   */
  panel({ arrays, pick = () => 0, index, ...options }, width, height, Kind = Panel) {
    const cells = (step) => {
      const values = arrays.map((name) => this.run.at(name, step));
      return (row2, column2) => values[pick(row2, column2)][index(row2, column2)];
    };
    const address = (row2, column2) => ({
      name: arrays[pick(row2, column2)],
      index: index(row2, column2)
    });
    const panel = new Kind(this.player, { ...options, view: this, height, cells, address });
    this.panels.push(panel);
    Object.assign(panel.canvas.style, { width: `${width}px`, height: `${height}px` });
    return panel;
  }
  /** A figure of one panel with its title and the names of its rows and columns. */
  figure(options, width, height) {
    const panel = this.panel(options, width, height);
    const body = element("div", { class: "mp-body" }, this.ticks("row", panel.rows, height));
    const below = panel.columns.names && !panel.columns.shared ? "named" : "column";
    body.append(panel.frame, this.ticks(below, panel.columns, width));
    const about = [panel.title, options.meaning].filter(Boolean).join(": ");
    const caption = element("figcaption", { title: about }, panel.title);
    return element("figure", {}, caption, body);
  }
  ticks(kind, { count, names, titles }, length) {
    const all = kind === "named" || names?.[0]?.length > 4;
    const every = all ? 1 : spacing(count, length, kind === "row" ? 12 : 22);
    const box = element("div", { class: `mp-ticks mp-ticks-${kind}`, "aria-hidden": "true" });
    for (let i = 0; i < count; i += every) {
      const style = { [kind === "row" ? "top" : "left"]: `${100 * (i + 0.5) / count}%` };
      box.append(element("span", { style, title: titles?.[i] }, String(names ? names[i] : i)));
    }
    return box;
  }
  /**
   * The entries of some arrays, each { label, name, index, size, meaning }: those without heads
   * first, then head by head. An array with names for its columns has an entry for each.
   */
  entries(names) {
    const { run } = this;
    const list = [];
    for (let head = -1; head < (run.heads ?? 0); head++)
      for (const name of names) {
        const { axes, label, columns, meaning } = run.arrays[name];
        const hasHeads = axes.startsWith("T R");
        if (hasHeads !== head >= 0) continue;
        const size = hasHeads ? run.size(name) / run.heads : run.size(name);
        const labels = columns.length ? columns : [label];
        labels.forEach(
          (text, i) => list.push({
            label: hasHeads ? `${text} ${head}` : text,
            name,
            index: (hasHeads ? head * size : 0) + i,
            size,
            meaning
          })
        );
      }
    return list;
  }
  /** The environment's picture at the step. */
  frame({ height, width, channels }) {
    const about = { role: "img", "aria-label": "observation", "data-panel": "frame" };
    const canvas = element("canvas", { width, height, ...about });
    const context = canvas.getContext("2d");
    const image = context.createImageData(width, height);
    canvas.style.width = `${Math.max(120, Math.min(320, width * 8))}px`;
    this.drawFrame = (step) => {
      const { low, high } = this.run.arrays.observation;
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
  draw(step) {
    for (const panel of this.panels) panel.draw(step);
    for (const line2 of this.lines) line2.follow(step);
    for (const touch2 of this.touched) touch2(step);
    this.drawFrame?.(step);
    this.words.textContent = this.run.signed ? "Red is more in the first run, blue more in the second." : this.simple ? tellSimply(this.run, step, (location) => this.axes.number("N", location)) : tellStep(this.run, step);
  }
  mark(chosen) {
    for (const panel of [...this.panels, ...this.lines]) panel.mark(chosen);
  }
  light(numbers2, step) {
    for (const panel of [...this.panels, ...this.lines]) panel.light(numbers2, step);
  }
};

// src/memorylab/player/script/board.js
function isAlike(a, b) {
  const form = ({ label, kind, answer, steps, arrays }) => JSON.stringify([label, kind, answer, steps, Object.values(arrays).map((row2) => row2.shape)]);
  return form(a) === form(b) && `${Object.keys(a.arrays)}` === `${Object.keys(b.arrays)}`;
}
var Board = class {
  constructor(player, level) {
    this.player = player;
    this.level = level ?? recall();
    this.shown = 0;
    this.root = element("div", { class: "mp-views" });
    this.foot = element("footer", { class: "mp-foot" });
    const group2 = (label, name, ...buttons) => element(
      "span",
      { class: `mp-group-of ${name}`, role: "group", "aria-label": label },
      ...buttons
    );
    this.levels = Object.entries({ simple: "what matters first", everything: "every array" }).map(
      ([name, what]) => press(name, `Show ${what}`, name, () => this.setLevel(name))
    );
    this.tabs = group2("runs shown", "mp-tabs");
    this.buttons = [group2("how much is shown", "mp-levels", ...this.levels), this.tabs];
  }
  /** Make the views of the runs, at the level that is chosen. */
  build(runs) {
    this.runs = runs;
    this.player.chosen = null;
    this.difference = null;
    this.orders = this.orderRows();
    this.views = runs.map((run, i) => this.viewOf(run, this.orders[i]));
    this.player.root.dataset.level = this.level;
    this.root.dataset.runs = runs.length;
    this.root.replaceChildren(...this.views.map((view) => view.root));
    for (const one of this.levels)
      one.setAttribute("aria-pressed", String(one.dataset.action === this.level));
    const names = runs.map((run, i) => run.label || `run ${i + 1}`);
    const tabs = names.map((name, i) => press(`run-${i}`, `Show ${name}`, name, () => this.tab(i)));
    const title = "Show the difference (d)";
    if (this.comparable())
      tabs.push(press("difference", title, "difference", () => this.toggleDifference()));
    this.tabs.replaceChildren(...runs.length > 1 ? tabs : []);
    const wanted = this.shown === "difference" && this.comparable() ? "difference" : 0;
    this.shown = this.before = 0;
    this.tab(wanted);
  }
  viewOf(run, order) {
    const compact = this.runs.length > 1 && !run.signed;
    return new View(this.player, run, { simple: this.level === "simple", order, compact });
  }
  /** The order of each run's locations: that of the first run's, so that their rows match. */
  orderRows() {
    if (this.level !== "simple") return this.runs.map((run) => run.order);
    const [first] = this.runs;
    return this.runs.map((run) => {
      if (!run.has("write_weighting")) return run.order;
      const leads = first.has("write_weighting") && first.locations === run.locations;
      return firstWriteOrder(leads ? first : run);
    });
  }
  /**
   * Show other runs. Where their sizes are those of the runs before, the panels stay and are only
   * drawn anew, with their locations in the order that they had.
   */
  show(runs) {
    const same = runs.length === this.runs.length && runs.every((run, i) => isAlike(run, this.runs[i]));
    if (same) {
      this.runs = runs;
      this.views.forEach((view, i) => view.show(runs[i]));
      this.difference?.show(new Difference(...runs));
      this.foot.firstChild.replaceWith(legend(this.front));
      return true;
    }
    this.build(runs);
    return false;
  }
  setLevel(level) {
    if (this.level === level) return;
    this.level = level;
    remember(level);
    this.player.select(null);
    this.build(this.runs);
  }
  comparable() {
    const [a, b] = this.runs;
    if (!b || a.kind !== b.kind) return false;
    return JSON.stringify(sizesOf2(a)) === JSON.stringify(sizesOf2(b));
  }
  /** Show the run `shown`, or the "difference"; where there is room, both runs are shown. */
  tab(shown) {
    if (shown === "difference" && !this.difference) {
      this.difference = this.viewOf(new Difference(...this.runs), this.orders[0]);
      this.difference.root.dataset.difference = "true";
      this.root.append(this.difference.root);
    }
    if (shown !== "difference") {
      this.difference?.root.remove();
      this.difference = null;
    }
    this.shown = shown;
    this.root.dataset.shown = shown;
    [...this.views, this.difference].forEach((view, i) => {
      if (view) view.root.dataset.shown = view === this.difference || i === shown;
    });
    for (const one of this.tabs.children) {
      const { action } = one.dataset;
      const pressed = action === "difference" ? shown === action : action === `run-${shown}`;
      one.setAttribute("aria-pressed", String(pressed));
    }
    this.showFoot();
    this.player.draw();
  }
  toggleDifference() {
    if (!this.comparable()) return;
    if (this.shown === "difference") return this.tab(this.before);
    this.before = this.shown;
    this.tab("difference");
  }
  /** What the colours and the words mean; the runs have the same scales. */
  showFoot() {
    const open = [...this.foot.querySelectorAll("details")].map((one) => one.open);
    const keys = element(
      "details",
      { class: "mp-keys" },
      element("summary", {}, "keys"),
      "space plays and pauses · ← → or , . step · page up and page down go ten steps · home and end · + − change the speed · d shows the difference of two runs · in a picture the arrow keys move from cell to cell, enter explains a number, escape leaves it"
    );
    this.foot.replaceChildren(legend(this.front), glossary(this.front), keys);
    this.foot.querySelectorAll("details").forEach((one, i) => one.open = Boolean(open[i]));
  }
  /** The view that is shown first. */
  get front() {
    return this.difference ?? this.views[this.shown];
  }
  get all() {
    return this.difference ? [...this.views, this.difference] : this.views;
  }
};

// src/memorylab/player/script/why.js
var TOLERANCE = 1e-4;
var LIT = 256;
var LETTERS = { N: "n", W: "w", R: "i", H: "q", D: "d", 3: "m" };
function modelOf(run) {
  if (run.model) return run.model;
  const { locations, word, heads } = run;
  return { sizes: { locations, word, heads }, weights: null };
}
var withModel = (run) => run.model ? run : Object.assign(Object.create(run), { model: modelOf(run) });
function unflatten(flat2, shape) {
  const index = [];
  for (const size of [...shape].reverse()) {
    index.unshift(flat2 % size);
    flat2 = Math.floor(flat2 / size);
  }
  return index;
}
function nameOfCell(run, name, flat2) {
  if (run.has(name)) return subscript(run, name, flat2);
  return `${name}[${unflatten(flat2, run.shapeOf(name)).join(", ")}]`;
}
function explain(run, name, flat2, step) {
  const value = run.at(name, step)[flat2];
  const row2 = run.arrays[name];
  if (run.signed) return { value, text: "A difference of two runs: each has an explanation." };
  const index = unflatten(flat2, run.shapeOf(name));
  const edit = run.disturbance?.edits.findLast((one) => covers(one, name, index, step));
  if (edit) return { value, text: `Set by the disturbance ${formatEdit(edit)}.` };
  const whole = withModel(run);
  const formula = run.has("write_weighting") ? formulasOf(whole.model).find((one) => one.name === name) : null;
  if (!formula) return { value, text: untold(run, row2) };
  const axes = formula.axes.split(" ").slice(1);
  const letters = formula.letters ?? axes.map((axis2, i) => LETTERS[axis2] ?? index[i]);
  const left = new Letters(whole.model).now(name, ...letters);
  const general = formula.explain(new Letters(whole.model), ...letters);
  const own = formula.explain(new Numbers(whole, step), ...index);
  const shown = shorten(own);
  const lines = [{ equation: [left, general], numbers: [value, shown] }];
  const [part, itsNumbers] = [namedIn(general), namedIn(shown)];
  if (part)
    lines.push({ equation: [part, part.args[0]], numbers: [itsNumbers.value, itsNumbers.args[0]] });
  const differs = !(Math.abs(own.value - value) <= TOLERANCE * Math.max(1, Math.abs(value)));
  const surprise = `The equation gives ${show(own.value)}: the run was changed, or had begun before.`;
  const note = [formula.note, differs ? surprise : ""].filter(Boolean).join(" ");
  return {
    value,
    lines,
    expression: shown,
    sources: unique(shownSources(shown)),
    all: unique(sources(own)),
    note
  };
}
function namedIn(expression) {
  if (expression.op === "named") return expression;
  for (const arg of expression.args) {
    const found = namedIn(arg);
    if (found) return found;
  }
  return null;
}
function unique(cells) {
  const known = /* @__PURE__ */ new Map();
  for (const cell of cells) known.set(keyOf(cell), cell);
  return [...known.values()];
}
function untold(run, row2) {
  if (!row2) return "";
  if (run.has("write_weighting") && !row2.optional && row2.label !== "input")
    return "Asked for by the controller; its weights aren't in this page.";
  return `It isn't computed by an equation of the DNC: ${row2.meaning}.`;
}
var Why = class {
  constructor(player) {
    Object.assign(this, { player, path: [] });
    this.root = player.slots.why;
    player.onCell((cell) => this.open([cell], cell.event.type === "keydown"));
    player.root.addEventListener("keydown", (event) => this.key(event), { capture: true });
    this.root.addEventListener("click", (event) => {
      const place = event.target.closest?.("[data-from]");
      if (place) this.follow(this.cells[place.dataset.from]);
    });
  }
  key(event) {
    if (event.key !== "Escape" || !this.path.length) return;
    event.preventDefault();
    event.stopPropagation();
    this.close();
  }
  /** Explain the last cell of a path { run, name, index, step, panel }; `take` the focus, or not. */
  open(path, take) {
    this.path = path;
    const { run, name, index, step } = path.at(-1);
    const why = explain(run, name, index, step);
    const from = (why.all ?? []).map((cell) => flat(run, cell));
    this.cells = (why.sources ?? []).map((cell) => flat(run, cell));
    const title = `${nameOfCell(run, name, index)} at step ${step} = ${show(why.value)}`;
    this.heading = element("h4", { tabindex: "-1" }, title);
    const button = (action, text, onclick) => element("button", { type: "button", "data-action": action, onclick }, text);
    const buttons = [button("close-why", "close", () => this.close())];
    if (path.length > 1) buttons.unshift(button("back-why", "back", () => this.back()));
    const panel = element(
      "section",
      { class: "mp-why-panel", "aria-label": "Why this number?" },
      element("div", { class: "mp-why-head" }, this.heading, ...buttons)
    );
    if (why.text) panel.append(element("p", {}, why.text));
    for (const line2 of why.lines ?? []) panel.append(this.equation(line2, why));
    if (why.note) panel.append(element("p", { class: "mp-why-note" }, why.note));
    if (this.cells.length) panel.append(this.links(run, from.length));
    this.root.replaceChildren(panel);
    this.player.light(run, [...from.length > LIT ? this.cells : from, { name, index, step }]);
    if (take) this.heading.focus();
  }
  /** An equation, and under it the same with this cell's numbers. */
  equation({ equation, numbers: numbers2 }, { sources: cells }) {
    const places = new Map(cells.map((cell, i) => [keyOf(cell), i]));
    const write2 = (leaf2) => {
      const place = leaf2.source && places.get(keyOf(leaf2.source));
      const text = number(leaf2);
      return place === void 0 || place === null ? text : `<mrow data-from="${place}" class="mp-from">${text}</mrow>`;
    };
    const [left, right] = equation;
    const symbols = `${mathml(left, ({ symbol }) => symbol)}<mo>=</mo>${mathml(right, ({ symbol }) => symbol)}`;
    const [value, terms] = numbers2;
    const figures2 = `<mo>=</mo>${mathml(terms, write2)}<mo>=</mo>${number({ value })}`;
    const math = (inner) => `<math display="block"><mrow>${inner}</mrow></math>`;
    const template = document.createElement("template");
    template.innerHTML = `<div class="mp-why-line">${math(symbols)}${math(figures2)}</div>`;
    return template.content;
  }
  /** The cells behind the numbers that are shown, to be followed. */
  links(run, all) {
    const links = this.cells.map(({ name, index, step }, i) => {
      const text = `${nameOfCell(run, name, index)} at step ${step} = ${show(run.at(name, step)[index])}`;
      return element("button", { type: "button", "data-from": i }, text);
    });
    const more = all > links.length ? ` and ${all - links.length} more` : "";
    return element("p", { class: "mp-why-from" }, "from ", ...links, more);
  }
  follow(cell) {
    const { run } = this.path.at(-1);
    this.player.seek(cell.step);
    this.open([...this.path, { run, ...cell }], true);
  }
  back() {
    const path = this.path.slice(0, -1);
    this.player.seek(path.at(-1).step);
    this.open(path, true);
  }
  /** Explain the same cell of a run that took the place of another, or close if it has none. */
  renew(before, after) {
    if (!this.path.length) return;
    const { run, name, index, step } = this.path.at(-1);
    const now = after[before.indexOf(run)];
    const fits = now && step < now.steps && (now.has(name) || now.stepShapes?.[name]);
    if (fits && index < now.at(name, step).length)
      this.open([{ ...this.path.at(-1), run: now }], false);
    else this.close();
  }
  close() {
    const [{ run, panel }] = this.path;
    this.path = [];
    this.root.replaceChildren();
    this.player.light(run, []);
    panel?.canvas.focus();
  }
};
var keyOf = ({ name, index, step }) => `${name} ${index} ${step}`;
var flat = (run, { name, index, step }) => ({
  name,
  index: flatten(index, run.shapeOf(name)),
  step
});

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
    this.step = model.get("t");
    this.board = new Board(this, header.level);
    this.playing = false;
    this.listeners = /* @__PURE__ */ new Set();
    this.fps = model.get("fps");
    this.build();
    root2.addEventListener("keydown", (event) => this.key(event));
    this.onModelStep = () => this.seek(model.get("t"), false);
    this.onModelSpeed = () => this.setSpeed(model.get("fps"), false);
    model.on("change:t", this.onModelStep);
    model.on("change:fps", this.onModelSpeed);
  }
  build() {
    this.slots = {};
    for (const name of ["laboratory", "tour", "why"])
      this.slots[name] = element("div", { class: `mp-${name}` });
    this.value = element("p", { class: "mp-value", "aria-live": "polite" });
    this.root.replaceChildren(
      element("div", { class: "mp-head" }, this.buildControls(), this.value),
      this.slots.laboratory,
      this.slots.tour,
      this.board.root,
      this.slots.why,
      this.board.foot
    );
    this.setSpeed(this.fps, false);
    this.begin();
    this.why = new Why(this);
    this.board.build(this.runs);
    this.select(null);
  }
  /** As many steps as the longest run has. */
  begin() {
    this.steps = Math.max(...this.runs.map((run) => run.steps));
    this.step = Math.min(this.step, this.steps - 1);
    this.slider.max = this.steps - 1;
  }
  /**
   * Show other runs on the same clock. Where their sizes are those of the runs before, the panels
   * stay and are only drawn anew, with their locations in the order that they had.
   */
  show(runs) {
    const before = this.runs;
    this.runs = runs;
    this.begin();
    if (this.board.show(runs)) this.draw();
    else this.select(null);
    this.why.renew(before, runs);
  }
  buildControls() {
    const button = (name, label, action) => element(
      "button",
      { type: "button", title: label, "aria-label": label, onclick: action, "data-action": name },
      sign(name)
    );
    this.playButton = button("play", "Play (space)", () => this.toggle());
    this.slider = element("input", {
      type: "range",
      min: 0,
      value: 0,
      "aria-label": "step",
      oninput: () => this.seek(Number(this.slider.value))
    });
    this.counter = element("output", { class: "mp-counter" });
    this.speed = element("select", {
      "aria-label": "steps per second",
      onchange: () => this.setSpeed(Number(this.speed.value))
    });
    return element(
      "div",
      { class: "mp-controls", role: "toolbar", "aria-label": "time" },
      button("first", "First step (Home)", () => this.seek(0)),
      button("back", "Step back (left arrow)", () => this.seek(this.step - 1)),
      this.playButton,
      button("forward", "Step forward (right arrow)", () => this.seek(this.step + 1)),
      button("last", "Last step (End)", () => this.seek(this.steps - 1)),
      this.slider,
      this.counter,
      element("label", {}, this.speed, " steps/s"),
      ...this.board.buttons
    );
  }
  /** Call `listener` with { run, name, index, step, panel, event } when a cell is clicked. */
  onCell(listener) {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }
  tellCell(panel, event) {
    const { run } = panel.view;
    const cell = { run, step: this.step, ...panel.address(...panel.cell), panel, event };
    for (const listener of this.listeners) listener(cell);
  }
  /** Light the cells of a run that show one of some numbers, each { name, index, step }. */
  light(run, numbers2) {
    this.lit = [run, numbers2];
    for (const view of this.board.all) view.light(view.run === run ? numbers2 : [], this.step);
  }
  draw() {
    const { step } = this;
    for (const view of this.board.all) view.draw(step);
    if (this.lit?.[1].length) this.light(...this.lit);
    this.slider.value = step;
    this.slider.setAttribute("aria-valuetext", `step ${step} of ${this.steps - 1}`);
    this.counter.textContent = `step ${step} of ${this.steps - 1}`;
    this.root.dataset.step = step;
    if (this.chosen) this.value.textContent = this.chosen.panel.readout(step);
  }
  seek(step, sync = true) {
    step = Math.max(0, Math.min(this.steps - 1, Math.round(step)));
    if (this.step === step) return;
    this.step = step;
    this.draw();
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
    for (const view of this.board.all)
      view.words.setAttribute("aria-live", play ? "off" : "polite");
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
    for (const view of this.board.all) view.mark(this.chosen);
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
      d: () => this.board.toggleDifference(),
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
var style_default = '.memory-player {\n  --mp-text: var(--jp-ui-font-color1, #1b1b1b);\n  --mp-quiet: var(--jp-ui-font-color2, #5a5a5a);\n  --mp-back: var(--jp-layout-color0, #fff);\n  --mp-field: var(--jp-layout-color2, #eee);\n  --mp-line: var(--jp-border-color1, #bbb);\n  --mp-accent: #0b6bcb;\n  --mp-mark: #d6006c;\n  --mp-writes: #b85c00;\n  --mp-reads: #00776b;\n  --mp-own: #5b6470;\n  container: player / inline-size;\n  color: var(--mp-text);\n  background: var(--mp-back);\n  font:\n    13px/1.45 system-ui,\n    sans-serif;\n  padding: 8px;\n  box-sizing: border-box;\n  color-scheme: light;\n}\n.memory-player[data-theme="dark"],\nbody[data-jp-theme-light="false"] .memory-player {\n  --mp-accent: #6cb6ff;\n  --mp-mark: #ff6db6;\n  --mp-writes: #ffb04d;\n  --mp-reads: #3fd0bd;\n  --mp-own: #a9b4c2;\n  color-scheme: dark;\n}\n.memory-player[data-theme="dark"] {\n  --mp-text: #e8e8e8;\n  --mp-quiet: #adadad;\n  --mp-back: #121417;\n  --mp-field: #2a2e34;\n  --mp-line: #555b63;\n}\n.memory-player *,\n.memory-player *::before {\n  box-sizing: border-box;\n}\n.memory-player p,\n.memory-player h3,\n.memory-player figure {\n  margin: 0;\n}\n.mp-head {\n  position: sticky;\n  top: 0;\n  z-index: 2;\n  padding: 2px 0;\n  background: var(--mp-back);\n}\n.mp-controls {\n  display: flex;\n  flex-wrap: wrap;\n  gap: 4px 6px;\n  align-items: center;\n}\n.mp-controls button svg {\n  display: block;\n}\n.mp-controls button,\n.mp-controls select {\n  font: inherit;\n  min-width: 32px;\n  min-height: 30px;\n  padding: 2px 8px;\n  color: inherit;\n  background: var(--mp-field);\n  border: 1px solid var(--mp-line);\n  border-radius: 4px;\n  cursor: pointer;\n}\n.mp-controls button[aria-pressed="true"] {\n  background: var(--mp-accent);\n  color: var(--mp-back);\n}\n.mp-controls input[type="range"] {\n  flex: 1 1 140px;\n  min-width: 100px;\n  accent-color: var(--mp-accent);\n}\n.mp-counter {\n  min-width: 8em;\n  font-variant-numeric: tabular-nums;\n}\n.memory-player :focus-visible {\n  outline: 2px solid var(--mp-accent);\n  outline-offset: 2px;\n}\n.memory-player .mp-value {\n  min-height: 1.45em;\n  font-variant-numeric: tabular-nums;\n  font-size: 12px;\n  color: var(--mp-quiet);\n  margin: 3px 0 0;\n  overflow-wrap: anywhere;\n}\n.mp-group-of {\n  display: inline-flex;\n  flex-wrap: wrap;\n}\n.mp-group-of button {\n  max-width: 16em;\n  overflow: hidden;\n  text-overflow: ellipsis;\n  white-space: nowrap;\n}\n.mp-group-of button:not(:first-child) {\n  border-start-start-radius: 0;\n  border-end-start-radius: 0;\n  margin-left: -1px;\n}\n.mp-group-of button:not(:last-child) {\n  border-start-end-radius: 0;\n  border-end-end-radius: 0;\n}\n.mp-tabs:empty {\n  display: none;\n}\n.mp-views {\n  display: grid;\n  grid-template-columns: minmax(0, 1fr);\n  gap: 10px 24px;\n}\n.mp-views > [data-shown="false"] {\n  display: none;\n}\n.mp-view {\n  container: view / inline-size;\n  min-width: 0;\n}\n.mp-title {\n  display: flex;\n  flex-wrap: wrap;\n  gap: 0 10px;\n  align-items: baseline;\n  margin-top: 4px;\n}\n.memory-player h3 {\n  font-size: 15px;\n  font-weight: 650;\n}\n.mp-title span {\n  color: var(--mp-quiet);\n}\n.memory-player .mp-words {\n  min-height: 1.45em;\n  margin: 2px 0 8px;\n  font-size: 14px;\n}\n[data-level="simple"] .mp-words {\n  min-height: 2.9em;\n  font-size: 15px;\n}\n[data-level="simple"] [data-runs="2"] .mp-words {\n  min-height: 4.35em;\n  font-size: 13.5px;\n}\n.mp-main {\n  display: grid;\n  grid-template-columns: minmax(0, 1fr);\n  gap: 10px 28px;\n}\n.mp-step {\n  display: flex;\n  flex-wrap: wrap;\n  gap: 10px;\n  align-content: flex-start;\n}\n.mp-whole,\n.mp-grid {\n  min-width: 0;\n}\n.mp-band {\n  display: flex;\n  flex-wrap: wrap;\n  gap: 12px;\n  align-items: flex-start;\n}\n.mp-band figure {\n  max-width: 100%;\n}\n.mp-stack {\n  flex-direction: column;\n  min-width: 0;\n}\n.mp-band:empty {\n  display: none;\n}\n.mp-band figcaption {\n  width: 0; /* a long title is cut, and whole in its tooltip */\n  min-width: 100%;\n  overflow: hidden;\n  text-overflow: ellipsis;\n  white-space: nowrap;\n  font-size: 12px;\n  font-weight: 600;\n  margin: 0 0 3px;\n}\n.mp-body {\n  display: grid;\n  grid-template-columns: auto max-content;\n  justify-content: start;\n}\n.mp-body > .mp-frame {\n  grid-column: 2;\n}\n.mp-frame {\n  position: relative;\n  line-height: 0;\n  outline: 1px solid var(--mp-line);\n  cursor: crosshair;\n  background: repeating-linear-gradient(45deg, var(--mp-back) 0 3px, var(--mp-quiet) 3px 4px);\n}\n.memory-player canvas {\n  image-rendering: pixelated;\n  display: block;\n  max-width: 100%;\n  touch-action: pan-y;\n}\n.mp-marks {\n  position: absolute;\n  inset: 0;\n  pointer-events: none;\n  overflow: hidden;\n}\n.mp-mark {\n  position: absolute;\n  border: 0 solid var(--mp-mark);\n}\n.mp-row {\n  left: 0;\n  right: 0;\n  border-width: 1px 0;\n  min-height: 3px;\n}\n.mp-column {\n  top: 0;\n  bottom: 0;\n  border-width: 0 1px;\n  min-width: 3px;\n}\n.mp-strong.mp-row {\n  border-width: 2px 0;\n}\n.mp-strong.mp-column {\n  border-width: 0 2px;\n}\n.mp-ticks {\n  position: relative;\n  font-size: 11px;\n  line-height: 1;\n  color: var(--mp-quiet);\n  font-variant-numeric: tabular-nums;\n}\n.mp-ticks-row {\n  min-width: 25px;\n  grid-column: 1;\n}\n.mp-ticks-row span {\n  position: absolute;\n  right: 5px;\n  transform: translateY(-50%);\n  white-space: nowrap;\n}\n.mp-body:has([data-panel="vectors"]) .mp-ticks-row {\n  min-width: 62px;\n}\n.mp-ticks-column,\n.mp-ticks-named {\n  grid-column: 2;\n}\n.mp-ticks-column {\n  height: 16px;\n}\n.mp-ticks-named {\n  height: 70px;\n}\n.mp-ticks-column span {\n  position: absolute;\n  top: 4px;\n  transform: translateX(-50%);\n}\n.mp-ticks-named span {\n  position: absolute;\n  white-space: nowrap;\n  top: 4px;\n  writing-mode: vertical-rl;\n  transform: translateX(-50%);\n}\n.mp-legend {\n  display: flex;\n  flex-wrap: wrap;\n  gap: 4px 20px;\n  margin: 6px 0 2px;\n  font-size: 12px;\n  color: var(--mp-quiet);\n}\n.mp-bar-entry {\n  display: inline-flex;\n  gap: 6px;\n  align-items: center;\n  white-space: nowrap;\n}\n.mp-gradient {\n  display: inline-block;\n  width: 70px;\n  height: 10px;\n}\n.mp-hatch {\n  display: inline-block;\n  width: 16px;\n  height: 12px;\n  outline: 1px solid var(--mp-line);\n  background: repeating-linear-gradient(45deg, var(--mp-back) 0 3px, var(--mp-quiet) 3px 4px);\n}\n.mp-group {\n  margin: 4px 0;\n}\n.mp-group > summary,\n.mp-keys > summary {\n  cursor: pointer;\n  font-size: 12px;\n  font-weight: 600;\n  padding: 3px 0;\n}\n.mp-line {\n  display: grid;\n  grid-template-columns: 92px minmax(0, 1fr) 54px;\n  gap: 0 8px;\n  margin: 0 0 5px;\n  font-size: 11.5px;\n  align-items: stretch;\n}\n.mp-line > .mp-frame {\n  align-self: center;\n}\n[data-runs="2"] .mp-line {\n  margin-bottom: 4px;\n}\n.mp-line canvas {\n  width: 100%;\n}\n.mp-line-label {\n  text-align: right;\n  align-self: center;\n}\n.mp-line-names,\n.mp-line-right {\n  display: flex;\n  flex-direction: column;\n  justify-content: space-around;\n}\n.mp-line-names {\n  align-self: stretch;\n  line-height: 1;\n}\n.mp-line-right {\n  line-height: 1;\n  font-variant-numeric: tabular-nums;\n}\n.mp-line-names span,\n.mp-line-right > span {\n  height: 13px;\n  line-height: 13px;\n  white-space: nowrap;\n}\n.mp-line-right > .mp-range {\n  flex: 1;\n  height: auto;\n  display: flex;\n  flex-direction: column;\n  justify-content: space-between;\n  position: relative;\n  padding-left: 14px;\n  line-height: 11px;\n}\n.mp-range > .mp-upright {\n  position: absolute;\n  left: 0;\n  top: 0;\n  bottom: 0;\n  width: 9px;\n  height: auto;\n}\n.mp-time {\n  cursor: ew-resize;\n}\n.mp-cursor {\n  position: absolute;\n  top: -2px;\n  bottom: -2px;\n  pointer-events: none;\n  outline: 2px solid var(--mp-mark);\n}\n.memory-player .mp-keys {\n  color: var(--mp-quiet);\n  font-size: 12px;\n}\n\n/* The memory at first contact: numbers, bars and words side by side, one row per place. */\n.mp-memory {\n  display: flex;\n  max-width: 100%;\n}\n.mp-part {\n  display: flex;\n  flex: none;\n  flex-direction: column;\n  min-width: 0;\n}\n.mp-part.mp-shrinks {\n  flex: 0 1 auto;\n}\n.mp-part > figcaption {\n  height: 13px;\n  margin-bottom: 6px;\n  line-height: 13px;\n  font-size: 12px;\n  font-weight: 600;\n  white-space: nowrap;\n}\n.mp-part:first-child > figcaption {\n  padding-right: 5px;\n  font-weight: 400;\n  color: var(--mp-quiet);\n}\n.mp-part > figcaption.mp-write {\n  text-align: right;\n  padding-right: 4px;\n}\n.mp-part > figcaption.mp-read,\n.mp-part > figcaption.mp-own {\n  padding-left: 4px;\n}\n.mp-part > figcaption.mp-centre {\n  text-align: center;\n}\n.mp-write {\n  color: var(--mp-writes);\n}\n.mp-read {\n  color: var(--mp-reads);\n}\n.mp-own {\n  color: var(--mp-own);\n}\n.mp-side {\n  display: flex;\n  gap: 0 2px;\n}\n.mp-bars {\n  background: none;\n  outline: none;\n  border: solid var(--mp-line);\n  border-width: 1px 0;\n}\n.mp-bars.mp-own {\n  border-width: 1px;\n}\n.mp-frame > svg {\n  position: absolute;\n  inset: 0;\n  width: 100%;\n  height: 100%;\n  pointer-events: none;\n  overflow: visible;\n}\n.mp-bar {\n  fill: currentcolor;\n}\n.mp-missing {\n  stroke: var(--mp-quiet);\n  stroke-width: 0.7;\n  stroke-dasharray: 2 4;\n}\n.mp-notes {\n  position: relative;\n  width: 30px;\n  font-size: 11px;\n  line-height: 1;\n  font-variant-numeric: tabular-nums;\n}\n.mp-notes span {\n  position: absolute;\n  transform: translateY(-50%);\n}\n.mp-notes.mp-write span {\n  right: 4px;\n}\n.mp-notes.mp-read span,\n.mp-notes.mp-own span {\n  left: 4px;\n}\n.mp-mark.mp-touch {\n  border: 2px solid currentcolor;\n  border-radius: 2px;\n  left: 0;\n  right: 0;\n  min-height: 5px;\n}\n.mp-lit {\n  position: absolute;\n  outline: 2px solid var(--mp-mark);\n  outline-offset: -1px;\n  background: color-mix(in srgb, var(--mp-mark) 30%, transparent);\n  min-width: 4px;\n  min-height: 4px;\n}\n.memory-player .mp-nothing {\n  max-width: 300px;\n  padding: 24px;\n  font-size: 14px;\n  color: var(--mp-quiet);\n  border: 1px dashed var(--mp-line);\n  border-radius: 6px;\n}\n.mp-wrong {\n  fill: var(--mp-mark);\n}\n.mp-veil {\n  fill: var(--mp-back);\n  opacity: 0.72;\n}\n.mp-verdict {\n  align-self: center;\n  line-height: 1.2;\n}\n.mp-clock ~ .mp-clock {\n  display: none;\n}\n.mp-clock .mp-ticks {\n  grid-column: 2;\n}\n.mp-clock .mp-line-label {\n  color: var(--mp-quiet);\n  line-height: 19px;\n}\n.mp-foot {\n  display: flex;\n  flex-wrap: wrap;\n  gap: 0 20px;\n  align-items: baseline;\n}\n.mp-foot details[open] {\n  flex: 1 0 100%;\n}\n.mp-glossary dl {\n  display: grid;\n  grid-template-columns: max-content minmax(0, 1fr);\n  gap: 2px 12px;\n  margin: 4px 0 8px;\n}\n.mp-glossary dt {\n  font-weight: 600;\n  color: var(--mp-text);\n}\n.mp-glossary dd {\n  margin: 0;\n}\n@container view (min-width: 740px) {\n  [data-level="simple"] .mp-main {\n    grid-template-columns: max-content minmax(0, 1fr);\n  }\n}\n[data-level="simple"] .mp-line {\n  grid-template-columns: 62px minmax(0, 1fr) 50px;\n}\n.mp-line-label.mp-write,\n.mp-line-label.mp-read {\n  font-weight: 600;\n}\n.mp-world:empty {\n  display: none;\n}\n@container view (min-width: 560px) {\n  [data-level="everything"] .mp-grid {\n    display: grid;\n    grid-template-columns: repeat(2, minmax(0, 1fr));\n    gap: 0 16px;\n    align-items: center;\n  }\n  [data-level="everything"] .mp-clock {\n    grid-column: 1;\n  }\n  [data-level="everything"] .mp-clock ~ .mp-clock {\n    display: grid;\n    grid-column: 2;\n  }\n}\n@container view (min-width: 1180px) {\n  [data-level="everything"] .mp-main {\n    grid-template-columns: minmax(0, 710px) minmax(0, 1fr);\n  }\n  [data-level="everything"] .mp-grid {\n    display: block;\n  }\n  [data-level="everything"] .mp-clock ~ .mp-clock {\n    display: none;\n  }\n}\n@container player (min-width: 860px) {\n  .mp-views[data-runs="2"]:not([data-shown="difference"]) {\n    grid-template-columns: repeat(2, minmax(0, 1fr));\n  }\n  .mp-views:not([data-shown="difference"]) > .mp-view {\n    display: block;\n  }\n  .mp-tabs [data-action^="run-"] {\n    display: none;\n  }\n}\n@container player (max-width: 420px) {\n  .mp-controls {\n    gap: 4px;\n  }\n  .mp-controls button,\n  .mp-controls select {\n    padding: 2px 6px;\n  }\n  .mp-controls > label {\n    order: -1; /* beside the buttons, so that the controls take three lines */\n  }\n  .mp-controls > button {\n    order: -2;\n  }\n  .memory-player .mp-value {\n    overflow: hidden;\n    text-overflow: ellipsis;\n    white-space: nowrap;\n  }\n  .mp-line {\n    grid-template-columns: 90px minmax(0, 1fr) 46px;\n  }\n}\n@media (max-width: 700px) {\n  .memory-player canvas,\n  .memory-player button,\n  .memory-player summary {\n    scroll-margin-top: 110px; /* or the controls, which stay in sight, would hide it */\n  }\n}\n.mp-why-panel {\n  margin: 6px 0;\n  padding: 4px 10px 8px;\n  background: var(--mp-field);\n  border-left: 3px solid var(--mp-accent);\n  border-radius: 3px;\n}\n.mp-why-head {\n  display: flex;\n  flex-wrap: wrap;\n  gap: 8px;\n  align-items: center;\n}\n.mp-why-head h4 {\n  flex: 1;\n  margin: 0;\n  font-size: 14px;\n}\n.mp-why-panel p {\n  margin: 4px 0;\n  line-height: 1.7;\n}\n.mp-why-line {\n  padding: 2px 0;\n  overflow-x: auto;\n}\n.mp-why-line math {\n  display: block math;\n  margin: 2px 0;\n  width: max-content;\n}\n.mp-why-note {\n  color: var(--mp-quiet);\n}\n.mp-why-panel button {\n  font: inherit;\n  color: var(--mp-text);\n  background: var(--mp-back);\n  border: 1px solid var(--mp-line);\n  border-radius: 3px;\n  cursor: pointer;\n}\n.mp-why-from button {\n  margin: 0 6px 0 0;\n  font-size: 12px;\n}\n.mp-from {\n  color: var(--mp-accent);\n  cursor: pointer;\n}\n';

// src/memorylab/player/script/main.js
function render({ model, el }) {
  const root2 = element("div", {
    class: "memory-player",
    role: "group",
    "aria-label": "memory player"
  });
  el.replaceChildren(element("style", {}, style_default), root2);
  const player = new Player(model, root2);
  root2.player = player;
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
  Difference,
  Run,
  Simulation,
  checkModel,
  main_default as default,
  disturbance_exports as disturbances,
  explain,
  expressions_exports as expressions,
  firstWriteOrder,
  formulas_exports as formulas,
  mathml_exports as mathematics,
  mount,
  read2 as read,
  tellSimply,
  tellStep
};
