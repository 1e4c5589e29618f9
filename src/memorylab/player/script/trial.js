// The runs of the laboratory: that of a disturbance, and the undisturbed one beside it.

import { format } from "./disturbance.js";
import { seeded } from "./tasks.js";

/** `run` is the one that was sent; `task` makes sequences of words, and may be null. */
export class Trial {
  constructor(run, task) {
    this.run = run;
    this.task = task;
  }

  /** The sequence that words make, as the simulation takes it; null stands for the words sent. */
  sequence(words) {
    const { task } = this;
    if (!task) {
      if (words) throw new Error("There is no task here that could make a sequence of words.");
      return {};
    }
    const wanted = words ?? task.words;
    // Kept, because a run shares its first steps only with one of the very same input.
    if (this.made?.key !== String(wanted)) {
      const rows = Object.entries(task.make(wanted));
      const flat = rows.map(([name, values]) => [name, Float64Array.from(values.flat())]);
      this.made = { key: String(wanted), sequence: Object.fromEntries(flat) };
    }
    return this.made.sequence;
  }

  /** The run of a disturbance; throws an Error if it doesn't fit. */
  of(disturbance) {
    return this.run.disturbed(disturbance, this.sequence(disturbance.words));
  }

  /** Whether there are other sequences than the one that was sent. */
  get varies() {
    return Boolean(this.task || this.run.agent);
  }

  /** The run of new random words, as many as there are, or of another maze, with some more edits. */
  fresh(seed, edits) {
    const { run, task } = this;
    const changed = { ...run.disturbance, edits: [...run.disturbance.edits, ...edits] };
    if (task) {
      const count = (changed.words ?? task.words).length / task.group;
      changed.words = task.random(count, seed);
    } else {
      const [random, longest] = [seeded(seed), run.agent.longest];
      const below = (limit) => 1 + Math.floor(random() * limit);
      changed.options = { sign: below(2), distance: below(longest) };
    }
    return this.of(changed);
  }

  /** The run with the same words, locations and options as the present one, but without any edit. */
  undisturbed() {
    const { disturbance } = this.run;
    if (!disturbance.edits.length) return (this.plain = this.run);
    const plain = { ...disturbance, edits: [] };
    if (!this.plain || format(this.plain.disturbance) !== format(plain))
      this.plain = this.of(plain);
    return this.plain;
  }

  /** The runs to show: the present one, and the undisturbed one if they are compared. */
  shown(comparing) {
    const { run } = this;
    const plain = this.undisturbed();
    if (plain === run) {
      run.label = "";
      return [run];
    }
    // The same number has the same colour in both, whether or not both are shown.
    for (const [name, row] of Object.entries(run.arrays)) {
      row.low = Math.min(row.low, plain.arrays[name].low);
      row.high = Math.max(row.high, plain.arrays[name].high);
    }
    run.label = comparing ? "disturbed" : "";
    // Without a heading while it is alone, or its panels would be made anew at the first edit.
    plain.label = comparing ? "undisturbed" : "";
    return comparing ? [run, plain] : [run];
  }
}
