// A quiz: which location does the next step write to or read, and why?

import { describe, groups } from "./edits.js";
import { element, press } from "./elements.js";
import { Guide } from "./guide.js";
import {
  WAYS,
  excerpt,
  explain,
  hasQuestion,
  invent,
  judge,
  questionsOf,
  varied,
} from "./questions.js";
import { seeded } from "./tasks.js";
const swatch = (name) =>
  element("span", { class: "mp-key" }, element("i", { class: `mp-${name}` }, element("b")), name);
const TYPING = 1000; // milliseconds within which digits belong to one number

/**
 * The quiz shows a run up to the step before the one in question, so that nothing gives the answer
 * away. With a model in the page, each question is about a new sequence.
 */
export class Quiz {
  constructor(player) {
    this.player = player;
    const { model } = player;
    this.score = ["quiz_right", "quiz_asked"].map((name) => model.get(name) ?? 0);
    this.guide = new Guide(player, {
      name: "quiz",
      title: "Which location is written or read next, and why?",
      begin: () => this.begin(),
      end: () => this.end(),
      keys: (event) => this.keys(event),
    });
    this.onward = press("next-question", "Another question", "next question", () => this.ask());
    this.guide.actions.append(this.onward);
    player.onShow(() => this.follow());
    this.follow();
  }

  begin() {
    const { player } = this;
    this.runs = player.runs; // to come back to
    this.stepBefore = player.step;
    this.typed = "";
    this.questions = [];
    player.slots.laboratory.hidden = true; // it is about another sequence
    this.ask();
  }

  end() {
    const { player } = this;
    player.answering = null;
    player.slots.laboratory.hidden = false;
    player.light(this.run, []);
    if (!this.shows) return; // others are shown by now
    this.shows = null;
    player.show(this.runs);
    player.seek(this.stepBefore);
  }

  /** Other runs are shown: the quiz is over, because its question is about those before. */
  follow() {
    const { guide, player } = this;
    const [run] = player.runs;
    if (guide.isOpen) {
      if (run === this.shows) return this.drawChoices();
      this.shows = null;
      guide.close();
    }
    const none = !hasQuestion(run);
    // In a film other frames may have questions, so the button keeps its place.
    guide.button.hidden = none && !(player.film && run.has("usage"));
    guide.button.disabled = none;
    guide.button.title = none ? "No step of this frame is clear enough to ask about" : guide.title;
  }

  /** The next question: of a new sequence, or of the next step of the run that was shown. */
  next() {
    const trial = this.player.laboratory?.trial;
    const seed = Math.floor(Math.random() * 2 ** 32);
    const found = trial?.varies && invent((edits) => trial.fresh(seed, edits), seeded(seed));
    this.wound = found?.wound ?? [];
    if (found) return [found.run, found.question];
    if (!this.questions.length) this.questions = varied(questionsOf(this.runs[0]));
    // From the first on: a later step would show where earlier ones wrote.
    return [this.runs[0], this.questions.shift()];
  }

  ask() {
    const { player } = this;
    [this.run, this.question] = this.next();
    this.answer = {};
    this.judged = null;
    this.show(this.question.step);
    player.answering = (cell) => this.point(cell);
    this.onward.hidden = true;
    this.draw();
    this.lookAtMemory();
    this.places.find((place) => place.tabIndex === 0).focus({ preventScroll: true });
  }

  /** Show the run's first steps, of which the last is the present one. */
  show(steps) {
    const { player } = this;
    player.light(this.run, []);
    this.shows = excerpt(this.run, steps);
    player.show([this.shows], { steps: this.run.steps, reorder: true });
    player.seek(steps - 1);
  }

  number = (location) => this.axes.number("N", location);

  /** A click on a row of a picture answers the question. */
  point({ panel }) {
    if (panel.rows.kind !== "N") return;
    this.choose(panel.rows.places[panel.cell[0]]);
  }

  choose(location) {
    if (this.judged) return;
    this.answer.location = location;
    this.drawChoices();
    this.reasons[0].focus({ preventScroll: true });
  }

  give(way) {
    if (this.judged || this.answer.location === undefined) return;
    this.answer.way = way;
    this.judged = judge(this.question, this.answer);
    const isRight = this.judged.location && this.judged.reason;
    this.score = [this.score[0] + isRight, this.score[1] + 1];
    const { model } = this.player;
    model.set("quiz_right", this.score[0]);
    model.set("quiz_asked", this.score[1]);
    model.save_changes();
    this.reveal();
  }

