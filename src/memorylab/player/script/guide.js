// The card under the controls in which the tour or the quiz speaks; one of them at a time.

import { element, press } from "./elements.js";

export class Guide {
  /**
   * A button in the controls opens the card `about.label`: then `begin` is called, and `end` when
   * it is closed. `keys` has what keys do inside the card.
   */
  constructor(player, about) {
    Object.assign(this, { player, ...about });
    this.button = press(this.name, this.title, this.name, () => this.toggle());
    this.button.setAttribute("aria-expanded", "false");
    this.progress = element("span", { class: "mp-progress" });
    this.heading = element("h4", {});
    this.text = element("p", {});
    this.body = element("div", { class: "mp-guide-body" });
    this.actions = element("div", { class: "mp-guide-actions" });
    const said = element("div", { class: "mp-said", "aria-live": "polite" });
    said.append(element("div", {}, this.heading, this.progress), this.text);
    this.card = element("section", { class: "mp-guide", "aria-label": this.name });
    const close = press("close-guide", "Close (escape)", "×", () => this.close());
    close.setAttribute("aria-label", "Close (escape)");
    this.card.append(said, this.actions, close, this.body);
    this.card.addEventListener("keydown", (event) => this.key(event));
    player.slots.guides.append(this.button);
  }

  get isOpen() {
    return this.player.guide === this;
  }

  toggle() {
    if (this.isOpen) this.close();
    else this.open();
  }

  open() {
    this.player.guide?.close();
    this.player.toggle(false);
    this.player.guide = this;
    this.player.slots.tour.replaceChildren(this.card);
    this.button.setAttribute("aria-expanded", "true");
    this.begin();
  }

  close() {
    if (!this.isOpen) return;
    const hasFocus = this.card.matches(":focus-within");
    this.player.guide = null;
    this.player.slots.tour.replaceChildren();
    this.button.setAttribute("aria-expanded", "false");
    this.end();
    if (hasFocus) this.button.focus();
  }

  say(title, progress, text) {
    this.heading.textContent = title;
    this.progress.textContent = progress;
    this.text.textContent = text;
  }

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const action = event.key === "Escape" ? () => this.close() : this.keys(event);
    if (!action) return;
    event.preventDefault();
    event.stopPropagation();
    action();
  }

  /** Scroll until a picture is in sight below the controls and the card. */
  reveal(frame) {
    const { root } = this.player;
    const head = root.querySelector(".mp-head").offsetHeight;
    root.style.setProperty("--mp-covered", `${head + 24}px`);
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const fits = frame.offsetHeight < window.innerHeight - head - 48; // or its first rows are shown
    const block = fits ? "nearest" : "start";
    frame.scrollIntoView({ block, behavior: still ? "auto" : "smooth" });
  }
}
