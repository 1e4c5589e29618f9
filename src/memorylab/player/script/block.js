// Runs and models from what crosses to the browser: a header, and one block of bytes.

import { UNDISTURBED, parse } from "./disturbance.js";
import { Episode } from "./episode.js";
import { product } from "./numbers.js";
import { Run } from "./run.js";
import { Simulation, checkModel } from "./simulation.js";
import { unpackScenes } from "./world.js";

/** The numbers of a row of the header, which says their type, shape and where they lie. */
function numbers(buffer, { type, offset, shape }) {
  return new (type === "f8" ? Float64Array : Float32Array)(buffer, offset, product(shape));
}

/**
 * Read the runs and, if there is one, the model that the page can run: { runs, model }; of a film,
 * its `frames`, see readFrame.
 */
export function read(header, view) {
  const buffer = view.buffer.slice(view.byteOffset, view.byteOffset + view.byteLength);
  if (header.film) {
    const frames = header.film.frames.map((frame) => readFrame(header.runs[0], frame, buffer));
    return { model: null, runs: [], frames };
  }
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

/** A frame of a film: its `run`, made when it is first asked for, and what was `recorded` of it. */
function readFrame(last, { places, ...own }, buffer) {
  const arrays = {};
  for (const [name, row] of Object.entries(last.arrays)) {
    arrays[name] = { ...row, ...places[name] };
    if (!places[name]) delete arrays[name].offset; // it follows from others
  }
  const about = { ...last, ...own, arrays };
  let run = null;
  const open = () => {
    run = readRun(about, buffer, null, {});
    // The same number has the same colour in all frames.
    for (const [name, { low, high }] of Object.entries(arrays))
      Object.assign(run.arrays[name], { low, high });
    return run;
  };
  return {
    recorded: new Run(about, givenOf(about, buffer)),
    get run() {
      return run ?? open();
    },
  };
}

/** The numbers of a run that were sent, by the names of their arrays. */
function givenOf({ arrays }, buffer) {
  const rows = Object.entries(arrays).filter(([, row]) => "offset" in row);
  return Object.fromEntries(rows.map(([name, row]) => [name, numbers(buffer, row)]));
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
    own: agent.maze,
  });
}

/** A run computed by the model, by what its controller asked for, or sent as it was recorded. */
function readRun({ follows, disturbance, scenes, ...about }, buffer, model, header) {
  const given = givenOf(about, buffer);
  about.scenes = scenes ? unpackScenes(scenes) : null;
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
  const edits = { ...UNDISTURBED, edits: parse(disturbance).edits };
  return new Simulation(
    { sizes, weights: null, table: arrays },
    { ...sequence, disturbance: edits },
  );
}