  reveal() {
    const { player, question } = this;
    player.answering = null;
    this.show(question.step + 1);
    const { kind, head = 0, location, step } = question;
    const index = head * this.run.locations + location;
    player.light(this.shows, [{ name: `${kind}_weighting`, index, step }]);
    this.onward.hidden = false;
    this.draw();
    this.lookAtMemory();
    this.onward.focus({ preventScroll: true });
  }

  lookAtMemory() {
    const { panels } = this.player.board.front;
    this.guide.reveal(panels.find(({ name }) => name === "memory").frame);
  }

  keys({ key }) {
    if (this.judged) return null;
    if (/^\d$/.test(key)) return () => this.type(key);
    const { places } = this;
    const at = places.findIndex((place) => place.matches(":focus"));
    if (at < 0) return null;
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: places.length - 1 }[key];
    return to === undefined ? null : () => this.reach(places[to]);
  }

  /** Move the focus among the locations, of which the Tab key reaches one. */
  reach(place) {
    if (!place) return;
    for (const one of this.places) one.tabIndex = one === place ? 0 : -1;
    place.focus();
  }

  /** Go to the location whose number is typed. */
  type(digit) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => (this.typed = ""), TYPING);
    const reaches = (text) => this.places.find(({ dataset }) => dataset.number === text);
    this.typed = reaches(this.typed + digit) ? this.typed + digit : digit;
    this.reach(reaches(this.typed));
  }

  // -- drawing

  draw() {
    const { guide, question, judged } = this;
    const { kind, step } = question;
    const [right, asked] = this.score;
    const progress = `${right} of ${asked} right`;
    this.drawChoices();
    if (!judged) {
      const who = this.run.heads > 1 ? `head ${this.axes.count(question.head)}` : "the head";
      const does =
        kind === "write" ? `does step ${step} write to` : `does ${who} read at step ${step}`;
      const bars =
        kind === "write"
          ? "how full a location is (usage), and how well it matches what the step looks for."
          : "how well a location matches what the head looks for.";
      return guide.say(
        `Which location ${does}?`,
        progress,
        `${this.tellWound()}You see the memory after step ${step - 1}. Click a row or a number. ` +
          `The bars: ${bars}`,
      );
    }
    const isRight = judged.location && judged.reason;
    const verdict = isRight ? "Right" : judged.location ? "The reason is another" : "Not this time";
    guide.say(verdict, progress, this.tellWound() + explain(question, this.number));
  }

  get axes() {
    return this.player.board.front.axes;
  }

  tellWound() {
    const told = groups(this.wound).map((group) => describe(group, this.run.arrays, this.axes));
    return told.length ? `This run is changed: ${told.join("; ")}. ` : "";
  }

  /** The locations with their bars, and the reasons. */
  drawChoices() {
    const { question, answer, judged, guide } = this;
    const order = this.player.board.front.axes.of("N").places;
    this.places = order.map((location) => this.place(location));
    const reach =
      this.places.find((place) => place.matches("[aria-pressed=true]")) ?? this.places[0];
    for (const place of this.places) place.tabIndex = place === reach ? 0 : -1;
    this.reasons = Object.entries(WAYS[question.kind]).map(([way, text]) => {
      const button = press("reason", text, text, () => this.give(way));
      button.disabled = answer.location === undefined || judged !== null;
      button.setAttribute("aria-pressed", String(answer.way === way));
      return button;
    });
    const about = { class: "mp-places", role: "group", "aria-label": "locations" };
    const why = { class: "mp-reasons", role: "group", "aria-label": "reason" };
    guide.body.replaceChildren(
      element(
        "div",
        about,
        ...this.places,
        ...(question.usage ? [swatch("usage")] : []),
        swatch("match"),
      ),
      element("div", why, element("span", {}, "Why there?"), ...this.reasons),
    );
    guide.body.dataset.step = question.step;
  }

  place(location) {
    const { question, answer, judged } = this;
    const number = this.number(location);
    const shown = { usage: question.usage?.[location], match: question.matches[location] };
    const bars = Object.entries(shown).filter(([, value]) => value !== undefined);
    const bar = (name, value) => {
      const style = { height: `${100 * Math.max(0, Math.min(1, value))}%` };
      return element("i", { class: `mp-${name}` }, element("b", { style }));
    };
    const button = press("place", null, number, () => this.choose(location));
    const told = bars.map(([name, value]) => `${name} ${value.toFixed(2)}`);
    const title = `location ${number}: ${told.join(", ")}`;
    for (const name of ["title", "aria-label"]) button.setAttribute(name, title);
    button.append(element("span", { "aria-hidden": "true" }, ...bars.map((one) => bar(...one))));
    button.setAttribute("aria-pressed", String(answer.location === location));
    button.dataset.number = number;
    button.disabled = judged !== null;
    if (judged && location === question.location) button.classList.add("mp-written");
    return button;
  }
}
