// An agent that acts in the page: its networks, and its episode in a T-maze.

import { SIDES, TMaze } from "./maze.js";
import { addProduct, softmax } from "./numbers.js";
import { Simulation } from "./simulation.js";

export const LONGEST = 30; // the longest corridor that the page offers

/** The output of a multilayer perceptron: linear layers, each with a leaky ReLU if it has a slope. */
function forward(layers, input) {
  return layers.reduce((values, { weight, bias, slope }) => {
    const out = Float64Array.from(bias);
    addProduct(out, weight, values);
    return slope === null ? out : out.map((x) => (x < 0 ? slope * x : x));
  }, input);
}

/** The options that a maze begins with, by the names that Python has for them. */
export const optionsOf = ({ sign, length }) => ({ sign, distance: length });

/** The maze of an episode that begins with some options. */
function begin(maze, options) {
  const { sign, distance, ...others } = { ...optionsOf(maze), ...options };
  const [unknown] = Object.keys(others);
  if (unknown !== undefined)
    throw new Error(`The T-maze has the options sign and distance, but not '${unknown}'.`);
  if (!(sign in SIDES)) throw new Error(`sign must be 1 (left) or 2 (right), got ${sign}.`);
  if (distance < 1) throw new Error(`distance must be at least 1 step, got ${distance}.`);
  return { sign, length: distance };
}

/** How many steps an episode may take: as in an environment that has this corridor too. */
export const limitOf = (length, longest) => 4 * Math.max(length, longest);

/**
 * An episode of `agent`, whose memory is `model`, as a run: what it sees follows from what it does.
 *
 * `agent` is { encoder, actor, critic, longest }: layers of numbers, and the longest corridor of its
 * environment. `own` is its maze { sign, length } while the disturbance has no options; `maze` is the
 * one that it is in. It takes the likeliest action, as evaluate() does by default. A disturbance may name any step that an episode can have, whether or not this one comes
 * so far.
 */
export class Episode extends Simulation {
  constructor(model, { agent, own, disturbance, ...about }) {
    const maze = begin(own, disturbance.options);
    const limit = limitOf(maze.length, Math.max(agent.longest, LONGEST));
    const input = new Float64Array(limit * model.sizes.input);
    super(model, {
      ...about,
      agent,
      own,
      maze,
      disturbance,
      input,
      target: null,
      mask: null,
      given: {},
    });
  }

  /** The same agent with another disturbance. */
  disturbed(disturbance) {
    return new Episode(this.original, { ...this.sequence, disturbance });
  }

  /** Lowest and highest number of an array; of the reward those that the maze has to give. */
  range(name) {
    return name === "reward" ? [-1, 1] : super.range(name);
  }

  run() {
    const { agent, given } = this;
    const { sign, length } = this.maze;
    const world = new TMaze(sign, length, limitOf(length, agent.longest));
    const features = this.model.sizes.input;
    this.history = [];
    this.scenes = [world.scene()];
    let before = this.zeros();
    while (!world.over) {
      const step = this.history.length;
      const observation = Float64Array.from(world.observe());
      given.input.set(forward(agent.encoder, observation), step * features);
      const now = this.advance(step, before);
      const probabilities = forward(agent.actor, now.output);
      softmax(probabilities, 0, probabilities.length);
      const action = probabilities.indexOf(Math.max(...probabilities));
      const reward = world.step(action);
      this.history.push(
        Object.assign(now, {
          observation,
          action: Float64Array.of(action),
          action_probabilities: probabilities,
          reward: Float64Array.of(reward),
          value: forward(agent.critic, now.output),
        }),
      );
      this.scenes.push(world.scene());
      before = now;
    }
    this.steps = this.history.length;
    this.outcome = world.outcome;
    this.correct = world.correct;
  }
}
