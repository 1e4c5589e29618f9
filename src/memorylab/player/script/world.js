// An agent's world at a step: what there is to see before its action, how likely it finds each
// action, and what comes of the one that it takes. Two runs side by side have room for one picture
// each: of the last step it shows how it ended, of the others what comes of it is seen a step later.

import { drawing, element, show } from "./elements.js";

/** The colours that a scene may name: the keys of memorylab.environments.scene.ROLES. */
const ROLES = "ground floor wall agent sign goal card ink red text quiet good bad".split(" ");
const ANCHORS = { start: "start", middle: "middle", end: "end" };
const STROKE_WIDTH = 1.5; // as there, if a scene has none
const SMALLEST = 9; // pixels: the least size of text on the screen
const NOTE = 11; // quiet text of this size or less is a note, for which a small picture has no room

/** The scenes of a run from what crosses to the browser, where each shape is told once. */
export const unpackScenes = ({ shapes, scenes }) =>
  scenes.map((scene) => ({ ...scene, shapes: scene.shapes.map((number) => shapes[number]) }));

/**
 * A scene as a drawing; memorylab.environments.scene tells its format.
 *
 * Throws an Error if it has a shape or a colour that isn't known.
 */
export function drawScene({ width, height, label, title, shapes }) {
  const box = { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": label };
  const heading = title ? [drawing("title", {}, title)] : [];
  return drawing("svg", { ...box, class: "mp-scene" }, ...heading, ...shapes.map(drawShape));
}

function drawShape(shape) {
  const { kind, fill, stroke, stroke_width: wide = STROKE_WIDTH, dashed } = shape;
  const style = [`fill: ${colour(fill)}`];
  if (stroke) style.push(`stroke: ${colour(stroke)}`, `stroke-width: ${Number(wide)}`);
  if (dashed) style.push("stroke-dasharray: 4 3");
  const look = { style: style.join(";") };
  const points = () => shape.points.map((point) => point.join()).join(" ");
  const { x, y } = shape;
  if (kind === "rect") {
    const size = { x, y, width: shape.width, height: shape.height, rx: shape.radius ?? 0 };
    return drawing("rect", { ...size, ...look });
  }
  if (kind === "circle") return drawing("circle", { cx: x, cy: y, r: shape.radius, ...look });
  if (kind === "polygon") return drawing("polygon", { points: points(), ...look });
  if (kind === "line") return drawing("polyline", { points: points(), ...look });
  if (kind !== "text") throw new Error(`This world can't be drawn: it has a shape '${kind}'.`);
  const anchor = ANCHORS[shape.anchor ?? "middle"];
  const place = { x, y, "text-anchor": anchor, "dominant-baseline": "central" };
  style.push(`font-size: max(${Number(shape.size)}px, ${SMALLEST} * var(--mp-pixel, 0px))`);
  const isNote = fill === "quiet" && shape.size <= NOTE;
  return drawing(
    "text",
    { ...place, class: isNote ? "mp-note" : "", style: style.join(";") },
    shape.text,
  );
}

/** Keep the text of the scenes that an element shows readable, however small they are. */
export function keepReadable(node) {
  const watch = new ResizeObserver(([{ contentRect }]) => {
    const scene = node.querySelector("svg");
    // How much of the scene a pixel of the screen shows.
    const pixel = scene ? scene.viewBox.baseVal.width / contentRect.width : 0;
    node.style.setProperty("--mp-pixel", `${Number.isFinite(pixel) ? pixel : 0}px`);
  });
  watch.observe(node);
  return node;
}

function colour(role) {
  if (role === undefined) return "none";
  if (!ROLES.includes(role))
    throw new Error(`This world can't be drawn: it has a colour '${role}'.`);
  return `var(--mp-scene-${role})`;
}

/** The world of a view's run. `draw(step)` shows it; `tell(step)` says it in a sentence. */
export class World {
  constructor(view) {
    this.view = view;
    this.before = keepReadable(element("figure", { class: "mp-before" }));
    this.after = keepReadable(element("figure", { class: "mp-after" }));
    this.acts = element("div", { class: "mp-acts" });
    const world = (...parts) => element("div", { class: "mp-world" }, ...parts);
    // Above the memory, and above the lines of the whole run.
    if (view.compact) [this.step, this.whole] = [[world(this.before, this.acts)], []];
    else if (view.simple) [this.step, this.whole] = [[this.before], [world(this.acts, this.after)]];
    else [this.step, this.whole] = [[world(this.before, this.acts, this.after)], []];
  }

  get run() {
    return this.view.run;
  }

  draw(step) {
    const { scenes, steps } = this.run;
    step = Math.min(step, steps - 1);
    const caption = (text, note = "") =>
      element("figcaption", {}, text, element("span", {}, note && ` (${note})`));
    try {
      if (scenes) {
        const { compact } = this.view;
        const ended = compact && step === steps - 1;
        const note = compact ? "" : "dashed: out of the agent's sight";
        this.before.replaceChildren(
          ended ? caption("how it ended") : caption("the world", note),
          drawScene(scenes[ended ? steps : step]),
        );
        this.after.replaceChildren(caption("what comes of it"), drawScene(scenes[step + 1]));
      }
    } catch (error) {
      this.before.replaceChildren(element("p", { class: "mp-nothing" }, error.message));
      this.after.replaceChildren();
    }
    this.acts.replaceChildren(...this.buildActs(step));
  }

  /** How likely each action is, with the one that was taken marked; reward and value. */
  buildActs(step) {
    const { run } = this;
    const taken = run.has("action") && run.size("action") === 1 ? run.at("action", step)[0] : null;
    const rows = [];
    if (run.has("action_probabilities"))
      run.at("action_probabilities", step).forEach((probability, action) => {
        const percent = `${(100 * probability).toFixed(1)}\u00a0%`;
        const chosen = action === taken;
        rows.push(
          element(
            "li",
            { class: chosen ? "mp-chosen" : null, "aria-current": chosen ? "true" : null },
            element("span", {}, nameAction(run, action)),
            element("i", {}, element("b", { style: { width: `${100 * probability}%` } })),
            element("output", {}, percent),
          ),
        );
      });
    else if (run.has("action")) {
      const text = taken === null ? [...run.at("action", step)].map(show).join(", ") : null;
      rows.push(element("li", { class: "mp-chosen" }, text ?? nameAction(run, taken)));
    }
    const numbers = ["reward", "value"].filter((name) => run.has(name) && run.size(name) === 1);
    return [
      element("p", { class: "mp-acts-title" }, "what it does"),
      element("ul", { "aria-label": "actions" }, ...rows),
      element(
        "p",
        { class: "mp-numbers" },
        ...numbers.map((name) => {
          const { label, meaning } = run.arrays[name];
          const text = run.at(name, step)[0].toFixed(2).replace("-", "−");
          return element("span", { title: meaning }, `${label} `, element("b", {}, text));
        }),
      ),
    ];
  }

  tell(step) {
    const { run } = this;
    step = Math.min(step, run.steps - 1);
    // Of the last step rather how it all ended than how it stood before.
    const sentences = run.scenes
      ? [run.scenes[step === run.steps - 1 ? step + 1 : step].label]
      : [];
    // Beside another run there is no room to say what stands right below.
    if (!this.view.compact && run.has("action_probabilities") && run.size("action") === 1) {
      const action = run.at("action", step)[0];
      const sure = run.at("action_probabilities", step)[action];
      sentences.push(`Its action: ${nameAction(run, action)} (${Math.round(100 * sure)} %).`);
    }
    return sentences.join(" ");
  }
}

const nameAction = (run, action) => run.actions?.[action] ?? `action ${action}`;

/** Whether a run has something that its world shows. */
export const hasWorld = (run) =>
  !run.signed && Boolean(run.scenes ?? run.has("action_probabilities"));
