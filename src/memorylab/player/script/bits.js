// Words as a grid of bits to flip: a column for each word, as in the picture of the input, with the
// first bit at the top.

import { element, hasFocus } from "./elements.js";

/** `onFlip(word, bit)` hears of each bit that the reader wants to be the other. */
export class Bits {
  constructor(onFlip) {
    this.onFlip = onFlip;
    this.words = [];
    this.at = [0, 0]; // the word and the bit that the arrow keys are at
    this.root = element("div", {
      class: "mp-bits",
      role: "group",
      "aria-label": "bits of the words: arrow keys move, space flips",
      onclick: (event) => this.click(event),
      onkeydown: (event) => this.key(event),
    });
    this.ends = element("div", { class: "mp-bits-ends", "aria-hidden": "true" });
  }

  /** Show words, `group` of them to a thing. */
  show(words, group) {
    const shape = (list) => `${list.length} ${list[0]?.length}`;
    if (shape(words) !== shape(this.words)) this.build(words, group);
    this.words = words;
    words.forEach((word, i) =>
      Array.from(word).forEach((bit, j) =>
        this.cells[i][j].setAttribute("aria-checked", String(bit === "1")),
      ),
    );
  }

  build(words, group) {
    this.cells = words.map((word, i) =>
      Array.from(word, (_, j) =>
        element("button", {
          type: "button",
          role: "switch",
          tabindex: "-1",
          "aria-label": `word ${i + 1}, bit ${j + 1}`,
          "data-word": i,
          "data-bit": j,
        }),
      ),
    );
    const columns = this.cells.map((cells, i) => {
      const last = (i + 1) % group === 0 && group > 1 ? " mp-bits-last" : "";
      return element("div", { class: `mp-bits-word${last}` }, ...cells);
    });
    const held = hasFocus(this.root);
    this.root.replaceChildren(...columns);
    const names = ["bit 1", `bit ${words[0].length}`].slice(0, words[0].length);
    this.ends.replaceChildren(...names.map((name) => element("span", {}, name)));
    this.move(...this.at, held);
  }

  /** Let the tab key and the arrow keys go on from a bit. */
  move(word, bit, focus = true) {
    const last = (list) => list.length - 1;
    const [before] = this.root.querySelectorAll("[tabindex='0']");
    before?.setAttribute("tabindex", "-1");
    word = Math.max(0, Math.min(last(this.cells), word));
    bit = Math.max(0, Math.min(last(this.cells[word]), bit));
    this.at = [word, bit];
    const cell = this.cells[word][bit];
    cell.setAttribute("tabindex", "0");
    if (focus) cell.focus();
  }

  click(event) {
    const { word, bit } = event.target.dataset;
    if (word === undefined) return;
    this.move(Number(word), Number(bit));
    this.onFlip(...this.at);
  }

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const [word, bit] = this.at;
    const moves = {
      ArrowLeft: [word - 1, bit],
      ArrowRight: [word + 1, bit],
      ArrowUp: [word, bit - 1],
      ArrowDown: [word, bit + 1],
      Home: [0, bit],
      End: [this.cells.length, bit],
    };
    if (!(event.key in moves)) return;
    event.preventDefault();
    event.stopPropagation();
    this.move(...moves[event.key]);
  }
}
