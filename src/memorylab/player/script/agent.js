// The controls of an agent that acts in the page: its maze, and what becomes of its memory.

import { element, press } from "./elements.js";
import { LONGEST, optionsOf } from "./episode.js";
import { STATE } from "./edits.js";
import { LEFT, RIGHT, SIDES } from "./maze.js";

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
      oninput: () => {
        this.dragging ??= Symbol("corridor"); // one gesture, until the slider is let go
        this.change({ distance: Number(this.length.value) }, this.dragging);
      },
      onchange: () => (this.dragging = null),
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
        element("span", { class: "mp-named" }, "sign", signs),
        element("label", {}, "corridor ", this.length, this.count),
        this.wipe,
        this.wipeAll,
      ),
    );
    // Among the laboratory's, which keeps the slider's keys from the player.
    const { parentNode } = this.lab.list;
    parentNode.prepend(this.root);
    parentNode.append(this.verdict);
    this.follow();
  }

  /** Let the agent begin in another maze. */
  change(changes, gesture = null) {
    const { lab } = this;
    const own = optionsOf(lab.run.own);
    const options = { ...own, ...lab.now.options, ...changes };
    const isOwn = Object.keys(own).every((name) => options[name] === own[name]);
    lab.propose({ ...lab.now, options: isOwn ? null : options }, gesture);
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
    const turns = tellTurns(run).flatMap(({ text, correct }) => [
      element("span", { "data-correct": correct }, text),
      " ",
    ]);
    this.verdict.replaceChildren(...turns);
  }
}

/** What the agent does at both signs, with the same corridor and edits: sentences, and if `correct`. */
function tellTurns(run) {
  const turns = [LEFT, RIGHT].map((sign) => {
    const options = { ...optionsOf(run.maze), sign };
    const { outcome, correct } =
      sign === run.maze.sign ? run : run.disturbed({ ...run.disturbance, options });
    const turn = `turns ${outcome}, ${correct ? "correctly" : "wrongly"}`;
    const does = outcome === "late" ? "doesn't turn in time" : turn;
    return { outcome, correct, text: `Sign ${SIDES[sign]}: it ${does}.` };
  });
  if (turns[0].outcome === turns[1].outcome)
    turns.push({ text: "So the sign makes no difference to it." });
  return turns;
}
