// Runs that the page computes: of a model with its weights, or of what a recorded controller asked.

import { UNDISTURBED, apply, check, firstChange, stepShape } from "./disturbance.js";
import { FORMULAS, formulasOf } from "./formulas.js";
import { product } from "./numbers.js";
import { Run } from "./run.js";

const KEPT_BYTES = 64e6; // Of a larger run, memory and links are kept at every STATE_EVERYth step …
const STATE_EVERY = 16;
const RECOMPUTED = ["memory", "link"]; // … and follow at others from what is smaller.

/** The shapes that the weights of a DNC of some sizes must have, by their names. */
export function weightShapes({ controller, sizes }) {
  const { input: F, output: D, hidden: H, heads: R, word: W, layers } = sizes;
  const shapes = {
    "cell.interface.weight": [W * R + 3 * W + 5 * R + 3, H],
    "cell.interface.bias": [W * R + 3 * W + 5 * R + 3],
    "output.weight": [D, H + R * W],
    "output.bias": [D],
  };
  if (controller === "feedforward")
    return {
      ...shapes,
      "cell.controller.0.weight": [H, F + R * W],
      "cell.controller.0.bias": [H],
    };
  if (controller !== "lstm")
    throw new Error(`The controller must be 'lstm' or 'feedforward', but is '${controller}'.`);
  for (let layer = 0; layer < layers; layer++) {
    const prefix = layers > 1 ? `cell.controller.layers.${layer}.` : "cell.controller.";
    shapes[`${prefix}weight_ih`] = [4 * H, layer ? H : F + R * W];
    shapes[`${prefix}weight_hh`] = [4 * H, H];
    shapes[`${prefix}bias_ih`] = shapes[`${prefix}bias_hh`] = [4 * H];
  }
  return shapes;
}

/**
 * Check a model and return it. Its `shapes` are those of its weights, by name.
 *
 * Throws an Error if a weight is missing, is too many, is of another shape or isn't finite.
 */
export function checkModel(model) {
  const { shapes } = model;
  const expected = weightShapes(model);
  for (const name of new Set([...Object.keys(expected), ...Object.keys(shapes)])) {
    const [wanted, found] = [expected, shapes].map((one) => one[name] && `[${one[name]}]`);
    if (wanted !== found)
      throw new Error(
        `The weights '${name}' must be ${wanted ?? "absent"}, but are ${found ?? "absent"}: ` +
          "they are those of a model of other sizes.",
      );
    if (!model.weights[name].every(Number.isFinite))
      throw new Error(`The weights '${name}' hold NaN or infinity.`);
  }
  return model;
}

/**
 * A run of a DNC that is computed here, in float64, by FORMULAS.
 *
 * `model` has `sizes`, the `controller`, its `weights` by name and the `table` of the trace's
 * arrays. Without weights (null) the run follows from what was recorded of the controller's: then
 * `given` holds the interface parts and the output.
 *
 * Throws an Error if the sequence isn't of the model's sizes or holds NaN or infinity, if the
 * disturbance doesn't fit, or if it drives a number to infinity.
 */
export class Simulation extends Run {
  constructor(model, sequence, earlier = null) {
    const { input, target, mask, given, disturbance = UNDISTURBED, order, ...about } = sequence;
    const { input: F, word, heads } = model.sizes;
    const steps = checkSequence(sequence, F);
    if (disturbance.options && !sequence.agent)
      throw new Error("There is no environment here that could begin an episode with options.");
    const locations = disturbance.locations ?? model.sizes.locations;
    const sizes = { ...model.sizes, locations };
    const letters = { T: steps, F, D: sizes.output, N: locations, W: word, R: heads };
    check(disturbance, model.table, { ...letters, N: model.sizes.locations });
    super(
      {
        label: "",
        keptBytes: KEPT_BYTES,
        ...about,
        steps,
        locations,
        word,
        heads,
        order: order?.length === locations ? order : Array.from({ length: locations }, (_, i) => i),
        disturbance,
        model: { ...model, sizes },
        original: model,
        sequence,
      },
      Object.fromEntries(
        Object.entries({ ...given, input, target, mask }).filter(([, values]) => values),
      ),
    );
    this.formulas = formulasOf(this.model);
    this.stepShapes = {};
    for (const [name, { axes, optional }] of Object.entries(model.table))
      if (!optional) this.stepShapes[name] = stepShape({ axes }, letters);
    for (const { name, axes } of this.formulas)
      this.stepShapes[name] ??= stepShape({ axes }, { ...letters, H: sizes.hidden });
    this.restored = {};
    this.run(earlier);
    this.arrays = this.rows(model.table);
  }

  /** The same model and sequence, or another `sequence`, with another disturbance. */
  disturbed(disturbance, sequence = {}) {
    const changed = { ...this.sequence, ...sequence, disturbance };
    return new Simulation(this.original, changed, this);
  }

