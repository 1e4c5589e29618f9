// What a step of a DNC did: where it wrote and why, what it freed, where each head read and how.

export const SCARCE = 0.1; // A weighting below this is as good as none.

const WAYS = ["backward", "content", "forward"]; // in the order of the read modes
const FROM = { content: "read_content_weighting" };

/** The greatest of `size` weights, where it stands, and their sum. */
export function peak(weighting, from, size) {
  let best = 0;
  let total = 0;
  for (let i = 0; i < size; i++) {
    total += weighting[from + i];
    if (weighting[from + i] > weighting[from + best]) best = i;
  }
  return { location: best, weight: weighting[from + best], total };
}

/**
 * The location that a step writes most: { location, weight, total, isAllocated }, whether it was
 * newly allocated rather than found by content.
 */
export function writeAt(run, step) {
  const write = peak(run.at("write_weighting", step), 0, run.locations);
  const [gate] = run.at("allocation_gate", step);
  const allocated = gate * run.at("allocation_weighting", step)[write.location];
  const found = (1 - gate) * run.at("write_content_weighting", step)[write.location];
  return { ...write, isAllocated: allocated >= found };
}

/** The locations that a step frees by half or more. */
export function freedAt(run, step) {
  if (step === 0) return [];
  const { locations: N, heads } = run;
  const gates = run.at("free_gates", step);
  const before = run.at("read_weighting", step - 1);
  return Array.from({ length: N }, (_, i) => i).filter((i) => {
    let kept = 1;
    for (let head = 0; head < heads; head++) kept *= 1 - gates[head] * before[head * N + i];
    return kept < 0.5;
  });
}

/**
 * The location that a head reads most: { location, weight, total, way, last }. The `way` that
 * gives most of it is "backward", "content" or "forward"; `last` is what the head read the step
 * before, or null at the first.
 */
export function readAt(run, step, head) {
  const N = run.locations;
  const read = peak(run.at("read_weighting", step), head * N, N);
  const modes = run.at("read_modes", step);
  const parts = WAYS.map((way, i) => {
    const weighting = run.at(FROM[way] ?? `${way}_weighting`, step);
    return modes[head * 3 + i] * weighting[head * N + read.location];
  });
  const most = parts.indexOf(Math.max(...parts));
  const last = step ? peak(run.at("read_weighting", step - 1), head * N, N).location : null;
  return { ...read, way: WAYS[most], part: parts[most], last };
}
