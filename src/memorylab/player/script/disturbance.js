// Disturbances: what to change in a run of a memory, as a value and as a line of text.
//
// The text is that of memorylab.memory.disturbance, and so are the messages; the tests of both read
// the same table of cases. A disturbance is { edits, locations, words, options }: all but the edits
// are null where they stay as they are; `options`, such as { sign: 2, distance: 12 }, are those that an
// environment's episode begins with. An edit is { name, index, first, last, value } with `last` null
// for the end of the run.

/** The ranges of numbers: KINDS in memorylab.memory.trace, which a test compares. */
export const KINDS = {
  number: [-Infinity, Infinity],
  activation: [-1, 1],
  fraction: [0, 1],
  weighting: [0, 1],
  distribution: [0, 1],
  links: [0, 1],
  strength: [1, Infinity],
  duration: [0, Infinity],
};

export const UNDISTURBED = Object.freeze({
  edits: [],
  locations: null,
  words: null,
  options: null,
});

const EDIT =
  /^([A-Za-z_]\w*)\s*(?:\[\s*(\d{1,9}(?:\s*,\s*\d{1,9})*)\s*\]\s*)?(?:@\s*(\d{1,9})\s*(?:(-)\s*(\d{1,9})?\s*)?)?$/;
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
const COUNT = /^\d{1,9}$/;
const OPTION = /^([A-Za-z_]\w*)\s*:\s*(\d{1,9})$/;
const KEYS = { N: "locations", words: "words", options: "options" };

// -- from text to a disturbance and back

/** Read a disturbance from its text; throw an Error that names the part that can't be read. */
export function parse(text) {
  const found = { ...UNDISTURBED, edits: [] };
  for (const part of text.trim() ? text.split(";") : []) {
    const mark = part.indexOf("=");
    const key = (mark < 0 ? part : part.slice(0, mark)).trim();
    const value = mark < 0 ? "" : part.slice(mark + 1).trim();
    if (key in KEYS && found[KEYS[key]] !== null)
      throw new Error(`'${text}' sets ${key} twice. Keep one of them.`);
    if (key === "N") found.locations = readLocations(value);
    else if (key === "words") found.words = readWords(value);
    else if (key === "options") found.options = readOptions(value);
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

function readOptions(value) {
  const options = {};
  for (const option of value.split(",").map((one) => one.trim())) {
    const match = OPTION.exec(option);
    if (!match)
      throw new Error(
        "Options must be names with whole numbers, such as sign:2,distance:12, but one is " +
          `'${option}'.`,
      );
    if (match[1] in options)
      throw new Error(`An option may be there once, but '${match[1]}' is there twice.`);
    options[match[1]] = Number(match[2]);
  }
  return options;
}

function readEdit(part, key, text) {
  const match = EDIT.exec(key);
  if (!match || !NUMBER.test(text))
    throw new Error(
      `'${part}' can't be read. Write name[index]@first-last=value, such as memory[3]@5-=0 ` +
        "or write_gate=0, and join parts by ';'.",
    );
  const [, name, list, start, range, end] = match;
  const index = list ? list.split(",").map(Number) : [];
  const first = Number(start ?? 0);
  const last = end !== undefined ? Number(end) : start !== undefined && !range ? first : null;
  const value = Number(text) + 0; // the sum turns -0 into 0
  if (last !== null && last < first)
    throw new Error(`The last step for ${name} must be at least ${first}, got ${last}.`);
  if (!Number.isFinite(value)) throw new Error(`${name} must get a finite number, got ${text}.`);
  return { name, index, first, last, value };
}

/** The shortest text of one edit. */
export function formatEdit({ name, index, first, last, value }) {
  const place = index.length ? `[${index}]` : "";
  let steps = "";
  if (last !== null) steps = last === first ? `@${first}` : `@${first}-${last}`;
  else if (first > 0) steps = `@${first}-`;
  return `${name}${place}${steps}=${value}`;
}

/** The shortest text of a disturbance. */
export function format({ edits, locations, words, options }) {
  const parts = locations === null ? [] : [`N=${locations}`];
  if (words !== null) parts.push(`words=${words}`);
  if (options !== null)
    parts.push(`options=${Object.entries(options).map((option) => option.join(":"))}`);
  return [...parts, ...edits.map(formatEdit)].join(";");
}

// -- does it fit a run?

/** The size of each dimension of a run by its letter, such as { T: 17, N: 16 }. */
export function sizesOf(run) {
  const sizes = { T: run.steps };
  for (const { axes, shape } of Object.values(run.arrays))
    axes.split(" ").forEach((axis, i) => {
      if (/^[A-Z]$/.test(axis)) sizes[axis] ??= shape[i];
    });
  return sizes;
}

/** The shape of an array at one step. */
export const stepShape = ({ axes }, sizes) =>
  axes
    .split(" ")
    .slice(1)
    .map((axis) => sizes[axis] ?? Number(axis));

/**
 * Check a disturbance against a table of arrays (name → { axes, kind, optional }) and the sizes of
 * the run before its number of locations is changed; throw an Error that says what doesn't fit.
 */
export function check({ edits, locations }, table, sizes) {
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
        `the index ${at} is out of range: it must be 0 to ${shape[i] - 1} ` +
          `(dimension ${letters[i]} of ${name}).`,
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

/** A hint for a message: the nearest known name, if one is near, then all of them. */
export function suggest(name, known) {
  const nearest = known.toSorted((a, b) => distance(a, name) - distance(b, name))[0];
  const near = nearest !== undefined && 2 * distance(nearest, name) <= nearest.length;
  const hint = near ? ` Did you mean '${nearest}'?` : "";
  return `${hint} Known: ${known.toSorted().join(", ") || "none"}.`;
}

/** How many letters must be changed, added or dropped to make `a` of `b`. */
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

// -- what it does

const holds = ({ first, last }, step) => first <= step && (last === null || step <= last);

/** Whether an edit sets a cell at a step. */
export const covers = (edit, name, index, step) =>
  edit.name === name && holds(edit, step) && edit.index.every((at, i) => at === index[i]);

/** Set what the edits of a step say in the array `name`, flat, as it was just computed. */
export function apply(disturbance, name, step, values, shape) {
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

/** The first step at which the edits of two disturbances differ; Infinity if none does. */
export function firstChange(before, after) {
  let [a, b] = [before.edits, after.edits];
  const alike = (one, other) => one && other && formatEdit(one) === formatEdit(other);
  while (alike(a[0], b[0])) [a, b] = [a.slice(1), b.slice(1)];
  // Later edits win, so those that follow the last difference have the last word in both.
  while (alike(a.at(-1), b.at(-1))) [a, b] = [a.slice(0, -1), b.slice(0, -1)];
  return Math.min(...[...a, ...b].map(({ first }) => first));
}
