// Runs and models from what crosses to the browser: a header, and one block of bytes.

import { parse } from "./disturbance.js";
import { Episode } from "./episode.js";
import { product } from "./numbers.js";
import { Run } from "./run.js";
import { Simulation, checkModel } from "./simulation.js";
import { unpackScenes } from "./world.js";

/** The numbers of a row of the header, which says their type, shape and where they lie. */
function numbers(buffer, { type, offset, shape }) {
  return new (type === "f8" ? Float64Array : Float32Array)(buffer, offset, product(shape));
}

/** Read the runs and, if there is one, the model that the page can run: { runs, model }. */
export function read(header, view) {
  const buffer = view.buffer.slice(view.byteOffset, view.byteOffset + view.byteLength);
  const model = header.model ? readModel(header, buffer) : null;
  return { model, runs: header.runs.map((run) => readRun(run, buffer, model, header)) };
}

function readModel({ model, runs }, buffer) {
  const weights = {};
  for (const [name, row] of Object.entries(model.weights))
    weights[name] = Float64Array.from(numbers(buffer, row));
  const shapes = Object.fromEntries(
    Object.entries(model.weights).map(([name, { shape }]) => [name, shape]),
  );
  return checkModel({ ...model, weights, shapes, table: runs[0].arrays });
}

/** An episode that the page computes, of an agent whose memory is the model. */
function readEpisode({ agent }, buffer, model, about) {
  const layers = (list) =>
    list.map(({ weight, bias, slope }) => ({
      weight: Float64Array.from(numbers(buffer, weight)),
      bias: Float64Array.from(numbers(buffer, bias)),
      slope,
    }));
  const [encoder, actor, critic] = [agent.encoder, agent.actor, agent.critic].map(layers);
  const longest = agent.options.corridor_length[1];
  return new Episode(model, {
    ...about,
    agent: { encoder, actor, critic, longest },
    maze: agent.maze,
  });
}

/** A run computed by the model, by what its controller asked for, or sent as it was recorded. */
function readRun({ follows, disturbance, scenes, ...about }, buffer, model, header) {
  const given = {};
  about.scenes = scenes ? unpackScenes(scenes) : null;
  for (const [name, row] of Object.entries(about.arrays))
    if ("offset" in row) given[name] = numbers(buffer, row);
  if (!follows) return new Run(about, given);
  const { input, target, mask, ...recorded } = given;
  const sequence = { ...about, input, target, mask, given: recorded };
  if (follows === "model") {
    const edits = parse(header.disturbance ?? "");
    if (header.agent) return readEpisode(header, buffer, model, { ...about, disturbance: edits });
    return new Simulation(model, { ...sequence, disturbance: edits });
  }
  const { arrays, locations, word, heads } = about;
  const sizes = { locations, word, heads, input: arrays.input.shape[1] };
  sizes.output = arrays.output.shape[1];
  // The number of locations is the run's own by now.
  const edits = { ...parse(disturbance), locations: null, words: null };
  return new Simulation(
    { sizes, weights: null, table: arrays },
    { ...sequence, disturbance: edits },
  );
}
