// The course's tasks: input, target and mask from words, as in memorylab.tasks.
//
// A sequence is given by its words, each a text of bits such as "1011", `group` words to each thing
// that is remembered, and by what else Python's `make` takes: `asked`.

/** A source of numbers from 0 to 1 that depends on the seed alone (Vigna's splitmix, 32 bits). */
export function seeded(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x9e3779b9) >>> 0;
    let mixed = state;
    mixed = Math.imul(mixed ^ (mixed >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32;
  };
}

const randomWord = (size, draw) =>
  Array.from({ length: size }, () => (draw() < 0.5 ? "0" : "1")).join("");
const bitsOf = (word) => Array.from(word, Number);

/** The words in groups of `size`. */
function grouped(words, size) {
  const all = [];
  for (let i = 0; i < words.length; i += size) all.push(words.slice(i, i + size));
  return all;
}

/** Collects the steps of a sequence. */
class Sequence {
  constructor(inputSize, outputSize) {
    Object.assign(this, { inputSize, outputSize, input: [], target: [], mask: [] });
  }

  /** One step: the bits heard, the flags behind them at their channels, and the answer, if any. */
  step(bits, flags = {}, answer = null) {
    const heard = new Array(this.inputSize).fill(0);
    bits.forEach((bit, i) => (heard[i] = bit));
    for (const [channel, value] of Object.entries(flags)) heard[channel] = value;
    this.input.push(heard);
    this.target.push(answer ?? new Array(this.outputSize).fill(0));
    this.mask.push(answer ? 1 : 0);
  }
}

const MOST = 64; // things in a list, which the page can still show

/** Each task: its channels, its steps, what must not be alike, and what else there is to ask. */
const TASKS = {
  Copy: {
    group: () => 1,
    sizes: ({ word_size: W }) => [W + 1, W],
    fill(sequence, { word_size: W }, list) {
      for (const [word] of list) sequence.step(bitsOf(word));
      sequence.step([], { [W]: 1 });
      for (const [word] of list) sequence.step([], {}, bitsOf(word));
    },
  },

  RepeatCopy: {
    group: () => 1,
    sizes: ({ word_size: W }) => [W + 2, W + 1],
    fill(sequence, { word_size: W }, list, { repeats = 1 }) {
      for (const [word] of list) sequence.step(bitsOf(word));
      sequence.step([], { [W]: 1, [W + 1]: Math.fround(repeats / 10) }); // torch has float32
      for (let repeat = 0; repeat < repeats; repeat++)
        for (const [word] of list) sequence.step([], {}, [...bitsOf(word), 0]);
      sequence.step([], {}, [...new Array(W).fill(0), 1]);
    },
  },

  AssociativeRecall: {
    group: ({ item_length: length }) => length,
    fewest: 2,
    thing: "item",
    key: (item) => item.join(","),
    what: "items",
    sizes: ({ word_size: W }) => [W + 2, W],
    fits: ({ query = 0 }, count) => query < count - 1,
    fill(sequence, { word_size: W }, list, { query = 0 }) {
      const hear = (item) => item.forEach((word) => sequence.step(bitsOf(word)));
      for (const item of list) {
        sequence.step([], { [W]: 1 });
        hear(item);
      }
      sequence.step([], { [W + 1]: 1 });
      hear(list[query]);
      sequence.step([], { [W + 1]: 1 });
      for (const word of list[query + 1]) sequence.step([], {}, bitsOf(word));
    },
  },

  KeyValueRecall: {
    group: () => 2,
    thing: "pair",
    key: ([key]) => key,
    what: "keys",
    sizes: ({ word_size: W }) => [2 * W + 1, W],
    fits: ({ order }, count) => !order || order.length === count,
    fill(sequence, { word_size: W }, list, { order = list.map((_, i) => i) }) {
      for (const [key, value] of list) sequence.step([...bitsOf(key), ...bitsOf(value)]);
      for (const at of order)
        sequence.step(bitsOf(list[at][0]), { [2 * W]: 1 }, bitsOf(list[at][1]));
    },
  },
};

/** The task that a header names: { name, options, words, asked }; null if there is none. */
export const taskOf = (header) => (header?.name in TASKS ? new Task(header) : null);

/** What the laboratory needs of a task. */
class Task {
  constructor({ name, options, words = null, asked = {} }) {
    Object.assign(this, { name, options, words, asked, kind: TASKS[name] });
    this.group = this.kind.group(options); // words to a thing
    this.wordSize = options.word_size;
    this.thing = this.kind.thing ?? "word"; // what is remembered
    this.fewest = this.kind.fewest ?? 1;
    const keyBits = this.wordSize * (name === "AssociativeRecall" ? this.group : 1);
    this.most = this.kind.key ? Math.min(MOST, 2 ** keyBits) : MOST;
  }

  /**
   * The sequence of some words: { input, target, mask }, rows of numbers, one for each step. What
   * was asked for in the sequence that was sent is asked for again, where there still is such a
   * thing. Throws an Error if the task can't be made of the words.
   */
  make(words) {
    const list = this.list(words);
    const { fits = () => true, sizes, fill } = this.kind;
    const sequence = new Sequence(...sizes(this.options));
    fill(sequence, this.options, list, fits(this.asked, list.length) ? this.asked : {});
    return { input: sequence.input, target: sequence.target, mask: sequence.mask };
  }

  /** The words in groups, one for each thing. */
  list(words) {
    const { wordSize, group, fewest, kind } = this;
    const wrong = words.find((word) => word.length !== wordSize);
    if (wrong !== undefined)
      throw new Error(`Each word must have ${wordSize} bits, but one is '${wrong}'.`);
    const list = grouped(words, group);
    if (words.length % group || list.length < fewest)
      throw new Error(
        `The number of words must be a multiple of ${group} and at least ${group * fewest}, but ` +
          `is ${words.length}.`,
      );
    const keys = kind.key ? list.map(kind.key) : [];
    const twice = keys.find((key, i) => keys.indexOf(key) < i);
    if (twice !== undefined)
      throw new Error(`No two ${kind.what} may be alike, but '${twice}' is there twice.`);
    return list;
  }

  /** Random words of `count` things; a seed gives the same every time. */
  random(count, seed) {
    const draw = seeded(seed);
    let words = [];
    while (words.length < count * this.group) words = this.longer(words, draw);
    return words;
  }

  /** One thing more at the end of some words, unlike those before it. */
  longer(words, draw) {
    for (;;) {
      const next = Array.from({ length: this.group }, () => randomWord(this.wordSize, draw));
      const keys = this.kind.key ? grouped(words, this.group).map(this.kind.key) : [];
      if (!keys.includes(this.kind.key?.(next))) return [...words, ...next];
    }
  }
}
