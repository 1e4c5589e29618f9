// A T-maze for the reader to play, by arrow keys or buttons.

import { element, press } from "./elements.js";
import { FORWARD, LEFT, RIGHT, TMaze } from "./maze.js";
import { seeded } from "./tasks.js";
import { drawScene, keepReadable } from "./world.js";

const KEYS = { ArrowRight: FORWARD, ArrowUp: LEFT, ArrowDown: RIGHT };
const MOVES = [
  [FORWARD, "→", "forward", "Forward (right arrow)"],
  [LEFT, "↑", "left", "Turn left (up arrow)"],
  [RIGHT, "↓", "right", "Turn right (down arrow)"],
];
/** When the player sees the sign; the names are those of memorylab.player.TMazeGame. */
const SIGHTS = {
  start: "at the start",
  always: "all the time",
  never: "never",
};
const FEW = 5; // so many steps before the end, the player hears how many are left
const EYES = ["sign left", "sign right", "corridor", "junction"];

/** The game: rounds in mazes at random, and for each sight of the sign a score. */
export class TMazeGame {
  constructor(model, root) {
    this.model = model;
    this.root = root;
    const { corridor_length: lengths, sign, seed } = model.get("header").game;
    this.lengths = lengths;
    this.random = seeded(seed ?? Math.floor(2 ** 32 * Math.random()));
    this.sight = sign;
    this.scores = Object.fromEntries(Object.keys(SIGHTS).map((one) => [one, [0, 0]]));
    this.build();
    this.begin();
  }

  build() {
    this.picture = keepReadable(element("div", { class: "mp-game-picture" }));
    this.said = element("p", { class: "mp-game-said", "aria-live": "polite" });
    this.stage = element(
      "div",
      {
        class: "mp-game-stage",
        tabindex: "0",
        role: "application",
        "aria-label":
          "T-maze. Right arrow goes forward, up arrow turns left, down arrow turns right, " +
          "enter begins a new round.",
      },
      this.picture,
    );
    this.stage.addEventListener("pointerdown", () => this.stage.focus());
    this.moves = MOVES.map(([action, arrow, name, title]) => {
      const button = press(name, title, "", () => this.move(action));
      button.append(element("b", { "aria-hidden": "true" }, arrow), ` ${name}`);
      return button;
    });
    this.next = press("new", "New round (enter)", "new round", () => this.begin());
    this.sights = Object.entries(SIGHTS).map(([name, text]) =>
      press(`sight-${name}`, `See the sign ${text}`, text, () => this.look(name)),
    );
    this.eyes = element("p", { class: "mp-game-eyes" });
    this.score = element("table", { class: "mp-game-score", "aria-label": "score" });
    const group = { class: "mp-group-of", role: "group", "aria-label": "you see the sign" };
    this.root.classList.add("mp-game");
    this.root.replaceChildren(
      element(
        "div",
        { class: "mp-controls" },
        "You see the sign",
        element("span", group, ...this.sights),
      ),
      this.stage,
      this.said,
      element("div", { class: "mp-controls mp-game-moves" }, ...this.moves, this.next),
      element("div", { class: "mp-game-below" }, this.eyes, this.score),
    );
    this.root.addEventListener("keydown", (event) => this.key(event));
  }

  /** Begin a round in another maze. */
  begin() {
    const [shortest, longest] = this.lengths;
    const sign = this.random() < 0.5 ? LEFT : RIGHT;
    const length = shortest + Math.floor((longest - shortest + 1) * this.random());
    this.maze = new TMaze(sign, length, 4 * longest);
    this.draw("");
  }

  look(sight) {
    this.sight = sight;
    this.begin();
    this.stage.focus({ preventScroll: true });
  }

  move(action) {
    const { maze } = this;
    if (maze.over) return this.draw("This round is over. Enter begins a new one.");
    const before = maze.distance;
    const reward = maze.step(action);
    const bumped = !maze.over && maze.distance === before;
    if (maze.over) this.count(reward === 1);
    this.draw(bumped ? "A wall: this costs 0.1." : "", bumped);
  }

  count(correct) {
    const score = this.scores[this.sight];
    score[0] += correct;
    score[1] += 1;
    // A copy, or the kernel would see no change.
    this.model.set("scores", structuredClone(this.scores));
    this.model.save_changes();
  }

  /** Whether the player sees the sign now. */
  get visible() {
    const { maze, sight } = this;
    return !maze.over && (sight === "always" || (sight === "start" && maze.time === 0));
  }

  draw(note, bumped = false) {
    const { maze, visible } = this;
    // What isn't seen isn't told either, before the round is over.
    const scene = maze.scene(visible, visible || maze.over);
    scene.label = scene.label
      .replace("The agent stands", "You stand")
      .replace("The agent", "You")
      .replace("Its time", "Your time")
      .replace("the sign is not known", "the sign is out of sight");
    this.picture.replaceChildren(drawScene(scene));
    this.picture.classList.toggle("mp-bumped", bumped);
    const result = maze.over
      ? `${tellResult(maze)} Enter begins a new round.`
      : tellTime(maze, note);
    this.said.textContent = `${scene.label} ${result}`.trim();
    this.root.dataset.outcome = maze.over ? (maze.correct ? "correct" : "wrong") : "";
    this.next.classList.toggle("mp-due", maze.over);
    const numbers = maze.observe(visible);
    this.eyes.replaceChildren(
      "What an agent gets to see: ",
      ...EYES.map((name, i) =>
        element(
          "span",
          { class: numbers[i] ? "mp-on" : "" },
          `${name} `,
          element("b", {}, numbers[i]),
        ),
      ),
    );
    for (const one of this.sights)
      one.setAttribute("aria-pressed", String(one.dataset.action === `sight-${this.sight}`));
    this.drawScore();
  }

  drawScore() {
    const cell = (tag, text) => element(tag, tag === "th" ? { scope: "row" } : {}, text);
    this.score.replaceChildren(
      element("caption", {}, "correct turns"),
      ...Object.entries(this.scores).map(([sight, [correct, rounds]]) =>
        element(
          "tr",
          { "data-sight": sight, class: sight === this.sight ? "mp-chosen" : null },
          cell("th", `sign ${SIGHTS[sight]}`),
          cell("td", rounds ? `${correct} of ${rounds}` : "–"),
          cell("td", sight === "never" && rounds ? `by chance, ${rounds / 2}` : ""),
        ),
      ),
    );
  }

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const onButton = event.target.tagName === "BUTTON";
    if (event.key in KEYS) this.move(KEYS[event.key]);
    else if (event.key === "Enter" && !onButton) this.begin();
    else return;
    event.preventDefault();
    event.stopPropagation();
    if (!onButton) return;
    this.stage.focus({ preventScroll: true });
  }

  destroy() {}
}

/** A note, and how many steps there are: at the start, and when few are left. */
function tellTime({ time, limit }, note) {
  const left = limit - time;
  const few = left <= FEW ? `${left} ${left === 1 ? "step is" : "steps are"} left.` : "";
  return `${note} ${time === 0 ? `You have ${limit} steps.` : few}`.trim();
}

function tellResult({ outcome, correct }) {
  if (outcome === "late") return "Too late.";
  return correct ? "Correct: reward 1." : "Wrong: reward −1.";
}
