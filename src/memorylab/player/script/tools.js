// What else can be changed: a number held by a slider, a part silenced, a line of text.

import { format } from "./disturbance.js";
import { asPython } from "./edits.js";
import { element, hasFocus, press } from "./elements.js";
import { optionsOf } from "./episode.js";
import { Place } from "./place.js";

const GATES = ["T", "T R", "T R 3"]; // the axes of gates, strengths and read modes
const KINDS = ["fraction", "strength", "distribution"];
const HIGHEST_STRENGTH = 20; // the least end of a slider for strengths
const STEPS = {
  this: "at this step",
  on: "from this step on",
  all: "at all steps",
};

/** The parts that can be silenced: what is set to 0. */
function silences(heads) {
  const parts = {
    links: ["link"],
    usage: ["usage"],
    content: ["write_content_weighting", "read_content_weighting"],
  };
  const all = Object.entries(parts).map(([part, names]) => [part, names.map((name) => [name, []])]);
  for (let head = 0; head < heads; head++)
    all.push([heads > 1 ? `read head ${head}` : "the read head", [["read_weighting", [head]]]]);
  return all;
}

export class Tools {
  constructor(laboratory) {
    this.laboratory = laboratory;
    this.chosen = null; // the place of the cell clicked last
    this.places = gates(laboratory.run);
    this.parts = silences(laboratory.run.heads);
    const line = (...parts) => element("div", { class: "mp-tools" }, ...parts);
    this.root = element(
      "div",
      { class: "mp-more" },
      line(...this.buildHold()),
      line(...this.buildSilence(), ...this.buildSeed()),
      line(...this.buildText()),
    );
  }

  // -- one number held

  buildHold() {
    const choice = (label, change) =>
      element("select", { "aria-label": label, onchange: () => change() });
    this.target = choice("what to hold", () => this.follow());
    this.steps = choice("when", () => this.follow());
    this.steps.append(
      ...Object.entries(STEPS).map(([value, text]) => element("option", { value }, text)),
    );
    const typed = (type, label) =>
      element("input", {
        type,
        "aria-label": label,
        oninput: (event) => this.hold(event.target),
        onchange: () => this.letGo(),
      });
    this.slider = typed("range", "value");
    this.number = typed("number", "value as a number");
    this.release = press("release", "Let it be what it is", "release", () => this.free());
    this.cutButton = press("cut", "Set this link to 0 (delete)", "cut this link", () => this.cut());
    return [
      element("label", {}, "hold ", this.target),
      this.slider,
      this.number,
      this.steps,
      this.release,
      this.cutButton,
    ];
  }

  /** The place that the reader holds. */
  get place() {
    return this.target.value === "cell" ? this.chosen : this.places[Number(this.target.value)];
  }

  /** First and last step of what is done now. */
  get span() {
    const { step } = this.laboratory.player;
    return { this: [step, step], on: [step, null], all: [0, null] }[this.steps.value];
  }

  /** The edits that give a place a value; a read mode leaves the rest to the other modes. */
  editsOf({ name, index, kind, size }, value) {
    const [first, last] = this.span;
    const edit = { name, index, first, last, value };
    if (kind !== "distribution" || index.length < 2) return [edit];
    const rest = Number(((1 - value) / (size - 1)).toPrecision(6));
    return [{ ...edit, index: index.slice(0, -1), value: rest }, edit];
  }

  /** Hold the value that a slider or a number has. */
  hold(input) {
    const { place } = this;
    if (!place || input.value === "" || !input.checkValidity()) return input.reportValidity();
    const other = input === this.slider ? this.number : this.slider;
    other.value = input.value;
    this.dragging ??= Symbol(place.key); // one gesture, until the slider is let go
    this.laboratory.edit(this.editsOf(place, Number(input.value)), this.dragging);
  }

  letGo() {
    this.dragging = null;
  }

  free() {
    const { laboratory, place } = this;
    const { now } = laboratory;
    const own = held(now.edits, place);
    laboratory.propose({ ...now, edits: now.edits.filter((edit) => !own.includes(edit)) });
  }

  cut() {
    const [first, last] = this.span;
    const { name, index } = this.chosen;
    this.laboratory.edit([{ name, index, first, last, value: 0 }]);
  }

  // -- a part silenced, other words, a line of text

  buildSilence() {
    this.part = element(
      "select",
      { "aria-label": "what to silence" },
      ...this.parts.map(([name], value) => element("option", { value }, name)),
    );
    this.silenceButton = press("silence", "Set it to 0 from this step on", "", () => {
      const { step } = this.laboratory.player;
      const [, cells] = this.parts[Number(this.part.value)];
      this.laboratory.edit(
        cells.map(([name, index]) => ({ name, index, first: step, last: null, value: 0 })),
      );
    });
    return [element("label", {}, "silence ", this.part), this.silenceButton];
  }

