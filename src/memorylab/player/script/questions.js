// The questions of the quiz: which location does a step write to, and why?

import { peak, writeAt } from "./facts.js";

const CLEAR = 0.5; // Only a write with a greater weight has a clear answer.
const ALIKE = 0.01; // Usages that differ by less look the same to a reader.

/** The first `steps` steps of a run, as a run: what comes later is not in it. */
export function excerpt(run, steps) {
  return Object.assign(Object.create(run), { steps });
}

/**
 * The question about a step: the `location` that it writes to, its `weight`, whether it `isAllocated`
 * or found by content, and for each location its `usage` as the step begins and how well it `matches`
 * the write key. Null if there is no clear answer.
 */
export function questionAt(run, step) {
  const write = writeAt(run, step);
  if (step === 0 || !(write.weight > CLEAR)) return null;
  const usage = run.at("usage", step).slice();
  const matches = run.at("write_content_weighting", step).slice();
  // Both reasons must tell the same location, or neither is the reason.
  const reason = write.isAllocated ? run.at("allocation_weighting", step) : matches;
  if (peak(reason, 0, run.locations).location !== write.location) return null;
  return { step, ...write, usage, matches };
}

/** The questions about a run, in the order of its steps. */
export const questionsOf = (run) =>
  Array.from({ length: run.steps }, (_, step) => questionAt(run, step)).filter(Boolean);

/**
 * Whether an answer is right: { location, reason }. Of locations that are as free as the one that
 * was allocated, any is a right answer, because nobody could tell them apart.
 */
export function judge(question, { location, isAllocated }) {
  const { usage } = question;
  const isAlike = usage[location] - usage[question.location] < ALIKE;
  return {
    location: location === question.location || (question.isAllocated && isAlike),
    reason: isAllocated === question.isAllocated,
  };
}

/** What the step did and why, in a sentence; `number(location)` is the one that the reader sees. */
export function explain(question, answer, number) {
  const { step, location, weight, isAllocated, usage, matches } = question;
  const share = (value) => value.toFixed(2);
  const place = `location ${number(location)} (${share(weight)})`;
  if (!isAllocated)
    return (
      `Step ${step} wrote to ${place}, found by content: it matched what the step looked for with ` +
      `${share(matches[location])}.`
    );
  const alike = usage.filter((value) => value - usage[location] < ALIKE).length;
  const others = alike > 1 ? `; ${alike} locations were as free, so any of them counts` : "";
  return (
    `Step ${step} wrote to ${place}, newly allocated: its usage of ${share(usage[location])} was ` +
    `the lowest${others}.`
  );
}
