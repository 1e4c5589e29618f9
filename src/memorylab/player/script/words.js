// A step in words: tellStep for those who know a DNC's parts, tellSimply for all others.

import { formOf } from "./axes.js";
import { hasBits, isAsked, isWrong } from "./answer.js";

const SCARCE = 0.1; // A weighting below this is as good as none.
const FAINT = 0.5; // A write below this is called faint.
const CHANGED = 0.1; // A unit that changes by less counts as unchanged.

function peak(weighting, from, size) {
  let best = 0;
  let total = 0;
  for (let i = 0; i < size; i++) {
    total += weighting[from + i];
    if (weighting[from + i] > weighting[from + best]) best = i;
  }
  return { location: best, weight: weighting[from + best], total };
}

const share = (weight) => weight.toFixed(2);

/** What a step did, from its gates and weightings: which locations it wrote, freed and read. */
export function tellStep(run, step) {
  if (step >= run.steps) return `This run ended with step ${run.steps - 1}.`;
  if (!run.has("write_weighting")) return tellUnits(run, step);
  const N = run.locations;
  const sentences = [];
  const write = peak(run.at("write_weighting", step), 0, N);
  if (![write.weight, write.total].every(Number.isFinite))
    sentences.push("Its write is not a number.");
  else if (write.total < SCARCE) sentences.push(`Writes next to nothing (${share(write.total)}).`);
  else {
    const gate = run.at("allocation_gate", step)[0];
    const allocated = gate * run.at("allocation_weighting", step)[write.location];
    const found = (1 - gate) * run.at("write_content_weighting", step)[write.location];
    const how = allocated >= found ? "newly allocated" : "found by content";
    const place = `location ${write.location} (${share(write.weight)})`;
    if (write.weight >= write.total / 2) sentences.push(`Writes to ${place}, ${how}.`);
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
    const read = peak(run.at("read_weighting", step), head * N, N);
    if (!Number.isFinite(read.weight)) sentences.push(`Head ${head}'s read is not a number.`);
    else if (read.total < SCARCE)
      sentences.push(`Head ${head} reads next to nothing (${share(read.total)}).`);
    else {
      const modes = run.at("read_modes", step);
      const ways = ["backward_weighting", "read_content_weighting", "forward_weighting"];
      const parts = ways.map(
        (way, i) => modes[head * 3 + i] * run.at(way, step)[head * N + read.location],
      );
      const way = parts.indexOf(Math.max(...parts));
      let how = "found by content";
      if (way !== 1) {
        how = way === 0 ? "following the link backward" : "following the link";
        if (step > 0)
          how += ` from ${peak(run.at("read_weighting", step - 1), head * N, N).location}`;
      }
      const place = `${read.location} (${share(read.weight)})`;
      if (read.weight >= read.total / 2) sentences.push(`Head ${head} reads ${place}, ${how}.`);
      else sentences.push(`Head ${head} reads a mixture, most of it from ${place}, ${how}.`);
    }
  }
  return sentences.join(" ");
}

const NAMES = {
  dnc: "Differentiable neural computer (DNC)",
  gru: "Gated recurrent unit (GRU)",
  lstm: "Long short-term memory (LSTM)",
  elman: "Elman network",
  memoryless: "A model without memory",
};

const PLAIN = { write: "writes", read: "reads", target: "wanted" };

/** What an array is called where words need no explanation. */
export function plainLabel(run, name) {
  if (name === "output" && hasBits(run)) return "answer";
  const { label } = run.arrays[name];
  return PLAIN[label] ?? label;
}

/** The name of a run's kind of memory. */
export const nameOf = (run) => NAMES[run.kind] ?? "A memory at work";

/**
 * What a step did, in words that need no explanation. `number(location)` is the number that the
 * reader sees at a location.
 */
