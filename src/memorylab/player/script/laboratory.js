// The laboratory: the reader changes a run of the model, and the run answers at once.

import { readAddress, writeAddress } from "./address.js";
import { countWrong } from "./answer.js";
import { Bits } from "./bits.js";
import { UNDISTURBED, format, parse } from "./disturbance.js";
import { History, add, describe, groups, pasted, remove } from "./edits.js";
import { element, hasFocus, press } from "./elements.js";
import { Place } from "./place.js";
import { seeded, taskOf } from "./tasks.js";
import { Tools } from "./tools.js";
import { Trial } from "./trial.js";

const LARGER = [1, 4, 16]; // how many times the model's own number of locations is on offer
const SYNC_AFTER = 120; // milliseconds without a change, before the kernel or the address hears of it

/**
 * What the reader has changed, and the controls for it. Each change is made once a frame at most, by
 * `propose`; one that doesn't fit gets a message and changes nothing.
 */
export class Laboratory {
  constructor(player, header) {
    this.player = player;
    this.model = player.model;
    this.task = taskOf(header.task);
    this.table = player.runs[0].arrays;
    this.trial = new Trial(player.runs[0], this.task);
    this.history = new History(this.run.disturbance);
    this.comparing = false;
    this.selected = null; // the place of the cell clicked last
    this.seed = 0;
    this.build();
    this.listen();
    this.draw();
    this.begin();
  }

  build() {
    this.message = element("p", { class: "mp-message", role: "alert" });
    this.verdict = element("output", { class: "mp-error" });
    this.list = element("ul", { class: "mp-edits", "aria-label": "changes" });
    this.wipeButton = press("wipe", "Set the location to 0 once (delete)", "", () => this.wipe());
    this.hint = element("span", { class: "mp-hint" });
    this.buttons = {
      undo: press("undo", "Undo (Ctrl+Z)", "undo", () => this.undo()),
      redo: press("redo", "Redo (Ctrl+Shift+Z)", "redo", () => this.redo()),
      reset: press("reset", "Take all changes back", "reset", () => this.propose(UNDISTURBED)),
    };
    const compare = "Show the undisturbed run beside this one";
    this.compareButton = press("compare", compare, "compare", () => this.compare());
    this.tools = new Tools(this);
    this.moreButton = press("more", "Show more to change", "more", () => this.showMore());
    this.moreButton.setAttribute("aria-expanded", "false");
    this.sizes = element("span", {
      class: "mp-group-of",
      role: "group",
      "aria-label": "number of locations",
    });
    const row = (...parts) => element("div", { class: "mp-tools" }, ...parts);
    const undoing = element("span", { class: "mp-group-of" }, ...Object.values(this.buttons));
    this.root = element(
      "section",
      { class: "mp-lab", "aria-label": "laboratory" },
      ...this.buildWords(),
      element(
        "div",
        { class: "mp-lab-body" },
        row(
          ...this.counting,
          element("span", { class: "mp-named" }, "locations", this.sizes),
          undoing,
          ...[this.wipeButton, this.hint, this.moreButton],
          ...[this.verdict, this.compareButton, this.list],
        ),
        this.message,
      ),
      this.tools.root,
    );
    this.tools.root.hidden = true;
    this.player.slots.laboratory.replaceChildren(this.root);
  }

  /** The grid of the words, and the buttons that make them more, fewer or others. */
  buildWords() {
    this.counting = [];
    if (!this.task) return [];
    this.bits = new Bits((word, bit) => this.flip(word, bit));
    this.count = element("output", { class: "mp-count" });
    this.fewer = press("fewer", "Fewer words", "−", () => this.resize(-1));
    this.more = press("longer", "More words", "+", () => this.resize(1));
    this.counting = [
      element("span", { class: "mp-group-of" }, this.fewer, this.count, this.more),
      press("new-words", "Other words, at random", "new words", () => this.renew(this.seed + 1)),
    ];
    return [element("div", { class: "mp-lab-words" }, this.bits.ends, this.bits.root)];
  }

  listen() {
    const { player, model } = this;
    player.onCell((cell) => this.choose(cell));
    player.root.addEventListener("keydown", (event) => this.key(event));
    // What is typed here is not for the player.
    this.root.addEventListener("keydown", (event) => {
      if (["INPUT", "SELECT"].includes(event.target.tagName) && !isUndo(event))
        event.stopPropagation();
    });
    this.onModel = () => {
      const text = model.get("disturbance") ?? "";
      if (text !== format(this.now)) this.read(text);
    };
    model.on("change:disturbance", this.onModel);
    if (!model.get("address")) return;
    this.onAddress = () => this.attempt(() => this.propose(parse(readAddress())));
    window.addEventListener("hashchange", this.onAddress);
  }

