// A step in words: tellStep for those who know a DNC's parts, tellSimply for all others.

import { formOf } from "./axes.js";
import { hasBits, isAsked, isWrong } from "./answer.js";
import { SCARCE, freedAt, readAt, writeAt } from "./facts.js";

const FAINT = 0.5; // A write below this is called faint.
const CHANGED = 0.1; // A unit that changes by less counts as unchanged.

const share = (weight) => weight.toFixed(2);

/** What a step did, from its gates and weightings: which locations it wrote, freed and read. */
export function tellStep(run, step) {
  if (step >= run.steps) return `This run ended with step ${run.steps - 1}.`;
  if (!run.has("write_weighting")) return tellUnits(run, step);
  const sentences = [];
  const write = writeAt(run, step);
  if (![write.weight, write.total].every(Number.isFinite))
    sentences.push("Its write is not a number.");
  else if (write.total < SCARCE) sentences.push(`Writes next to nothing (${share(write.total)}).`);
  else {
    const how = write.isAllocated ? "newly allocated" : "found by content";
    const place = `location ${write.location} (${share(write.weight)})`;
    if (write.weight >= write.total / 2) sentences.push(`Writes to ${place}, ${how}.`);
    else sentences.push(`Spreads its write, most of it to ${place}, ${how}.`);
  }
  const freed = freedAt(run, step);
  if (freed.length > 4) sentences.push(`Frees ${freed.length} locations.`);
  else if (freed.length)
    sentences.push(`Frees location${freed.length > 1 ? "s" : ""} ${freed.join(", ")}.`);
  for (let head = 0; head < run.heads; head++) {
    const read = readAt(run, step, head);
    if (!Number.isFinite(read.weight)) sentences.push(`Head ${head}'s read is not a number.`);
    else if (read.total < SCARCE)
      sentences.push(`Head ${head} reads next to nothing (${share(read.total)}).`);
    else {
      let how = "found by content";
      if (read.way !== "content") {
        how = read.way === "backward" ? "following the link backward" : "following the link";
        if (step > 0) how += ` from ${read.last}`;
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

const PLAIN = {
  write: "writes",
  read: "reads",
  target: "wanted",
  observation: "sees",
  probabilities: "does",
};

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
  const write = writeAt(run, step);
  if (![write.weight, write.total].every(Number.isFinite)) return "What it writes is not a number.";
  if (write.total < SCARCE) return "Writes next to nothing.";
  const place = `location ${number(write.location)}`;
  const usage = run.at("usage", step);
  const own = usage[write.location];
  const state = own < SCARCE ? "free" : own <= Math.min(...usage) ? "the least used" : "allocated";
  const why = write.isAllocated
    ? `which was ${state}`
    : "because it resembles what the model looks for";
  const how = write.total < FAINT ? "Writes faintly" : "Writes";
  if (write.weight >= write.total / 2) return `${how} to ${place}, ${why}.`;
  const spread = write.total < FAINT ? "Spreads a faint write" : "Spreads its write";
  return `${spread} over several locations, most of it to ${place}.`;
}

/** What a head reads at a step, and why. */
function tellRead(run, step, head, number) {
  const read = readAt(run, step, head);
  if (!Number.isFinite(read.weight)) return "something that is not a number";
  if (read.total < SCARCE) return "next to nothing";
  const place = `location ${number(read.location)}`;
  if (read.weight < SCARCE) return "a little of many locations";
  if (read.weight < read.total / 2) return `a mixture of locations, most of it from ${place}`;
  let why = "because it resembles what the model looks for";
  if (read.way !== "content" && read.last !== null) {
    const side = read.way === "backward" ? "before" : "after";
    why = `which was written right ${side} location ${number(read.last)}`;
  }
  return `${read.total < FAINT ? "faintly from " : ""}${place}, ${why}`;
}

/** How many units a step of a recurrent network changed, and which one most. */
function tellUnits(run, step, unit = (place) => place) {
  const [name] = run.names((row) => row.simple).filter((one) => formOf(run, one) === "places");
  if (!name) return run.kind === "memoryless" ? "Remembers nothing of the steps before." : "";
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
