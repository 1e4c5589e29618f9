// What the colours stand for, and what the words mean.

import { hasBits } from "./answer.js";
import { formOf, isFraction } from "./axes.js";
import { gradient } from "./colours.js";
import { brief, element } from "./elements.js";
import { endsOf, simpleNames } from "./simple.js";
import { plainLabel } from "./words.js";

/** What the colours of a view stand for. */
export function legend(view) {
  const { run, simple } = view;
  const entries = view.names("words").map((name) => [run.arrays[name].label, view.shared([name])]);
  if (simple) {
    const { acts, first, last } = endsOf(run);
    if (run.has(first)) entries.push([plainLabel(run, first), view.scaleOf(first)]);
    if (run.has("write_weighting") && !run.signed) entries.push(["weights", view.unit]);
    if (acts) entries.push([plainLabel(run, last), view.unit]);
    if (hasBits(run) && !run.signed) entries.push(["probabilities", view.unit]);
  } else {
    const words = view.names("vector", "vectors");
    if (words.length) entries.push(["words of this step", view.shared(words)]);
    const units = view.names("places").filter((name) => !isFraction(run.arrays[name]));
    if (units.length) entries.push(["units", view.shared(units)]);
    const parts = run.has("link") ? "links, usage, weightings, gates" : "gates";
    if (run.names(isFraction).length && !run.signed) entries.push([parts, view.unit]);
  }
  if (run.signed) entries.push(["differences", view.unit]);
  if (run.has("reward")) entries.push(["reward", view.scaleOf("reward")]);
  // What has the same colours is named together.
  const bars = new Map();
  for (const [text, scale] of entries) {
    const { kind, low, high } = scale();
    const key = `${kind} ${low} ${high}`;
    const names = [...(bars.get(key)?.names ?? []), text];
    bars.set(key, { names, kind, low, high });
  }
  const none = element("span", { class: "mp-bar-entry" }, element("i", { class: "mp-hatch" }));
  none.append("no number");
  return element("div", { class: "mp-legend" }, ...Array.from(bars.values(), bar), none);
}

function bar({ names, kind, low, high }) {
  const colours = element("i", { class: "mp-gradient", style: { background: gradient(kind) } });
  const text = `${names.join(", ")} ${brief(low)}`;
  return element("span", { class: "mp-bar-entry" }, text, colours, brief(high));
}

const PLAIN = [
  [
    "location",
    "a row of the memory; counted from 1 in the order of first writes. Explanations and the text of " +
      "changes have Python's numbers too, such as memory[2]",
  ],
  ["weight", "how far a step writes to a location or reads it: 0 not at all, 1 wholly"],
  ["free", "not in use: nothing that is still needed stands there"],
];
const PROBABILITY = ["probability", "how likely the model finds it that a bit of the answer is 1"];

/** The words of a level, each with its meaning: those of the arrays come from their table. */
export function glossary(view) {
  const { run, simple } = view;
  const names = simple ? simpleNames(run) : run.names(() => true);
  const entries = names.map((name) => {
    const { label, meaning } = run.arrays[name];
    if (simple) return [plainLabel(run, name), meaning];
    return [label === name ? label : `${label} (${name})`, meaning];
  });
  const uses = names.some((name) => ["words", "pairs"].includes(formOf(run, name)));
  if (simple && uses) entries.push(...PLAIN);
  if (simple && hasBits(run)) entries.push(PROBABILITY);
  return element(
    "details",
    { class: "mp-keys mp-glossary" },
    element("summary", {}, "what the words mean"),
    element(
      "dl",
      {},
      ...entries.flatMap(([word, meaning]) => [
        element("dt", {}, word),
        element("dd", {}, meaning),
      ]),
    ),
  );
}
