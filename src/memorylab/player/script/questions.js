// The questions of the quiz: which location does a step write to or read, and why?

import { peak, readAt, writeAt } from "./facts.js";

const CLEAR = 0.5; // Only a write or a read with a greater weight has a clear answer.
const SURE = 0.75; // Above this, a link and the read before it leave no doubt where it leads.
const ALIKE = 0.01; // Usages that differ by less look the same to a reader.
const WOUNDED = 0.5; // the part of new runs that are changed
const RUNNING = 2; // So many questions of one kind may follow each other.

/** The ways that a question offers. */
export const WAYS = {
  write: { allocated: "newly allocated", content: "found by content" },
  read: {
    content: "found by content",
    forward: "by the link forward",
    backward: "by the link backward",
  },
};

/** The first `steps` steps of a run, as a run: what comes later is not in it. */
export function excerpt(run, steps) {
  return Object.assign(Object.create(run), { steps });
}

/** The part of an array that one head has. */
const ofHead = (run, name, step, head) =>
  run.at(name, step).slice(head * run.locations, (head + 1) * run.locations);

/**
 * The question about a step's write: the `location` that it writes to, its `weight`, the `way` that
 * leads there, and for each location its `usage` as the step begins and how well it `matches` the
 * write key. Null if there is no clear answer.
 */
export function writeQuestion(run, step) {
  const { isAllocated, ...write } = writeAt(run, step);
  if (!(write.weight > CLEAR)) return null;
  const usage = run.at("usage", step).slice();
  const matches = run.at("write_content_weighting", step).slice();
  // Both reasons must tell the same location, or neither is the reason.
  const reason = isAllocated ? run.at("allocation_weighting", step) : matches;
  if (peak(reason, 0, run.locations).location !== write.location) return null;
  return {
    kind: "write",
    step,
    ...write,
    way: isAllocated ? "allocated" : "content",
    usage,
    matches,
  };
}

/** The question about what a head reads, with the location that it read `last`; or null. */
export function readQuestion(run, step, head) {
  const read = readAt(run, step, head);
  const { location, way, last, weight } = read;
  if (!(weight > CLEAR)) return null;
  const matches = ofHead(run, "read_content_weighting", step, head);
  const found = way === "content" ? matches : ofHead(run, `${way}_weighting`, step, head);
  if (peak(found, 0, run.locations).location !== location) return null;
  const before = ofHead(run, "read_weighting", step - 1, head);
  if (way !== "content" && !(found[location] > SURE && before[last] > SURE)) return null;
  return { kind: "read", step, head, ...read, matches };
}

/** The questions about a run, in the order of its steps; of the first step there is none. */
function* each(run) {
  for (let step = 1; step < run.steps; step++) {
    yield writeQuestion(run, step);
    for (let head = 0; head < run.heads; head++) yield readQuestion(run, step, head);
  }
}

export const questionsOf = (run) => [...each(run)].filter(Boolean);

/** Whether there is a question about a run. */
export function hasQuestion(run) {
  if (run.has("usage")) for (const question of each(run)) if (question) return true;
  return false;
}

const kindOf = ({ kind, way }) => `${kind} ${way}`;

/** The questions to ask one after the other: not many of one kind in a row. */
export function varied(questions) {
  const asked = [];
  for (const question of questions) {
    const latest = asked.slice(-RUNNING).map(kindOf);
    if (latest.length < RUNNING || latest.some((kind) => kind !== kindOf(question)))
      asked.push(question);
  }
  return asked;
}

/** One of some questions: each kind is as likely as the others, so that no answer is right for all. */
function draw(questions, random) {
  const pick = (list) => list[Math.floor(list.length * random())];
  const kind = pick([...new Set(questions.map(kindOf))]);
  return pick(questions.filter((question) => kindOf(question) === kind));
}

/**
 * Edits that make a run's answers others: a head turns round, or writing goes on to the end. Of a run
 * without a clear read there are none.
 */
function wounds(run, random) {
  const reads = questionsOf(run).filter(({ kind }) => kind === "read");
  if (!reads.length) return [];
  const { step, head } = reads[Math.floor(reads.length * random())];
  const edit = { first: step, last: step };
  if (random() < 0.3)
    return [{ ...edit, name: "write_gate", index: [], first: reads[0].step, last: null, value: 1 }];
  return [
    { ...edit, name: "read_modes", index: [head], value: 0 },
    { ...edit, name: "read_modes", index: [head, 0], value: 1 },
  ];
}

/**
 * A question { run, question, wound } about a new run, which `fresh(edits)` makes: half of the runs
 * are changed by the edits `wound`. Null if there is no clear question.
 */
export function invent(fresh, random) {
  const changed = random() < WOUNDED ? wounds(fresh([]), random) : [];
  for (const wound of [changed, []]) {
    const run = fresh(wound);
    const clear = questionsOf(run).filter(({ step }) => step >= (wound[0]?.first ?? 0));
    if (clear.length) return { run, question: draw(clear, random), wound };
  }
  return null;
}

/**
 * Whether an answer is right: { location, reason }. Of locations that are as free as the one that
 * was allocated, any is a right answer, because nobody could tell them apart.
 */
export function judge(question, { location, way }) {
  const { usage } = question;
  const isAlike =
    question.way === "allocated" && usage[location] - usage[question.location] < ALIKE;
  return { location: location === question.location || isAlike, reason: way === question.way };
}

/** What the step did and why, in a sentence; `number(location)` is the one that the reader sees. */
export function explain(question, number) {
  const { kind, step, location, weight, way, usage, matches, last } = question;
  const share = (value) => value.toFixed(2);
  const did = kind === "write" ? `Step ${step} wrote to` : `Step ${step} read`;
  const place = `${did} location ${number(location)} (${share(weight)})`;
  if (way === "content")
    return (
      `${place}, found by content: it matched what the ${kind === "write" ? "step" : "head"} ` +
      `looked for with ${share(matches[location])}.`
    );
  if (way !== "allocated") {
    const side = way === "forward" ? "after" : "before";
    return `${place}, by the link ${way}: it was written right ${side} location ${number(last)}, which was read at step ${step - 1}.`;
  }
  const alike = usage.filter((value) => value - usage[location] < ALIKE).length;
  const others = alike > 1 ? `; ${alike} locations were as free, so any of them counts` : "";
  return `${place}, newly allocated: its usage of ${share(usage[location])} was the lowest${others}.`;
}
