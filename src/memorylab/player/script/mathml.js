// Expressions as MathML, with the paper's symbols.

import { brief } from "./elements.js";

// Each array's letter and superscript in the paper; those with heads have the head's number too.
const SYMBOLS = {
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
  "output.bias": ["b", "", "y"],
};
// The controller's gates in PyTorch's order, and the ends of the names of its weights.
const GATES = ["i", "f", "g", "o"];
const WEIGHTS = {
  weight: ["W"],
  bias: ["b"],
  weight_ih: ["W", "", "x"],
  bias_ih: ["b", "", "x"],
  weight_hh: ["W", "", "h"],
  bias_hh: ["b", "", "h"],
};
const HEADED =
  /^(read_(?!weighting_)|free_gates|(forward|backward)_weighting|read_content_weighting)/;

const identifier = (text) => `<mi>${text}</mi>`;
const operator = (text) => `<mo>${text}</mo>`;
const row = (...parts) => `<mrow>${parts.join("")}</mrow>`;
const fence = (inner, left = "(", right = ")") =>
  row(`<mo stretchy="false">${left}</mo>`, inner, `<mo stretchy="false">${right}</mo>`);

/** The symbol of a cell with letters for its indices: u_t[n]. `when` is "t", "t−1" or nothing. */
export function symbolOf(name, index, when) {
  const rest = [...index];
  const layer = /^controller_\w+_(\d+)$/.exec(name)?.[1];
  const known = name.replace(/(controller_\w+)_\d+$/, "$1");
  const [base, over = "", below = when] = SYMBOLS[known] ?? WEIGHTS[name.split(".").at(-1)] ?? "?";
  let [letter, above] = [base, over];
  if (known === "controller_gates") letter = GATES[rest.shift()];
  if (HEADED.test(name)) above += (above ? "," : "") + rest.shift();
  if (layer !== undefined) above = String(Number(layer) + 1);
  const [lower, upper] = [below, above].map((text) => text && identifier(text));
  let symbol = identifier(letter);
  if (lower && upper) symbol = `<msubsup>${symbol}${lower}${upper}</msubsup>`;
  else if (lower) symbol = `<msub>${symbol}${lower}</msub>`;
  else if (upper) symbol = `<msup>${symbol}${upper}</msup>`;
  return rest.length ? row(symbol, fence(identifier(rest.join(", ")), "[", "]")) : symbol;
}

/** The similarity of a key and a row of the memory. */
export const similarityOf = (key, memory) =>
  row(identifier("D"), fence(row(key, operator(","), memory)));

const [SUM, PRODUCT, ATOM] = [1, 2, 3]; // how tightly an operation binds
const BINDING = { add: SUM, subtract: SUM, multiply: PRODUCT };
const CALLS = { sigmoid: "σ", oneplus: "oneplus", tanh: "tanh" };

/** An operand; `least` is how tightly it must bind, `after` whether a sign stands before it. */
function operand(node, write, least = SUM, after = false) {
  const loose = (BINDING[node.op] ?? ATOM) < least;
  const isNegative = ["leaf", "named"].includes(node.op) && node.value < 0;
  const text = mathml(node, write, after && !loose);
  return loose || (after && isNegative) ? fence(text) : text;
}

/** An expression in the parts between which a line may break: the terms of a sum, with their signs. */
export function partsOf(expression, write) {
  const { op, args } = expression;
  if (op !== "add" || args.length < 2) return [mathml(expression, write)];
  const plus = '<mo form="infix">+</mo>'; // with the space of a sign between two terms
  return args.map((arg, i) => (i ? plus : "") + operand(arg, write, SUM, i > 0));
}

/**
 * Write an expression down. `write(leaf)` gives the MathML of a leaf; a leaf that sums up the rest
 * of a long sum says how many it stands for. `later` is whether a sign stands before the
 * expression, which would meet that of a negative number.
 */
export function mathml(expression, write, later = false) {
  const inner = (node, least, after) => operand(node, write, least, after);
  const { op, args, over } = expression;
  const [first, second] = args;
  switch (op) {
    case "leaf":
      return write(expression);
    case "add":
    case "multiply": {
      const [sign, great, least] = op === "add" ? ["+", "∑", SUM] : ["·", "∏", PRODUCT];
      if (over && args.length === 1 && Number.isNaN(expression.value))
        return row(`<munder>${operator(great)}${identifier(over)}</munder>`, inner(first, PRODUCT));
      if (!args.length) return `<mn>${op === "add" ? 0 : 1}</mn>`;
      return row(args.map((arg, i) => inner(arg, least, later || i > 0)).join(operator(sign)));
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
      return expression.symbol || write(expression);
    default:
      return row(identifier(CALLS[op]), fence(inner(first)));
  }
}

/** A number with three digits, of which those of the distance to 1 count close to 1. */
function figures(value) {
  const distance = 1 - Math.abs(value);
  if (distance > 0 && distance < 0.01)
    return value.toFixed(Math.min(12, 2 - Math.floor(Math.log10(distance)))).replace("-", "−");
  const size = Math.abs(value);
  if (size > 0 && size < 1e-4)
    return Number(value.toPrecision(3)).toExponential().replaceAll("-", "−");
  return brief(value);
}

/** A leaf as a number; one that stands for the rest of a sum says of how many terms. */
export const number = ({ value, rest }) => {
  const text = `<mn>${figures(value)}</mn>`;
  return rest ? `<munder>${text}<mtext>${rest} more</mtext></munder>` : text;
};
