// A tour through a run, from stop to stop: stops.js has what there is to see.

import { press } from "./elements.js";
import { Guide } from "./guide.js";
import { stopsOf } from "./stops.js";

/** How locations are counted in each level. */
const NUMBERS = {
  everything: "From here on, locations have Python's numbers, from 0.",
  simple: "Back in the simple view, locations are counted from 1.",
};

export class Tour {
  constructor(player) {
    this.player = player;
    this.guide = new Guide(player, {
      name: "tour",
      title: "A tour through this run",
      begin: () => this.begin(),
      end: () => this.end(),
      keys: ({ key }) =>
        ({ ArrowRight: () => this.next(), ArrowLeft: () => this.visit(this.at - 1) })[key],
    });
    this.back = press("previous-stop", "Left arrow", "previous", () => this.visit(this.at - 1));
    this.onward = press("next-stop", "Right arrow", "next", () => this.next());
    this.guide.actions.append(this.back, this.onward);
    player.onShow(() => this.follow());
    this.follow();
  }

  begin() {
    this.levelBefore = this.player.board.level;
    this.read();
    this.visit(0);
    this.onward.focus({ preventScroll: true });
  }

  end() {
    this.unmark();
    this.player.board.setLevel(this.levelBefore, false);
  }

  /** Find the stops of the run that is shown. */
  read() {
    this.run = this.player.runs[0];
    Object.assign(this, stopsOf(this.run));
  }

  /** Other runs or other panels are shown. */
  follow() {
    const { guide, player } = this;
    const [run] = player.runs;
    guide.button.hidden = !run.has("link"); // it speaks of what only such a memory has
    if (!guide.isOpen || this.moving) return;
    if (guide.button.hidden) return guide.close();
    if (run !== this.run) {
      this.read();
      this.visit(Math.min(this.at, this.stops.length - 1));
    } else this.mark();
  }

  next() {
    if (this.at === this.stops.length - 1) this.guide.close();
    else this.visit(this.at + 1);
  }

  visit(at) {
    if (at < 0) return;
    this.at = at;
    const { player, guide, run, stops } = this;
    const { title, text, level, found } = stops[at];
    this.moving = true;
    player.toggle(false);
    player.board.setLevel(level, false);
    if (player.board.shown !== 0) player.board.tab(0);
    player.seek(found.step);
    this.moving = false;
    const number = (location) => player.board.front.axes.number("N", location);
    const isLast = at === stops.length - 1;
    const missing = isLast && this.missing.length;
    const rest = missing ? ` This run has no clear example of ${this.missing.join(", ")}.` : "";
    const renumbered = at > 0 && stops[at - 1].level !== level ? ` ${NUMBERS[level]}` : "";
    const said = text(found, number, run) + renumbered + rest;
    guide.say(title, `${at + 1} of ${stops.length}`, said);
    this.back.disabled = at === 0;
    this.onward.textContent = isLast ? "finish" : "next";
    if (this.back.disabled && guide.card.matches(":focus-within")) this.onward.focus();
    this.mark(true);
  }

  /** Outline what the stop speaks of, and bring it into view. */
  mark(scroll = false) {
    this.unmark();
    const { player, guide, run } = this;
    const { found, point } = this.stops[this.at];
    const points = point(found, run).map((one) => ({ ...one, step: found.step }));
    player.light(
      run,
      points.filter(({ index }) => index !== undefined),
    );
    const { panels, lines } = player.board.front;
    const shown = [...panels, ...lines].filter(
      (panel) =>
        panel.lights.children.length ||
        points.some(({ name, index }) => index === undefined && panel.shows(name)),
    );
    for (const panel of shown) panel.frame.classList.add("mp-pointed");
    if (scroll && shown.length) guide.reveal(shown[0].frame);
  }

  unmark() {
    this.player.light(this.run, []);
    for (const frame of this.player.root.querySelectorAll(".mp-pointed"))
      frame.classList.remove("mp-pointed");
  }
}