  /** Begin with the disturbance of the page's address, if it has one. */
  begin() {
    if (this.onAddress && location.hash.length > 1) this.onAddress();
  }

  // -- what is wanted

  /** The present words, as a text of bits each. */
  get words() {
    return this.now.words ?? this.task.words;
  }

  /** The run of the present disturbance. */
  get run() {
    return this.trial.run;
  }

  /** The present disturbance, or that of the next frame. */
  get now() {
    return this.wanted?.next ?? this.history.now;
  }

  // -- changing it

  /** Change to another disturbance in the next frame; see History on gestures. */
  propose(next, gesture = null) {
    if (this.wanted && (gesture === null || this.wanted.gesture !== gesture)) this.commit();
    this.wanted = { next, gesture };
    this.request ??= requestAnimationFrame(() => this.commit());
  }

  commit() {
    cancelAnimationFrame(this.request);
    this.request = null;
    if (!this.wanted) return;
    const { next, gesture } = this.wanted;
    this.wanted = null;
    this.attempt(() => {
      const run = this.trial.of(next);
      this.history.change(next, gesture);
      this.present(run);
    });
  }

  undo() {
    this.commit();
    if (this.history.undo()) this.attempt(() => this.present(this.trial.of(this.history.now)));
  }

  redo() {
    this.commit();
    if (this.history.redo()) this.attempt(() => this.present(this.trial.of(this.history.now)));
  }

  /** Do something that may throw, and show its message. */
  attempt(action) {
    this.message.textContent = "";
    try {
      action();
    } catch (error) {
      this.message.textContent = error.message;
      this.draw();
    }
  }

  /** Read a line that a reader pasted, a kernel sent, or an address has. */
  read(line) {
    this.attempt(() => this.propose(parse(pasted(line))));
  }

  flip(word, bit) {
    const words = [...this.words];
    const other = words[word][bit] === "1" ? "0" : "1";
    words[word] = words[word].slice(0, bit) + other + words[word].slice(bit + 1);
    this.say(words);
  }

  /** Take these words. */
  say(words) {
    const own = String(words) === String(this.task.words);
    this.propose({ ...this.now, words: own ? null : words });
  }

  /** One thing more or less. */
  resize(by) {
    const { task, words } = this;
    if (by < 0) return this.say(words.slice(0, words.length - task.group));
    this.seed += 1;
    this.say(task.longer(words, seeded(this.seed)));
  }

  /** Other words, as many as there are. */
  renew(seed) {
    this.seed = seed;
    this.say(this.task.random(this.words.length / this.task.group, seed));
  }

  resizeMemory(locations) {
    const own = locations === this.run.original.sizes.locations;
    this.propose({ ...this.now, locations: own ? null : locations });
  }

  edit(edits, gesture = null) {
    this.propose(add(this.now, edits), gesture);
  }

  choose({ run, name, index }) {
    if (run.signed) return;
    this.selected = new Place(run, name, index);
    this.tools.choose(this.selected);
    this.follow();
  }

  /** Wipe the location of the chosen cell at this step. */
  wipe(place = this.selected) {
    const at = place?.location;
    if (at === null || at === undefined) return;
    const { step } = this.player;
    this.edit([{ name: "memory", index: [at], first: step, last: step, value: 0 }]);
  }

  compare() {
    this.comparing = !this.comparing;
    this.commit();
    this.show();
    this.draw();
  }

  showMore() {
    const { root } = this.tools;
    root.hidden = !root.hidden;
    this.moreButton.setAttribute("aria-expanded", String(!root.hidden));
    this.follow();
  }

  key(event) {
    if (isUndo(event) && event.target.type !== "text") {
      const back = event.key.toLowerCase() === "z" && !event.shiftKey;
      if (back) this.undo();
      else this.redo();
    } else if (event.key === "Delete" && event.target.tagName === "CANVAS") this.wound();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** Wipe what the arrow keys are at: the location of a cell, or a link. */
  wound() {
    const { panel } = this.player.chosen ?? {};
    if (!panel?.address || panel.view.run.signed) return;
    const { name, index } = panel.address(...panel.cell);
    this.choose({ run: panel.view.run, name, index });
    if (name === "link") this.tools.cut();
    else this.wipe();
  }

  // -- showing it

  present(run) {
    this.trial.run = run;
    this.show();
    this.draw();
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.sync(), SYNC_AFTER);
  }

