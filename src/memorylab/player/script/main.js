// The MemoryPlayer starts here: as a widget by `render`, in a page by `mount`.
//
// The runs come as one block of numbers and a header with a table of their arrays: where each lies,
// its axes, its kind and its label. From the bottom: run.js (the numbers of a run at a step), axes.js
// (what an array is in a picture), words.js (a step in words), panels.js (one heatmap each, on a
// canvas with one pixel per cell), lines.js (those of the whole run), simple.js and everything.js
// (which panels a level has), view.js (all panels of a run), board.js (all runs), player.js (controls
// and clock). A model that runs in the page has a laboratory: disturbance.js (what is changed, as a line
// of text), tasks.js (sequences of words), edits.js (undo, and edits in words), trial.js (the runs),
// bits.js and tools.js (its controls), laboratory.js (all of it).

import { element } from "./elements.js";
import GUIDES from "./guide.css";
import { TMazeGame } from "./play.js";
import { Player } from "./player.js";
import LABORATORY from "./laboratory.css";
import STYLE from "./style.css";

export * as mathematics from "./mathml.js";
export { firstWriteOrder } from "./axes.js";
export { read } from "./block.js";
export * as disturbances from "./disturbance.js";
export * as edits from "./edits.js";
export { Episode } from "./episode.js";
export * as expressions from "./expressions.js";
export * as formulas from "./formulas.js";
export * as maze from "./maze.js";
export { Difference, Run } from "./run.js";
export * as quiz from "./questions.js";
export { Simulation, checkModel } from "./simulation.js";
export { STOPS, stopsOf } from "./stops.js";
export { explain } from "./why.js";
export * as tasks from "./tasks.js";
export { tellSimply, tellStep } from "./words.js";

function render({ model, el }) {
  const root = element("div", {
    class: "memory-player",
    role: "group",
    "aria-label": "memory player",
  });
  el.replaceChildren(element("style", {}, STYLE + LABORATORY + GUIDES), root);
  try {
    const player = model.get("header").game ? new TMazeGame(model, root) : new Player(model, root);
    root.player = player; // for other scripts of the page
    root.dataset.ready = "true";
    return () => player.destroy();
  } catch (error) {
    console.error(error);
    const message = element("p", { class: "mp-message", role: "alert" }, error.message);
    root.replaceChildren(message);
    root.dataset.ready = "false";
    return () => {};
  }
}

/**
 * Put a player into `el`, an element or a shadow root, in a page without a kernel. `start` holds
 * the header, the numbers (`data`: as start_of_page in page.py packs them), the step `t` and the speed `fps`; with
 * `address`, what the reader changes is kept in the address of the page. The
 * player takes the theme of the page's body, if it names one, or that of the system.
 */
export async function mount(el, start) {
  const packed = Uint8Array.from(atob(start.data), (letter) => letter.charCodeAt(0));
  const unpacked = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate"));
  const planes = new Uint8Array(await new Response(unpacked).arrayBuffer());
  const words = planes.length / 4;
  const bytes = planes.map((_, i) => planes[(i % 4) * words + (i >> 2)]);
  const state = { ...start, data: new DataView(bytes.buffer) };
  const model = {
    get: (key) => state[key],
    set: (key, value) => (state[key] = value),
    save_changes() {},
    on() {},
    off() {},
  };
  render({ model, el });
  const night = matchMedia("(prefers-color-scheme: dark)");
  const paint = () => {
    const { theme } = document.body.dataset;
    const system = night.matches ? "dark" : "light";
    el.querySelector(".memory-player").dataset.theme = /^(light|dark)$/.test(theme)
      ? theme
      : system;
  };
  new MutationObserver(paint).observe(document.body, { attributeFilter: ["data-theme"] });
  night.addEventListener("change", paint);
  paint();
}

export default { render };