  buildSeed() {
    const { laboratory } = this;
    if (!laboratory.task) return [];
    this.seed = element("input", {
      type: "number",
      min: 0,
      max: 999999,
      step: 1,
      required: "",
      onchange: ({ target }) =>
        target.checkValidity() ? laboratory.renew(Number(target.value)) : target.reportValidity(),
    });
    return [element("label", {}, "words by seed ", this.seed)];
  }

  buildText() {
    const { laboratory } = this;
    this.text = element("input", {
      type: "text",
      spellcheck: "false",
      autocomplete: "off",
      placeholder: "nothing is changed",
      onchange: () => laboratory.read(this.text.value),
    });
    this.copied = element("span", { role: "status" });
    this.copyButton = press("copy", "Copy the line for Python", "copy as text", () => this.copy());
    return [
      element("label", { class: "mp-text" }, "as text ", this.text),
      this.copyButton,
      this.copied,
    ];
  }

  /** Put the line for Python on the clipboard, or, where there is none, select the text to copy. */
  async copy() {
    const { now, run } = this.laboratory;
    // An agent's line names the maze, or it would begin in one of its own.
    const options = now.options ?? (run.own ? optionsOf(run.own) : null);
    const line = asPython(format({ ...now, options }), Boolean(run.own));
    try {
      await navigator.clipboard.writeText(line);
      this.copied.textContent = "copied";
    } catch {
      this.text.value = line;
      this.text.select();
      this.copied.textContent = "press Ctrl+C to copy";
    }
  }

  // -- showing what is so

  /** Offer the cell that was clicked. */
  choose(place) {
    this.chosen = place.computed ? place : null;
    this.offer();
    if (this.chosen) this.target.value = "cell";
  }

  offer() {
    const { laboratory, places, chosen } = this;
    const { table, axes } = laboratory;
    const before = this.target.value;
    const option = (value, text) => element("option", { value }, text);
    const options = places.map((place, value) => option(value, place.say(table, axes)));
    if (chosen) options.push(option("cell", chosen.say(table, axes)));
    this.target.replaceChildren(...options);
    this.target.value = before === "" || (before === "cell" && !chosen) ? "0" : before;
  }

  /** Show the values of the step, and the text. */
  follow() {
    const { laboratory } = this;
    const { run, player, now, seed } = laboratory;
    if (this.chosen && !this.chosen.isIn(run)) this.chosen = null;
    this.offer();
    const { place } = this;
    const value = run.at(place.name, player.step)[place.flat];
    const [low, high, grain] = limits(run, place);
    for (const input of [this.slider, this.number]) {
      const free = input === this.number && place.kind === "number";
      input.min = free ? "" : low;
      input.max = input === this.number && place.kind === "strength" ? "" : free ? "" : high;
      input.step = input === this.number ? "any" : grain;
      if (!this.dragging) input.value = Number(value.toPrecision(4));
    }
    this.release.disabled = held(now.edits, place).length === 0;
    this.cutButton.hidden = !(this.target.value === "cell" && place.name === "link");
    this.silenceButton.textContent = `from step ${player.step} on`;
    if (this.seed && !hasFocus(this.seed)) this.seed.value = seed;
    const text = format(now);
    // Only if it changed, or a line that can't be read would be gone beside its message.
    if (this.told === text) return;
    this.told = text;
    this.text.value = text;
    this.copied.textContent = "";
  }
}

/** Gates, strengths and read modes, number by number. */
function gates(run) {
  const names = run.names(({ axes, kind }) => GATES.includes(axes) && KINDS.includes(kind));
  return names.flatMap((name) =>
    Array.from({ length: run.size(name) }, (_, flat) => new Place(run, name, flat)),
  );
}

/** The edits of a place, at whichever steps: of a read mode, those of all its head's modes. */
function held(edits, { name, index, kind }) {
  const part = kind === "distribution" ? index.slice(0, -1) : index;
  return edits.filter((edit) => edit.name === name && part.every((at, i) => edit.index[i] === at));
}

/** Least and greatest value of a slider, and its step. */
function limits(run, { name, kind }) {
  const { low, high } = run.arrays[name];
  if (kind === "strength") return [1, Math.max(HIGHEST_STRENGTH, Math.ceil(high)), 0.1];
  if (kind === "activation") return [-1, 1, 0.01];
  if (kind !== "number") return [0, 1, 0.01];
  const end = Math.max(1, Math.ceil(Math.max(-low, high)));
  return [-end, end, 0.01];
}
