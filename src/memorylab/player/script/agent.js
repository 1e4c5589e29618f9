// The controls of an agent that acts in the page: its maze, and what becomes of its memory.

import { element, press } from "./elements.js";
import { LONGEST } from "./episode.js";
import { LEFT, RIGHT } from "./maze.js";

const SIDES = { [LEFT]: "left", [RIGHT]: "right" };
// All that a DNC keeps from step to step: without it a step begins like the first of an episode.
const STATE = "memory usage link precedence write_weighting read_weighting read_vectors".split(" ");

/** Set the sign and the corridor of the laboratory's episode, and wipe the agent's memory. */
export class AgentControls {
  constructor(player) {
    this.player = player;
    this.lab = player.laboratory;
    this.signs = [LEFT, RIGHT].map((sign) => {
      const title = `The sign points ${SIDES[sign]}`;
      return press(`sign-${SIDES[sign]}`, title, SIDES[sign], () => this.change({ sign }));
    });
    this.length = element("input", {
      type: "range",
      min: 1,
      max: LONGEST,
      "aria-label": "length of the corridor",
      "data-action": "corridor",
      oninput: () => this.change({ length: Number(this.length.value) }),
    });
    this.count = element("output", {});
    this.wipe = press("wipe-memory", "Set all locations to 0 after this step", "", () =>
      this.forget(["memory"]),
    );
    const all = "Set all that it keeps to 0: memory, usage, links, weightings, and what it read";
    this.wipeAll = press("wipe-all", all, "Wipe all that it keeps", () => this.forget(STATE));
    this.verdict = element("p", { class: "mp-turns", role: "status" });
    const row = (...parts) => element("div", { class: "mp-tools" }, ...parts);
    const signs = element(
      "span",
      { class: "mp-group-of", role: "group", "aria-label": "sign" },
      ...this.signs,
    );
    this.root = element(
      "section",
      { class: "mp-agent", "aria-label": "maze and memory of the agent" },
      row(
        "sign",
        signs,
        element("label", {}, "corridor ", this.length, this.count),
        this.wipe,
        this.wipeAll,
      ),
      this.verdict,
    );
    // Within the laboratory's, which keeps the slider's keys from the player.
    this.lab.root.prepend(this.root);
    this.follow();
  }

  /** Let the agent begin in another maze. */
  change(changes) {
    const { lab } = this;
    const maze = { ...lab.run.maze, ...changes };
    lab.commit();
    lab.attempt(() => {
      const run = lab.run.disturbed(lab.history.now, { maze });
      lab.trial.plain = null; // that of the maze before
      lab.present(run);
    });
  }

  /** Wipe some arrays after this step. */
  forget(names) {
    const { step } = this.player;
    const when = { index: [], first: step, last: step, value: 0 };
    this.lab.edit(names.map((name) => ({ name, ...when })));
  }

  /** Show the state of the laboratory at the player's step. */
  follow() {
    this.wipe.textContent = `Wipe its memory at step ${this.player.step}`;
    const { run } = this.lab;
    if (run === this.told) return;
    this.told = run;
    const { sign, length } = run.maze;
    this.signs.forEach((one, i) =>
      one.setAttribute("aria-pressed", String([LEFT, RIGHT][i] === sign)),
    );
    this.length.value = length;
    this.count.textContent = ` ${length} ${length === 1 ? "step" : "steps"}`;
    this.verdict.textContent = tellTurns(run);
    this.verdict.dataset.correct = run.correct;
  }
}

/** What the agent does at both signs, with the same corridor and disturbance. */
export function tellTurns(run) {
  const turns = [LEFT, RIGHT].map((sign) => {
    const own = sign === run.maze.sign;
    const { outcome, correct } = own
      ? run
      : run.disturbed(run.disturbance, { maze: { ...run.maze, sign } });
    if (outcome === "late") return { outcome, text: "it doesn't turn in time" };
    return { outcome, text: `it turns ${outcome}, ${correct ? "correctly" : "wrongly"}` };
  });
  const [left, right] = turns;
  const same = left.outcome === right.outcome;
  const so = same ? " So the sign makes no difference to it." : "";
  return `Sign left: ${left.text}. Sign right: ${right.text}.${so}`;
}
