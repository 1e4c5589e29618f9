// A film of a training: a second slider moves through training while the first moves through the run.

import { countWrong } from "./answer.js";
import { drawing, element, sign } from "./elements.js";

const FRAMES_PER_SECOND = 4;
const SYNC_AFTER = 120; // milliseconds without a new frame, before the kernel hears of it
const WIDTH = 100; // of the curve's drawing, which is stretched

/** `about` has the `labels` of the frames; `frames` are as block.js reads them. */
export class Film {
  constructor(player, about, frames) {
    Object.assign(this, { player, frames, labels: about.labels });
    const { model } = player;
    this.frame = Math.min(model.get("frame") ?? Infinity, frames.length - 1);
    this.errors = frames.map(({ recorded }) => countWrong(recorded));
    player.runs = [frames[this.frame].run];
    this.build();
    this.tell();
    player.root.addEventListener("keydown", (event) => this.key(event), { capture: true });
    this.onModelFrame = () => this.seek(model.get("frame"), false);
    model.on("change:frame", this.onModelFrame);
  }

  build() {
    this.playButton = element("button", {
      type: "button",
      "data-action": "play-film",
      onclick: () => this.toggle(),
    });
    this.slider = element("input", {
      type: "range",
      min: 0,
      max: this.frames.length - 1,
      "aria-label": "training",
      title: "Through training (shift and arrow keys)",
      oninput: () => this.seek(Number(this.slider.value)),
    });
    // The slider's own keys are not the player's.
    this.slider.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") event.stopPropagation();
    });
    this.told = element("output", { class: "mp-film-told" });
    const curve = this.errors[0] ? [this.curve()] : [];
    const track = element("div", { class: "mp-film-track" }, ...curve, this.slider);
    this.about = element("span", { class: "mp-film-about" });
    this.root = element(
      "div",
      { class: "mp-controls mp-film", role: "toolbar", "aria-label": "training" },
      this.playButton,
      track,
      this.told,
      this.about,
    );
    this.toggle(false);
  }

  /** The share of wrong bits over training: a slider's thumb stands above its frame. */
  curve() {
    const { errors } = this;
    const part = errors.map(({ wrong, asked }) => wrong / (asked || 1));
    const highest = Math.max(...part, 1e-9);
    const across = (frame) => (WIDTH * frame) / Math.max(1, errors.length - 1);
    const points = part.map((value, frame) => `${across(frame)} ${1 - value / highest}`);
    const box = { viewBox: `0 -0.1 ${WIDTH} 1.2`, preserveAspectRatio: "none" };
    this.here = drawing("path", { class: "mp-film-here" });
    const line = drawing("path", { d: `M${points.join("L")}` });
    return drawing(
      "svg",
      { ...box, role: "img", "aria-label": "wrong bits over training" },
      line,
      this.here,
    );
  }

  /** Say which frame is shown. */
  tell() {
    const { frame } = this;
    const error = this.errors[frame];
    const wrong = error ? ` · ${error.wrong} of ${error.asked} bits wrong` : "";
    this.slider.value = frame;
    this.told.textContent = `training ${this.labels[frame]}${wrong}`;
    this.slider.setAttribute("aria-valuetext", this.told.textContent);
    const x = (WIDTH * frame) / Math.max(1, this.frames.length - 1);
    this.here?.setAttribute("d", `M${x} -0.1v1.2`);
  }

  /** Say what the frames have in common, which depends on the level: colours, and order of rows. */
  explain() {
    const isMoved = (location, row) => location !== row;
    const moved = this.frames.some(({ recorded }) => recorded.order.some(isMoved));
    const sorted = this.player.board.level === "simple" || moved;
    const rows = sorted && this.frames[0].recorded.locations > 0;
    this.about.textContent =
      "All frames have the same colours: early ones are pale because their numbers are small." +
      (rows ? " Each has its own order of rows, that of its first writes." : "");
  }

  seek(frame, sync = true) {
    frame = Math.max(0, Math.min(this.frames.length - 1, frame));
    if (frame === this.frame) return;
    this.frame = frame;
    const focus = this.player.root.querySelector("canvas:focus")?.dataset.panel;
    this.player.show([this.frames[frame].run], { reorder: true });
    // The locations may have another order, for which the panels are made anew.
    if (focus && !this.player.root.querySelector("canvas:focus"))
      this.player.root.querySelector(`[data-panel="${CSS.escape(focus)}"]`)?.focus();
    this.tell();
    if (!sync) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.sync(), SYNC_AFTER);
  }

  sync() {
    const { model } = this.player;
    if (model.get("frame") === this.frame) return;
    model.set("frame", this.frame);
    model.save_changes();
  }

  toggle(play = !this.playing) {
    this.playing = play;
    const name = play ? "Pause the training" : "Play through training";
    this.playButton.replaceChildren(sign(play ? "pause" : "play"));
    this.playButton.title = name;
    this.playButton.setAttribute("aria-label", name);
    clearInterval(this.interval);
    if (!play) return;
    if (this.frame === this.frames.length - 1) this.seek(0);
    this.interval = setInterval(() => {
      this.seek(this.frame + 1);
      if (this.frame === this.frames.length - 1 || !this.root.isConnected) this.toggle(false);
    }, 1000 / FRAMES_PER_SECOND);
  }

  key(event) {
    const { key, shiftKey, ctrlKey, metaKey, altKey, target } = event;
    const by = { ArrowLeft: -1, ArrowRight: 1 }[key];
    if (!shiftKey || ctrlKey || metaKey || altKey || !by || target.type === "text") return;
    event.preventDefault();
    event.stopPropagation();
    this.seek(this.frame + by);
  }

  destroy() {
    this.toggle(false);
    clearTimeout(this.timer);
    this.player.model.off("change:frame", this.onModelFrame);
  }
}
