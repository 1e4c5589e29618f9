// The stops of the tour: what each says, the step of a run that shows it, and where to look.

import { hasBits, isAsked, isWrong } from "./answer.js";
import { freedAt, peak, readAt, writeAt } from "./facts.js";

const CLEAR = 0.5; // A weight, gate or link above this is a clear example.

const share = (value) => value.toFixed(2);
const stepsOf = (run) => Array.from({ length: run.steps }, (_, step) => step);

/** What the steps of a run say, as `look(step)` tells it, where it tells anything. */
const findAll = (run, look) =>
  stepsOf(run).flatMap((step) => {
    const found = look(step);
    return found ? [{ step, ...found }] : [];
  });

const first = (run, look) => findAll(run, look)[0] ?? null;
const most = (list) =>
  list.reduce((best, one) => (one.part > (best?.part ?? 0) ? one : best), null);

/** The first write to a location that was all but free. */
function findAllocation(run) {
  return first(run, (step) => {
    const write = writeAt(run, step);
    const { location } = write;
    // Above one half, no other location is used less.
    const isFree = run.at("allocation_weighting", step)[location] > CLEAR;
    if (!(write.weight > CLEAR) || !write.isAllocated || !isFree) return null;
    return { location, usage: run.at("usage", step)[location] };
  });
}

/** The second clear write, or the first if there is no other. */
function findWrite(run) {
  const [one, two] = findAll(run, (step) => {
    const { location, weight } = writeAt(run, step);
    return weight > CLEAR ? { location, weight } : null;
  });
  return two ?? one ?? null;
}

/** The first write that got a link from the one before it. */
function findLink(run) {
  let from = null;
  return first(run, (step) => {
    const { location, weight, total } = writeAt(run, step);
    if (!(total > CLEAR)) return null;
    const [before, isClear] = [from, weight > CLEAR];
    from = isClear ? location : null;
    if (!isClear || before === null || before === location) return null;
    const link = run.at("link", step)[location * run.locations + before];
    return link > CLEAR ? { location, before, link } : null;
  });
}

/** The clearest read of a way: "content", or "forward" from a location that was read clearly. */
function findRead(run, way) {
  const N = run.locations;
  const heads = Array.from({ length: run.heads }, (_, head) => head);
  const reads = findAll(run, (step) =>
    most(
      heads
        .map((head) => ({ head, ...readAt(run, step, head) }))
        .filter((read) => read.way === way && read.weight > CLEAR && read.part > CLEAR)
        .filter((read) => {
          if (way === "content") return true;
          if (!step) return false;
          const before = peak(run.at("read_weighting", step - 1), read.head * N, N);
          const link = run.at("link", step)[read.location * N + read.last];
          return before.weight > CLEAR && link > CLEAR;
        }),
    ),
  );
  return most(reads);
}

/** The first location that is freed although it was in use. */
function findFreed(run) {
  const N = run.locations;
  return first(run, (step) => {
    const freed = freedAt(run, step).map((location) => {
      const usage = [step - 1, step].map((at) => run.at("usage", at)[location]);
      return { location, usage, part: usage[0] - usage[1] };
    });
    const found = most(freed);
    if (!found || found.usage[0] <= CLEAR) return null;
    const before = run.at("read_weighting", step - 1);
    const gates = run.at("free_gates", step);
    const heads = Array.from(gates, (gate, head) => ({
      head,
      gate,
      part: gate * before[head * N + found.location],
    }));
    return { ...found, ...most(heads) };
  });
}

/** The last answer that was asked for. */
function findAnswer(run) {
  if (!hasBits(run)) return null;
  const bits = run.size("output");
  return (
    findAll(run, (step) => {
      if (!isAsked(run, step)) return null;
      const all = Array.from({ length: bits }, (_, bit) => bit);
      return { bits, right: all.filter((bit) => !isWrong(run, step, bit)).length };
    }).at(-1) ?? null
  );
}

/**
 * The stops in their order. `find(run)` returns what a run shows of it, with the `step`, or null;
 * `text(found, number, run)` has at most 40 words, in which `number(location)` is the one that the
 * reader sees; `point(found, run)` lists the arrays { name } or numbers { name, index } to look at.
 * `what` names the stop in a list.
 */
