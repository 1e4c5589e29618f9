// The player: its controls, its clock and its keys.

import { AgentControls } from "./agent.js";
import { read } from "./block.js";
import { Board } from "./board.js";
import { element, sign } from "./elements.js";
import { Film } from "./film.js";
import { Laboratory } from "./laboratory.js";
import { Quiz } from "./quiz.js";
import { Tour } from "./tour.js";
import { Why } from "./why.js";

const SPEEDS = [1, 2, 5, 10, 20, 30, 60];
const SYNC_AFTER = 120; // milliseconds without a new step, before the kernel hears of it

export class Player {
  constructor(model, root) {
    this.model = model;
    this.root = root;
    const header = model.get("header");
    const { runs, model: network, frames } = read(header, model.get("data"));
    Object.assign(this, { runs, network }); // `network` is the model that the page can run, or null
    if (frames) this.film = new Film(this, header.film, frames);
    this.step = model.get("t");
    this.board = new Board(this, header.level);
    this.playing = false;
    this.listeners = new Set(); // of clicks on cells
    this.watchers = new Set(); // of what is shown
    this.fps = model.get("fps");
    this.build();
    if (network) this.laboratory = new Laboratory(this, header);
    if (header.agent) this.agent = new AgentControls(this);
    this.guides = [new Tour(this), new Quiz(this)];
    if (this.film) this.onShow(() => this.film.explain());
    this.film?.explain();
    root.addEventListener("keydown", (event) => this.key(event));
    this.onModelStep = () => this.seek(model.get("t"), false);
    this.onModelSpeed = () => this.setSpeed(model.get("fps"), false);
    model.on("change:t", this.onModelStep);
    model.on("change:fps", this.onModelSpeed);
  }

  build() {
    this.slots = {}; // where other parts of the player stand: empty, they take no height
    for (const name of ["laboratory", "tour", "why"])
      this.slots[name] = element("div", { class: `mp-${name}` });
    const about = { class: "mp-group-of mp-guides", role: "group", "aria-label": "guides" };
    this.slots.guides = element("span", about);
    this.value = element("p", { class: "mp-value", "aria-live": "polite" });
    this.root.replaceChildren(
      element("div", { class: "mp-head" }, ...this.buildHead()),
      this.slots.laboratory,
      this.board.root,
      this.slots.why,
      this.board.foot,
    );
    this.setSpeed(this.fps, false);
    this.begin();
    this.why = new Why(this);
    this.board.build(this.runs);
    this.select(null);
  }

  /** The clock ends with the longest run; the time-lines have room for `steps` steps. */
  begin(steps = 0) {
    this.last = Math.max(...this.runs.map((run) => run.steps)) - 1;
    this.steps = Math.max(steps, this.last + 1);
    this.step = Math.min(this.step, this.last);
    this.slider.max = this.last;
  }

  /**
   * Show other runs on the same clock. Where their sizes are those of the runs before, the panels
   * stay and are only drawn anew, with their locations in the order that they had, unless `reorder`
   * asks for that of the new runs. The time-lines have room for `steps` steps, or for those of the
   * longest run.
   */
  show(runs, { steps = 0, reorder = false } = {}) {
    const before = this.runs;
    this.runs = runs;
    this.begin(steps);
    if (this.board.show(runs, reorder)) this.draw();
    else this.select(null);
    this.why.renew(before, runs);
  }

  buildHead() {
    const film = this.film ? [this.film.root] : [];
    return [this.buildControls(), ...film, this.value, this.slots.tour];
  }

  buildControls() {
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
      value: 0,
      "aria-label": "step",
      oninput: () => this.seek(Number(this.slider.value)),
    });
    this.counter = element("output", { class: "mp-counter" });
    this.speed = element("select", {
      "aria-label": "steps per second",
      onchange: () => this.setSpeed(Number(this.speed.value)),
    });
    return element(
      "div",
      { class: "mp-controls", role: "toolbar", "aria-label": "time" },
      button("first", "First step (Home)", () => this.seek(0)),
      button("back", "Step back (left arrow)", () => this.seek(this.step - 1)),
      this.playButton,
      button("forward", "Step forward (right arrow)", () => this.seek(this.step + 1)),
      button("last", "Last step (End)", () => this.seek(this.last)),
      this.slider,
      this.counter,
      element("label", {}, this.speed, " steps/s"),
      ...this.board.buttons,
      this.slots.guides,
    );
  }

  /** Call `listener` with { run, name, index, step, panel, event } when a cell is clicked. */
  onCell(listener) {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Call `watcher` whenever other runs or other panels are shown. */
  onShow(watcher) {
    this.watchers.add(watcher);
  }

  tellShown() {
    for (const watcher of this.watchers) watcher();
  }

  tellCell(panel, event) {
    const { run } = panel.view;
    const cell = { run, step: this.step, ...panel.address(...panel.cell), panel, event };
    if (this.answering) return this.answering(cell); // the click is an answer
    for (const listener of this.listeners) listener(cell);
  }

  /** Light the cells of a run that show one of some numbers, each { name, index, step }. */
  light(run, numbers) {
    this.lit = [run, numbers];
    for (const view of this.board.all) view.light(view.run === run ? numbers : [], this.step);
  }

  draw() {
    const { step } = this;
    for (const view of this.board.all) view.draw(step);
    if (this.lit?.[1].length) this.light(...this.lit);
    this.slider.value = step;
    this.slider.setAttribute("aria-valuetext", `step ${step} of ${this.last}`);
    this.counter.textContent = `step ${step} of ${this.last}`;
    this.root.dataset.step = step;
    this.laboratory?.follow();
    this.agent?.follow();
    if (this.chosen) this.value.textContent = this.chosen.panel.readout(step);
  }

  seek(step, sync = true) {
    step = Math.max(0, Math.min(this.last, Math.round(step)));
    if (this.step === step) return;
    this.step = step;
    this.draw();
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
    if (play && this.step === this.last) this.seek(0);
    this.playing = play;
    this.root.dataset.playing = play;
    this.playButton.replaceChildren(sign(play ? "pause" : "play"));
    this.playButton.title = play ? "Pause (space)" : "Play (space)";
    this.playButton.setAttribute("aria-label", this.playButton.title);
    // A screen reader would never come to the end of what it is told while playing.
    for (const view of this.board.all)
      view.words.setAttribute("aria-live", play ? "off" : "polite");
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
      if (this.step === this.last) return this.toggle(false);
    }
    this.request = requestAnimationFrame((next) => this.tick(next));
  }

  select(panel) {
    this.chosen = panel ? panel.chosen() : null;
    this.value.textContent = panel
      ? panel.readout(this.step)
      : "Point at a cell, or reach it by tab and arrow keys, for its value.";
    for (const view of this.board.all) view.mark(this.chosen);
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
      End: () => this.seek(this.last),
      "+": () => faster(1),
      "=": () => faster(1),
      "-": () => faster(-1),
      d: () => this.board.toggleDifference(),
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
    this.film?.destroy();
    this.laboratory?.destroy();
    clearTimeout(this.timer);
    this.model.off("change:t", this.onModelStep);
    this.model.off("change:fps", this.onModelSpeed);
  }
}
