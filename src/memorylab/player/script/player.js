// The player: its controls, its clock and its keys.

import { read } from "./block.js";
import { element, sign } from "./elements.js";
import { Difference } from "./run.js";
import { View } from "./view.js";

const SPEEDS = [1, 2, 5, 10, 20, 30, 60];
const SYNC_AFTER = 120; // milliseconds without a new step, before the kernel hears of it

export class Player {
  constructor(model, root) {
    this.model = model;
    this.root = root;
    const header = model.get("header");
    const { runs, model: network } = read(header, model.get("data"));
    Object.assign(this, { runs, network }); // `network` is the model that the page can run, or null
    this.steps = Math.max(...this.runs.map((run) => run.steps));
    this.step = 0;
    this.playing = false;
    this.chosen = null;
    this.fps = model.get("fps");
    this.build();
    this.seek(model.get("t"), false);
    root.addEventListener("keydown", (event) => this.key(event));
    this.onModelStep = () => this.seek(model.get("t"), false);
    this.onModelSpeed = () => this.setSpeed(model.get("fps"), false);
    model.on("change:t", this.onModelStep);
    model.on("change:fps", this.onModelSpeed);
  }

  build() {
    const button = (name, label, action) =>
      element(
        "button",
        { type: "button", title: label, "aria-label": label, onclick: action, "data-action": name },
        sign(name),
      );
    this.playButton = button("play", "Play (space)", () => this.toggle());
    this.slider = element("input", {
      type: "range",
      min: 0,
      max: this.steps - 1,
      value: 0,
      "aria-label": "step",
      oninput: () => this.seek(Number(this.slider.value)),
    });
    this.counter = element("output", { class: "mp-counter" });
    this.speed = element("select", {
      "aria-label": "steps per second",
      onchange: () => this.setSpeed(Number(this.speed.value)),
    });
    this.value = element("p", { class: "mp-value", "aria-live": "polite" });
    const controls = [
      button("first", "First step (Home)", () => this.seek(0)),
      button("back", "Step back (left arrow)", () => this.seek(this.step - 1)),
      this.playButton,
      button("forward", "Step forward (right arrow)", () => this.seek(this.step + 1)),
      button("last", "Last step (End)", () => this.seek(this.steps - 1)),
      this.slider,
      this.counter,
      element("label", {}, this.speed, " steps/s"),
    ];
    this.views = this.runs.map((run) => new View(this, run));
    this.board = element(
      "div",
      { class: "mp-views", "data-runs": this.runs.length },
      ...this.views.map((view) => view.root),
    );
    if (this.runs.length === 2 && this.comparable()) {
      this.differenceButton = element(
        "button",
        {
          type: "button",
          title: "Show the difference (d)",
          onclick: () => this.toggleDifference(),
          "aria-pressed": "false",
          "data-action": "difference",
        },
        "difference",
      );
      controls.push(this.differenceButton);
    }
    const keys = element(
      "details",
      { class: "mp-keys" },
      element("summary", {}, "keys"),
      "space plays and pauses · ← → or , . step · page up and page down go ten steps · " +
        "home and end · + − change the speed · d shows the difference of two runs · " +
        "in a picture the arrow keys move from cell to cell, escape leaves it",
    );
    this.root.replaceChildren(
      element("div", { class: "mp-controls", role: "toolbar", "aria-label": "time" }, ...controls),
      this.value,
      this.board,
      keys,
    );
    this.setSpeed(this.fps, false);
    this.select(null);
  }

  comparable() {
    const [a, b] = this.runs;
    return ["locations", "word", "heads"].every((key) => a[key] === b[key]);
  }

  toggleDifference() {
    if (!this.differenceButton) return;
    if (!this.difference) {
      this.difference = new View(this, new Difference(...this.runs));
      this.difference.root.dataset.difference = "true";
    }
    const shown = this.views.includes(this.difference);
    if (shown) {
      this.views.pop();
      this.difference.root.remove();
    } else {
      this.views.push(this.difference);
      this.board.append(this.difference.root);
      this.difference.draw(this.step);
    }
    this.differenceButton.setAttribute("aria-pressed", String(!shown));
  }

