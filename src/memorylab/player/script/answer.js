// The answers of a task whose outputs are logits of bits.

/** Whether the outputs of a run are logits of bits, as its header says. */
export const hasBits = (run) => run.answer === "bits" && run.has("output") && run.has("target");

/** The probabilities that the answer's bits are 1 at a step; of a difference, how they differ. */
export function answerAt(run, step) {
  if (run.signed) {
    const right = answerAt(run.right, step);
    return answerAt(run.left, step).map((value, i) => value - right[i]);
  }
  return Float64Array.from(run.at("output", step), (logit) => 1 / (1 + Math.exp(-logit)));
}

/**
 * Whether an answer was asked for at a step: by the mask, or in a run that was recorded without
 * one, where the target isn't all zeros.
 */
export function isAsked(run, step) {
  if (run.signed) return true;
  if (run.has("mask")) return run.at("mask", step)[0] > 0;
  return run.at("target", step).some((bit) => bit !== 0);
}

/** Whether a bit that was asked for is on the wrong side of one half, or not a number. */
export function isWrong(run, step, bit) {
  if (run.signed || !isAsked(run, step)) return false;
  const logit = run.at("output", step)[bit];
  return Number.isNaN(logit) || logit > 0 !== run.at("target", step)[bit] > 0.5;
}

/** How many of the bits that were asked for are wrong, { wrong, asked }; null without bits. */
export function countWrong(run) {
  if (!hasBits(run)) return null;
  const bits = run.size("output");
  let [wrong, asked] = [0, 0];
  for (let step = 0; step < run.steps; step++)
    if (isAsked(run, step)) {
      asked += bits;
      for (let bit = 0; bit < bits; bit++) wrong += isWrong(run, step, bit);
    }
  return { wrong, asked };
}