export function tellSimply(run, step, number) {
  if (step >= run.steps) return `This run ended with step ${run.steps - 1}.`;
  if (!run.has("write_weighting"))
    return `${tellUnits(run, step, (place) => place + 1)} ${tellAnswer(run, step)}`.trim();
  const reads = new Map(); // what is read, by which heads
  for (let head = 0; head < run.heads; head++) {
    const what = tellRead(run, step, head, number);
    reads.set(what, [...(reads.get(what) ?? []), head + 1]);
  }
  const sentences = Array.from(reads, ([what, heads]) => {
    if (run.heads === 1) return `Reads ${what}.`;
    if (heads.length === 1) return `Head ${heads[0]} reads ${what}.`;
    return `Heads ${heads.slice(0, -1).join(", ")} and ${heads.at(-1)} read ${what}.`;
  });
  return [tellWrite(run, step, number), ...sentences, tellAnswer(run, step)].join(" ").trim();
}

function tellWrite(run, step, number) {
  const write = peak(run.at("write_weighting", step), 0, run.locations);
  if (![write.weight, write.total].every(Number.isFinite)) return "What it writes is not a number.";
  if (write.total < SCARCE) return "Writes next to nothing.";
  const gate = run.at("allocation_gate", step)[0];
  const allocated = gate * run.at("allocation_weighting", step)[write.location];
  const found = (1 - gate) * run.at("write_content_weighting", step)[write.location];
  const place = `location ${number(write.location)}`;
  const why =
    allocated >= found ? "which was free" : "because it resembles what the model looks for";
  const how = write.total < FAINT ? "Writes faintly" : "Writes";
  if (write.weight >= write.total / 2) return `${how} to ${place}, ${why}.`;
  const spread = write.total < FAINT ? "Spreads a faint write" : "Spreads its write";
  return `${spread} over several locations, most of it to ${place}.`;
}

/** What a head reads at a step, and why. */
function tellRead(run, step, head, number) {
  const N = run.locations;
  const read = peak(run.at("read_weighting", step), head * N, N);
  if (!Number.isFinite(read.weight)) return "something that is not a number";
  if (read.total < SCARCE) return "next to nothing";
  const place = `location ${number(read.location)}`;
  if (read.weight < SCARCE) return "a little of many locations";
  if (read.weight < read.total / 2) return `a mixture of locations, most of it from ${place}`;
  const modes = run.at("read_modes", step).subarray(head * 3, head * 3 + 3);
  const ways = ["backward_weighting", "read_content_weighting", "forward_weighting"];
  const parts = ways.map((way, i) => modes[i] * run.at(way, step)[head * N + read.location]);
  const way = parts.indexOf(Math.max(...parts));
  let why = "because it resembles what the model looks for";
  if (way !== 1 && step > 0) {
    const last = peak(run.at("read_weighting", step - 1), head * N, N);
    const side = way === 0 ? "before" : "after";
    why = `which was written right ${side} location ${number(last.location)}`;
  }
  return `${read.total < FAINT ? "faintly from " : ""}${place}, ${why}`;
}

/** How many units a step of a recurrent network changed, and which one most. */
function tellUnits(run, step, unit = (place) => place) {
  const [name] = run.names((row) => row.simple).filter((one) => formOf(run, one) === "places");
  if (!name) return run.has("memory") ? "" : "Remembers nothing of the steps before.";
  const now = run.at(name, step);
  const before = step > 0 ? run.at(name, step - 1) : new Float32Array(now.length);
  const changes = Array.from(now, (value, i) => Math.abs(value - before[i]));
  if (!changes.every(Number.isFinite)) return "What it holds is not a number.";
  const most = changes.indexOf(Math.max(...changes));
  const many = changes.filter((change) => change >= CHANGED).length;
  const text = (value) => value.toFixed(2).replace("-", "−");
  const who = many ? `${many} of ${now.length} units change` : "No unit changes";
  return (
    `${who} by ${CHANGED} or more; unit ${unit(most)} changes most, ` +
    `from ${text(before[most])} to ${text(now[most])}.`
  );
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
