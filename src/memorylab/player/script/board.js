// The views of the runs on one screen: at a level, side by side, one by one, or their difference.

import { firstWriteOrder, sizesOf } from "./axes.js";
import { element, press } from "./elements.js";
import { glossary, legend } from "./legend.js";
import { recall, remember } from "./level.js";
import { Difference } from "./run.js";
import { View } from "./view.js";

/** Whether two runs fit the same panels. */
function isAlike(a, b) {
  const form = ({ label, kind, answer, steps, arrays }) =>
    JSON.stringify([label, kind, answer, steps, Object.values(arrays).map((row) => row.shape)]);
  return form(a) === form(b) && `${Object.keys(a.arrays)}` === `${Object.keys(b.arrays)}`;
}

/**
 * The views of a player's runs (`root`), and what belongs to them: the buttons of the levels and of
 * the runs (`buttons`), and what the colours and the words mean (`foot`).
 */
export class Board {
  constructor(player, level) {
    this.player = player;
    this.level = level ?? recall();
    this.shown = 0; // the number of a run, or "difference"
    this.root = element("div", { class: "mp-views" });
    this.foot = element("footer", { class: "mp-foot" });
    const group = (label, name, ...buttons) =>
      element(
        "span",
        { class: `mp-group-of ${name}`, role: "group", "aria-label": label },
        ...buttons,
      );
    this.levels = Object.entries({ simple: "what matters first", everything: "every array" }).map(
      ([name, what]) => press(name, `Show ${what}`, name, () => this.setLevel(name)),
    );
    this.tabs = group("runs shown", "mp-tabs");
    this.buttons = [group("how much is shown", "mp-levels", ...this.levels), this.tabs];
  }

  /** Make the views of the runs, at the level that is chosen. */
  build(runs) {
    this.runs = runs;
    this.player.chosen = null;
    this.difference = null;
    this.orders = this.orderRows(runs);
    this.views = runs.map((run, i) => this.viewOf(run, this.orders[i]));
    this.player.root.dataset.level = this.level;
    this.root.dataset.runs = runs.length;
    this.root.replaceChildren(...this.views.map((view) => view.root));
    for (const one of this.levels)
      one.setAttribute("aria-pressed", String(one.dataset.action === this.level));
    const names = runs.map((run, i) => run.label || `run ${i + 1}`);
    const tabs = names.map((name, i) => press(`run-${i}`, `Show ${name}`, name, () => this.tab(i)));
    const title = "Show the difference (d)";
    if (this.comparable())
      tabs.push(press("difference", title, "difference", () => this.toggleDifference()));
    this.tabs.replaceChildren(...(runs.length > 1 ? tabs : []));
    const wanted = this.shown === "difference" && this.comparable() ? "difference" : 0;
    this.shown = this.before = 0;
    this.tab(wanted);
    this.player.tellShown();
  }

  viewOf(run, order) {
    // Two runs share the screen; their difference has it for itself.
    const compact = this.runs.length > 1 && !run.signed;
    return new View(this.player, run, { simple: this.level === "simple", order, compact });
  }

  /** The order of each run's locations: that of the first run's, so that their rows match. */
  orderRows(runs) {
    if (this.level !== "simple") return runs.map((run) => run.order);
    const [first] = runs;
    return runs.map((run) => {
      if (!run.has("write_weighting")) return run.order;
      const leads = first.has("write_weighting") && first.locations === run.locations;
      return firstWriteOrder(leads ? first : run);
    });
  }

  /**
   * Show other runs. Where their sizes are those of the runs before, the panels stay and are only
   * drawn anew, with their locations in the order that they had, unless `reorder` asks for their own.
   */
  show(runs, reorder) {
    const same =
      runs.length === this.runs.length && runs.every((run, i) => isAlike(run, this.runs[i]));
    if (same && !(reorder && `${this.orderRows(runs)}` !== `${this.orders}`)) {
      this.runs = runs;
      this.views.forEach((view, i) => view.show(runs[i]));
      this.difference?.show(new Difference(...runs));
      this.foot.firstChild.replaceWith(legend(this.front)); // the numbers' ranges may be others
      this.player.tellShown();
      return true;
    }
    this.build(runs);
    return false;
  }

  /** Show another level; `keep` it for the reader's next visit. */
  setLevel(level, keep = true) {
    if (keep) remember(level);
    if (this.level === level) return;
    this.level = level;
    this.player.select(null);
    this.build(this.runs);
  }

  comparable() {
    const [a, b] = this.runs;
    if (!b || a.kind !== b.kind) return false;
    return JSON.stringify(sizesOf(a)) === JSON.stringify(sizesOf(b));
  }

  /** Show the run `shown`, or the "difference"; where there is room, both runs are shown. */
  tab(shown) {
    if (shown === "difference" && !this.difference) {
      this.difference = this.viewOf(new Difference(...this.runs), this.orders[0]);
      this.difference.root.dataset.difference = "true";
      this.root.append(this.difference.root);
    }
    if (shown !== "difference") {
      this.difference?.root.remove();
      this.difference = null;
    }
    this.shown = shown;
    this.root.dataset.shown = shown;
    [...this.views, this.difference].forEach((view, i) => {
      if (view) view.root.dataset.shown = view === this.difference || i === shown;
    });
    for (const one of this.tabs.children) {
      const { action } = one.dataset;
      const pressed = action === "difference" ? shown === action : action === `run-${shown}`;
      one.setAttribute("aria-pressed", String(pressed));
    }
    this.showFoot();
    this.player.draw();
  }

  toggleDifference() {
    if (!this.comparable()) return;
    if (this.shown === "difference") return this.tab(this.before);
    this.before = this.shown;
    this.tab("difference");
  }

  /** What the colours and the words mean; the runs have the same scales. */
  showFoot() {
    const open = [...this.foot.querySelectorAll("details")].map((one) => one.open);
    const keys = element(
      "details",
      { class: "mp-keys" },
      element("summary", {}, "keys"),
      "space plays and pauses · ← → or , . step · page up and page down go ten steps · " +
        "home and end · + − change the speed · d shows the difference of two runs · " +
        (this.player.film ? "shift with ← → moves through training · " : "") +
        "in a picture the arrow keys move from cell to cell, enter explains a number, escape leaves it" +
        (this.player.network ? " · delete wipes a location or cuts a link · ctrl+z undoes" : ""),
    );
    this.foot.replaceChildren(legend(this.front), glossary(this.front), keys);
    this.foot.querySelectorAll("details").forEach((one, i) => (one.open = Boolean(open[i])));
  }

  /** The view that is shown first. */
  get front() {
    return this.difference ?? this.views[this.shown];
  }

  get all() {
    return this.difference ? [...this.views, this.difference] : this.views;
  }
}