  // -- running

  run(earlier) {
    const { steps, locations: N, word: W } = this;
    this.thin = 8 * steps * N * (N + W) > this.keptBytes;
    this.history = this.reusable(earlier);
    const first = this.history.length;
    let before = this.zeros();
    if (first) {
      before = { ...this.history[first - 1] };
      for (const name of RECOMPUTED) before[name] = earlier.at(name, first - 1);
    }
    for (let step = first; step < steps; step++) {
      const now = this.advance(step, before);
      this.history.push(now);
      if (this.thin && step > 0 && (step - 1) % STATE_EVERY)
        for (const name of RECOMPUTED) this.history[step - 1][name] = undefined;
      before = now;
    }
  }

  /** The steps of an earlier run that this one shares. */
  reusable(earlier) {
    const same =
      earlier &&
      earlier.original === this.original &&
      earlier.locations === this.locations &&
      earlier.sequence.input === this.sequence.input;
    if (!same) return [];
    return earlier.history.slice(0, firstChange(earlier.disturbance, this.disturbance));
  }

  zeros() {
    return Object.fromEntries(
      this.formulas.map(({ name }) => [name, new Float64Array(product(this.stepShapes[name]))]),
    );
  }

  /** All arrays of a step from those of the step before. */
  advance(step, before) {
    const now = {};
    for (const name of Object.keys(this.given))
      now[name] = this.edited(name, step, this.recorded(name, step));
    for (const { name, compute } of this.formulas) {
      const values = this.edited(name, step, compute(now, before, this.model));
      let total = 0;
      for (let i = 0; i < values.length; i++) total += values[i];
      if (!Number.isFinite(total) && !values.every(Number.isFinite))
        throw new Error(
          `The ${this.disturbance.edits.length ? "disturbance" : "model"} drives ${name} to NaN ` +
            `or infinity at step ${step}. Use smaller values.`,
        );
      now[name] = values;
    }
    return now;
  }

  edited(name, step, values) {
    return apply(this.disturbance, name, step, values, this.stepShapes[name]);
  }

  /** A copy of what was given for a step. */
  recorded(name, step) {
    const size = this.given[name].length / this.steps;
    return this.given[name].slice(step * size, (step + 1) * size);
  }

  // -- reading

  shapeOf(name) {
    return this.stepShapes[name] ?? super.shapeOf(name);
  }

  at(name, step) {
    step = Math.min(step, this.steps - 1);
    return this.history[step][name] ?? this.restore(name, step);
  }

  /** Memory or links at a step that didn't keep them, from the nearest step before that did. */
  restore(name, step) {
    const { compute } = FORMULAS.find((formula) => formula.name === name);
    let known = step;
    while (!this.history[known][name] && this.restored[name]?.step !== known) known--;
    let values = this.history[known][name] ?? this.restored[name].values;
    while (known < step) {
      const before = { ...this.history[known], [name]: values };
      known++;
      values = this.edited(name, known, compute(this.history[known], before, this.model));
    }
    this.restored[name] = { step, values };
    return values;
  }

  /** The rows of the arrays, with shapes and ranges. */
  rows(table) {
    const rows = {};
    for (const [name, row] of Object.entries(table)) {
      if (!(name in this.history[0])) continue;
      const size = this.history[0][name].length;
      const shape = this.stepShapes[name] ?? row.shape?.slice(1) ?? [size];
      const [low, high] = ["number", "strength"].includes(row.kind) ? this.range(name) : [0, 1];
      rows[name] = { ...row, shape: [this.steps, ...shape], low, high };
    }
    return rows;
  }

  range(name) {
    let [low, high] = [Infinity, -Infinity];
    for (const { [name]: values } of this.history)
      for (let i = 0; values && i < values.length; i++) {
        if (values[i] < low) low = values[i];
        if (values[i] > high) high = values[i];
      }
    return low <= high ? [low, high] : [0, 1];
  }
}

/** Return the number of steps of a sequence; throw an Error if it isn't one for F features. */
function checkSequence({ input, mask, target }, F) {
  const steps = input.length / F;
  if (!Number.isInteger(steps) || steps < 1)
    throw new Error(
      `The input must have ${F} numbers at each of one or more steps, but has ${input.length}.`,
    );
  const wrong = input.findIndex((value) => !Number.isFinite(value));
  if (wrong >= 0)
    throw new Error(`The input holds NaN or infinity at step ${Math.floor(wrong / F)}.`);
  if (mask && mask.length !== steps)
    throw new Error(`The mask must have ${steps} steps, but has ${mask.length}.`);
  if (target && target.length % steps)
    throw new Error(`The target must have ${steps} steps, but has ${target.length} numbers.`);
  return steps;
}