export const STOPS = [
  {
    title: "The memory is a table",
    what: "the memory",
    level: "simple",
    find: (run) => (run.has("write_weighting") ? { step: 0 } : null),
    text: (found, number, run) =>
      `Each of its ${run.locations} rows is a location and holds one word of ${run.word} numbers. ` +
      "All were 0 before the run. Each step may write to the table, then reads from it.",
    point: () => [{ name: "memory" }],
  },
  {
    title: "Allocate: find room",
    what: "a write to a free location",
    level: "simple",
    find: findAllocation,
    text: ({ step, location, usage }, number) =>
      `Step ${step} needs room for a new word. It takes the location that is used least, number ` +
      `${number(location)}, with a usage of ${share(usage)}. This is called allocation.`,
    point: ({ location }) => [{ name: "write_weighting", index: location }],
  },
  {
    title: "Write",
    what: "a clear write",
    level: "simple",
    find: findWrite,
    text: ({ step, location, weight }, number) =>
      `Step ${step} writes to location ${number(location)}, the row with the frame. A write can ` +
      `erase the old word and adds a new one, both in proportion to its weight, here ${share(weight)}.`,
    point: ({ location }) => [{ name: "memory" }, { name: "write_weighting", index: location }],
  },
  {
    title: "Link: remember the order",
    what: "a link between two writes",
    level: "everything",
    find: findLink,
    text: ({ step, location, before, link }, number) =>
      `Step ${step} wrote to location ${number(location)}; the write before it went to ` +
      `${number(before)}. A link of ${share(link)} in row ${number(location)}, ` +
      `column ${number(before)} keeps this order.`,
    point: ({ location, before }, run) => [
      { name: "link", index: location * run.locations + before },
    ],
  },
  {
    title: "Read by content",
    what: "a read by content",
    level: "everything",
    find: (run) => findRead(run, "content"),
    text: ({ step, head, location, part }, number, run) =>
      `At step ${step}, ${reader(run, head)} looks for the word that resembles its key. Location ` +
      `${number(location)} matches best and is read: the search by content gives ${share(part)} ` +
      "of its weight.",
    point: ({ head, location }, { locations: N }) => [
      { name: "read_content_weighting", index: head * N + location },
      { name: "read_weighting", index: head * N + location },
    ],
  },
  {
    title: "Follow the link forward",
    what: "a read that follows a link",
    level: "everything",
    find: (run) => findRead(run, "forward"),
    text: ({ step, head, location, last, part }, number, run) =>
      `At step ${step}, ${reader(run, head)} need not search. It read location ${number(last)} one ` +
      `step before, and the link from there leads to ${number(location)}: following it gives ` +
      `${share(part)} of the weight.`,
    point: ({ head, location, last }, { locations: N }) => [
      { name: "forward_weighting", index: head * N + location },
      { name: "link", index: location * N + last },
    ],
  },
  {
    title: "Free what is no longer needed",
    what: "a location that is freed",
    level: "everything",
    find: findFreed,
    text: ({ step, location, gate, usage }, number) =>
      `Location ${number(location)} was read one step before. A free gate of ${share(gate)} gives ` +
      `it back at step ${step}: its usage falls from ${share(usage[0])} to ${share(usage[1])}, and ` +
      "a later write may take it.",
    point: ({ head, location }) => [
      { name: "usage", index: location },
      { name: "free_gates", index: head },
    ],
  },
  {
    title: "Answer",
    what: "an answer in bits",
    level: "simple",
    find: findAnswer,
    text: ({ step, bits, right }) =>
      `At step ${step} the model answers. From what it read and from its own state, it tells how ` +
      `likely each bit is 1. Rounded to 0 or 1, ${right} of ${bits} bits are right.`,
    point: () => [{ name: "output" }],
  },
];

const reader = (run, head) => (run.heads > 1 ? `head ${head}` : "the head");

/** The stops that a run has, each with what was `found` of it; and what the `missing` ones are of. */
export function stopsOf(run) {
  const all = STOPS.map((stop) => ({ ...stop, found: run.has("link") ? stop.find(run) : null }));
  return {
    stops: all.filter(({ found }) => found),
    missing: all.filter(({ found }) => !found).map(({ what }) => what),
  };
}
