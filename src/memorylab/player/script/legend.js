// What the colours stand for, and what the words mean.

import { hasBits } from "./answer.js";
import { formOf, isFraction } from "./axes.js";
import { gradient } from "./colours.js";
import { brief, element } from "./elements.js";
import { plainLabel } from "./words.js";

/** What the colours of a view stand for. */
export function legend(view) {
  const { run, simple } = view;
  const stored = view.names("words");
  const bars = stored.map((name) => bar(run.arrays[name].label, view.shared([name])()));
  if (simple) {
    const weights = { text: unitOf(view), ...view.unit() };
    const input = { text: "input", ...view.scaleOf("input")() };
    if (input.low === weights.low && input.high === weights.high && !run.signed)
      weights.text = ["input", weights.text].filter(Boolean).join(", ");
    else bars.push(bar(input.text, input));
    if (weights.text) bars.push(bar(weights.text, weights));
  } else {
    const words = view.names("vector", "vectors");
    if (words.length) bars.push(bar("words of this step", view.shared(words)()));
    const units = view.names("places").filter((name) => !isFraction(run.arrays[name]));
    if (units.length) bars.push(bar("units", view.shared(units)()));
    const parts = run.has("link") ? "links, usage, weightings, gates" : "gates";
    if (run.names(isFraction).length)
      bars.push(bar(run.signed ? "differences" : parts, view.unit()));
  }
  const none = element("span", { class: "mp-bar-entry" }, element("i", { class: "mp-hatch" }));
  none.append("no number");
  return element("div", { class: "mp-legend" }, ...bars, none);
}

function unitOf({ run }) {
  if (run.signed) return "differences";
  const parts = [run.has("write_weighting") && "weights", hasBits(run) && "probabilities"];
  return parts.filter(Boolean).join(", ");
}

function bar(label, { kind, low, high }) {
  const colours = element("i", { class: "mp-gradient", style: { background: gradient(kind) } });
  const text = `${label} ${brief(low)}`;
  return element("span", { class: "mp-bar-entry" }, text, colours, brief(high));
}

const PLAIN = [
  [
    "location",
    "a row of the memory; counted from 1 in the order in which the run first writes to them. Python " +
      "counts from 0 in the memory's own order: explanations and the text of changes have its " +
      "numbers, such as memory[2]",
  ],
  ["weight", "how far a step writes to a location or reads it: 0 not at all, 1 wholly"],
  ["free", "not in use: nothing that is still needed stands there"],
  ["probability", "how likely the model finds it that a bit of the answer is 1"],
];

/** The words of a level, each with its meaning: those of the arrays come from their table. */
export function glossary(view) {
  const { run, simple } = view;
  const names = run.names((row) => !simple || row.simple);
  const entries = names.map((name) => {
    const { label, meaning } = run.arrays[name];
    if (simple) return [plainLabel(run, name), meaning];
    return [label === name ? label : `${label} (${name})`, meaning];
  });
  const uses = names.some((name) => ["words", "pairs"].includes(formOf(run, name)));
  if (simple && uses) entries.push(...PLAIN);
  return element(
    "details",
    { class: "mp-keys mp-glossary" },
    element("summary", {}, "What do the words mean?"),
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