  show() {
    this.player.show(this.trial.shown(this.comparing));
  }

  /** The numbers that the picture has. */
  get axes() {
    return this.player.board.front.axes;
  }

  draw() {
    const { history, run } = this;
    const { edits } = history.now;
    if (this.bits) {
      const { words, task } = this;
      const count = words.length / task.group;
      this.bits.show(words, task.group);
      this.count.textContent = `${count} ${count === 1 ? task.thing : `${task.thing}s`}`;
      this.fewer.disabled = count <= task.fewest;
      this.more.disabled = count >= task.most;
    }
    this.drawSizes(run);
    this.buttons.undo.disabled = history.past.length === 0;
    this.buttons.redo.disabled = history.future.length === 0;
    this.buttons.reset.disabled = format(history.now) === "";
    this.compareButton.setAttribute("aria-pressed", String(this.comparing));
    this.compareButton.hidden = edits.length === 0;
    this.drawError();
    this.follow();
  }

  drawSizes({ locations, original }) {
    const own = original.sizes.locations;
    const offered = [...new Set([...LARGER.map((times) => own * times), locations])];
    const make = (size) => {
      const title = `Run the same weights with ${size} locations`;
      return press("locations", title, String(size), () => this.resizeMemory(size));
    };
    // Only if others are offered, or the one that was pressed would lose the focus.
    if (this.sizes.dataset.offered !== String(offered))
      this.sizes.replaceChildren(...offered.map(make));
    this.sizes.dataset.offered = offered;
    for (const button of this.sizes.children)
      button.setAttribute("aria-pressed", String(button.textContent === String(locations)));
  }

  drawError() {
    const error = countWrong(this.run);
    this.verdict.hidden = error === null;
    if (error === null) return;
    const plain = this.trial.undisturbed();
    const undisturbed = plain === this.run ? "" : `; undisturbed: ${countWrong(plain).wrong}`;
    this.verdict.textContent = `${error.wrong} of ${error.asked} bits wrong${undisturbed}`;
    this.verdict.dataset.wrong = error.wrong;
    this.verdict.dataset.asked = error.asked;
  }

  /** Whatever depends on the step, on the level or on the chosen cell. */
  follow() {
    const { selected, player } = this;
    const at = selected?.location ?? null;
    this.wipeButton.hidden = at === null || !this.run.has("memory");
    if (at !== null)
      this.wipeButton.textContent = `Wipe location ${this.axes.number("N", at)} at step ${player.step}`;
    const flip = this.bits ? "a bit to flip it, or " : "";
    // Whoever has changed something needs the room more than the hint.
    const changed = this.history.now.edits.length > 0;
    this.hint.textContent =
      at === null && !changed ? `Click ${flip}a row of the memory to wipe it.` : "";
    const shown = groups(this.history.now.edits).map((group) => [
      group,
      describe(group, this.table, this.axes),
    ]);
    const said = shown.map(([, text]) => text).join();
    // Only if it changed, or a button that has the focus would lose it at each step.
    if (this.said !== said) {
      const held = hasFocus(this.list);
      this.list.replaceChildren(...shown.map((one) => this.entry(...one)));
      if (held) (this.list.querySelector("button") ?? this.moreButton).focus();
    }
    this.said = said;
    if (!this.tools.root.hidden) this.tools.follow();
  }

  /** A line of the list, with a button that takes back what it says. */
  entry(group, text) {
    const label = `Take back: ${text}`;
    const button = press("remove", label, "×", () => this.propose(remove(this.now, group)));
    button.setAttribute("aria-label", label);
    return element("li", {}, text, button);
  }

  // -- telling others

  /** Tell the kernel, or the page's address, what is changed; not in every frame. */
  sync() {
    this.timer = undefined;
    const text = format(this.history.now);
    if (this.onAddress) writeAddress(text);
    if (this.model.get("disturbance") === text) return;
    this.model.set("disturbance", text);
    this.model.save_changes();
  }

  destroy() {
    cancelAnimationFrame(this.request);
    clearTimeout(this.timer);
    this.model.off("change:disturbance", this.onModel);
    window.removeEventListener("hashchange", this.onAddress);
  }
}

/** Whether a key is one that undoes or does again: Ctrl+Z, Ctrl+Shift+Z, Ctrl+Y. */
const isUndo = ({ key, ctrlKey, metaKey, altKey }) =>
  (ctrlKey || metaKey) && !altKey && ["z", "y"].includes(key.toLowerCase());
