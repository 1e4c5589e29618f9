// A step in words.

const SCARCE = 0.1; // A weighting below this is as good as none.

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