  seek(step, sync = true) {
    step = Math.max(0, Math.min(this.steps - 1, Math.round(step)));
    if (this.step === step && this.drawn) return;
    this.step = step;
    this.drawn = true;
    for (const view of this.views) view.draw(step);
    this.slider.value = step;
    this.slider.setAttribute("aria-valuetext", `step ${step} of ${this.steps - 1}`);
    this.counter.textContent = `step ${step} of ${this.steps - 1}`;
    this.root.dataset.step = step;
    if (this.chosen) this.value.textContent = this.chosen.panel.readout(step);
    if (sync) {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.sync(), SYNC_AFTER);
    }
  }

  /** Tell the kernel where we are; not for every frame, which would flood it. */
  sync() {
    clearTimeout(this.timer);
    this.timer = undefined;
    if (this.model.get("t") === this.step) return;
    this.model.set("t", this.step);
    this.model.save_changes();
  }

  setSpeed(fps, sync = true) {
    this.fps = fps;
    const speeds = [...new Set([...SPEEDS, fps])].sort((a, b) => a - b);
    this.speed.replaceChildren(
      ...speeds.map((value) => element("option", { value }, String(value))),
    );
    this.speed.value = fps;
    if (!sync) return;
    this.model.set("fps", fps);
    this.model.save_changes();
  }

  toggle(play = !this.playing) {
    if (play && this.step === this.steps - 1) this.seek(0);
    this.playing = play;
    this.root.dataset.playing = play;
    this.playButton.replaceChildren(sign(play ? "pause" : "play"));
    this.playButton.title = play ? "Pause (space)" : "Play (space)";
    this.playButton.setAttribute("aria-label", this.playButton.title);
    // A screen reader would never come to the end of what it is told while playing.
    for (const view of this.views) view.words.setAttribute("aria-live", play ? "off" : "polite");
    cancelAnimationFrame(this.request);
    if (play) {
      this.due = performance.now() + 1000 / this.fps;
      this.request = requestAnimationFrame((now) => this.tick(now));
    } else this.sync();
  }

  tick(now) {
    if (!this.playing) return;
    if (!this.root.isConnected) return this.toggle(false);
    if (now >= this.due) {
      this.seek(this.step + 1);
      // From when it was due, or the frames' own rate would slow it down; but never in a burst.
      this.due = Math.max(this.due + 1000 / this.fps, now);
      if (this.step === this.steps - 1) return this.toggle(false);
    }
    this.request = requestAnimationFrame((next) => this.tick(next));
  }

  select(panel) {
    this.chosen = panel ? panel.chosen() : null;
    this.value.textContent = panel
      ? panel.readout(this.step)
      : "Point at a cell, or reach it by tab and arrow keys, for its value.";
    for (const view of this.views) view.mark(this.chosen);
  }

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target === this.speed) return;
    const onButton = event.target.tagName === "BUTTON" || event.target.tagName === "SUMMARY";
    const faster = (by) => {
      const speeds = SPEEDS.filter((speed) => (by > 0 ? speed > this.fps : speed < this.fps));
      const next = by > 0 ? speeds[0] : speeds.at(-1);
      if (next) this.setSpeed(next);
    };
    const actions = {
      ArrowLeft: () => this.seek(this.step - 1),
      ArrowRight: () => this.seek(this.step + 1),
      ",": () => this.seek(this.step - 1),
      ".": () => this.seek(this.step + 1),
      PageUp: () => this.seek(this.step - 10),
      PageDown: () => this.seek(this.step + 10),
      Home: () => this.seek(0),
      End: () => this.seek(this.steps - 1),
      "+": () => faster(1),
      "=": () => faster(1),
      "-": () => faster(-1),
      d: () => this.toggleDifference(),
      Escape: () => {
        this.select(null);
        this.slider.focus();
      },
    };
    // A button takes the space bar for itself.
    if (!onButton) actions[" "] = () => this.toggle();
    const action = actions[event.key];
    if (!action) return;
    event.preventDefault();
    event.stopPropagation();
    action();
  }

  destroy() {
    this.toggle(false);
    clearTimeout(this.timer);
    this.model.off("change:t", this.onModelStep);
    this.model.off("change:fps", this.onModelSpeed);
  }
}
