// Made of script/ by make player.
var __defProp = Object.defineProperty;
var __export = (target, all) => {
  for (var name in all)
    __defProp(target, name, { get: all[name], enumerable: true });
};

// src/memorylab/player/script/elements.js
function element(tag, properties = {}, ...children) {
  const node = document.createElement(tag);
  for (const [key, value] of Object.entries(properties)) {
    if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
    else if (key === "style") Object.assign(node.style, value);
    else if (value !== null && value !== void 0) node.setAttribute(key, value);
  }
  if ("tabindex" in properties || ["button", "input", "select", "summary"].includes(tag))
    node.setAttribute("data-lm-suppress-shortcuts", "true");
  node.append(...children);
  return node;
}
var SIGNS = {
  first: "M3 3h2v10H3zM13 3v10L6 8z",
  back: "M11 3v10L4 8z",
  play: "M4 2.5v11L13.5 8z",
  pause: "M4 3h3v10H4zM9 3h3v10H9z",
  forward: "M5 3v10l7-5z",
  last: "M11 3h2v10h-2zM3 3v10l7-5z"
};
function sign(name) {
  const template = document.createElement("template");
  template.innerHTML = `<svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true"><path d="${SIGNS[name]}" fill="currentColor"/></svg>`;
  return template.content;
}
var brief = (value) => Number.isNaN(value) ? "NaN" : show(Number(value.toPrecision(3))).replace("-", "−");
var show = (value) => {
  if (Number.isNaN(value)) return "NaN (no number)";
  if (Number.isInteger(value)) return String(value);
  const size = Math.abs(value);
  return size >= 1e-4 && size < 1e5 ? String(Number(value.toPrecision(5))) : value.toExponential(3);
};
var spacing = (count, length, room) => {
  for (const every of [1, 2, 4, 5, 8, 10, 16, 20, 32, 50, 64, 100, 128, 200, 256, 500])
    if (every * length / count >= room) return every;
  return count;
};

// src/memorylab/player/script/run.js
var STATE_EVERY = 16;
var NORM_EPSILON = 1e-6;
var product = (sizes) => sizes.reduce((a, b) => a * b, 1);
function lookUp(memory, key, strength, locations, word) {
  let keyNorm = NORM_EPSILON;
  for (let c = 0; c < word; c++) keyNorm += key[c] * key[c];
  const scores = new Float64Array(locations);
  let highest = -Infinity;
  for (let n = 0; n < locations; n++) {
    let dot = 0;
    let norm = NORM_EPSILON;
    for (let c = 0; c < word; c++) {
      const cell = memory[n * word + c];
      dot += cell * key[c];
      norm += cell * cell;
    }
    scores[n] = strength * dot / Math.sqrt(keyNorm * norm);
    highest = Math.max(highest, scores[n]);
  }
  let total = 0;
  for (let n = 0; n < locations; n++) total += scores[n] = Math.exp(scores[n] - highest);
  return scores.map((score) => score / total);
}
var Run = class {
  constructor(header, block) {
    Object.assign(this, header);
    this.block = block;
    this.fresh = { step: -1, arrays: {} };
  }
  has(name) {
    return name in this.arrays;
  }
  /** The names of the arrays whose row of the table satisfies `wanted`, in the table's order. */
  names(wanted) {
    return Object.keys(this.arrays).filter((name) => wanted(this.arrays[name]));
  }
  /** How many numbers an array has at each step. */
  size(name) {
    return product(this.arrays[name].shape.slice(1));
  }
  /**
   * The array `name` as it stands after `step`, flat; good until another step is asked for. A run
   * that has ended keeps its last step.
   */
  at(name, step) {
    step = Math.min(step, this.steps - 1);
    const { offset, sent } = this.arrays[name];
    const size = this.size(name);
    if (step < sent) return this.block.subarray(offset + step * size, offset + (step + 1) * size);
    if (this.fresh.step !== step) this.fresh = { step, arrays: {} };
    return this.fresh.arrays[name] ??= this.computed(name, step);
  }
  /** Memory, links and precedence after `step`, from the nearest state before it that is known. */
  state(step) {
    if (!this.kept) {
      const [memory, link, precedence] = ["memory", "link", "precedence"].map(
        (name) => Float64Array.from(this.at(name, 0))
      );
      this.current = { step: 0, memory, link, precedence };
      this.kept = [structuredClone(this.current)];
    }
    const kept = this.kept[Math.floor(step / STATE_EVERY)] ?? this.kept.at(-1);
    if (this.current.step > step || this.current.step < kept.step)
      this.current = structuredClone(kept);
    const state = this.current;
    while (state.step < step) {
      this.advance(state);
      if (state.step === this.kept.length * STATE_EVERY) this.kept.push(structuredClone(state));
    }
    return state;
  }
  advance(state) {
    const { locations: N, word: W } = this;
    const { memory, link, precedence } = state;
    const step = state.step += 1;
    const write = this.at("write_weighting", step);
    const erase = this.at("erase_vector", step);
    const add = this.at("write_vector", step);
    let total = 0;
    for (let i = 0; i < N; i++) {
      total += write[i];
      for (let c = 0; c < W; c++) {
        const cell = i * W + c;
        memory[cell] = memory[cell] * (1 - write[i] * erase[c]) + write[i] * add[c];
      }
      for (let j = 0; j < N; j++) {
        const cell = i * N + j;
        const kept2 = Math.max(0, 1 - write[i] - write[j]);
        link[cell] = kept2 * link[cell] + write[i] * precedence[j];
      }
      link[i * N + i] = 0;
    }
    const kept = Math.max(0, 1 - total);
    for (let i = 0; i < N; i++) precedence[i] = kept * precedence[i] + write[i];
  }
  computed(name, step) {
    const { locations: N, word: W, heads: R } = this;
    const state = this.state(step);
    if (name in state) return state[name];
    const { memory, link } = state;
    const size = name === "read_vectors" ? W : N;
    const all = new Float64Array(R * size);
    for (let head = 0; head < R; head++) {
      const part = all.subarray(head * size, (head + 1) * size);
      const of = (array, at, length) => this.at(array, at).subarray(head * length, (head + 1) * length);
      if (name === "read_content_weighting") {
        const strength = this.at("read_strengths", step)[head];
        part.set(lookUp(memory, of("read_keys", step, W), strength, N, W));
      } else if (name === "read_vectors") {
        const read = of("read_weighting", step, N);
        for (let i = 0; i < N; i++)
          for (let c = 0; c < W; c++) part[c] += read[i] * memory[i * W + c];
      } else {
        const before = of("read_weighting", step - 1, N);
        for (let i = 0; i < N; i++)
          for (let j = 0; j < N; j++)
            if (name === "forward_weighting") part[i] += link[i * N + j] * before[j];
            else part[j] += link[i * N + j] * before[i];
      }
    }
    return all;
  }
};
var Difference = class extends Run {
  constructor(left, right) {
    const arrays = {};
    for (const [name, row] of Object.entries(left.arrays)) {
      const other = right.arrays[name];
      if (!other || `${row.shape.slice(1)}` !== `${other.shape.slice(1)}`) continue;
      const extent = Math.max(row.high, other.high) - Math.min(row.low, other.low);
      arrays[name] = { ...row, low: -extent, high: extent };
    }
    const { locations, word, heads, order } = left;
    const label = `${left.label} − ${right.label}`;
    const steps = Math.max(left.steps, right.steps);
    super({ locations, word, heads, order, label, steps, arrays });
    Object.assign(this, { left, right, signed: true });
  }
  at(name, step) {
    const other = this.right.at(name, step);
    return Float32Array.from(this.left.at(name, step), (value, i) => value - other[i]);
  }
};

// src/memorylab/player/script/colours.js
var CIVIDIS = "00224e 002e6a 1a386f 32436d 434e6c 535a6d 61656f 6f7073 7d7c78 8c8878 9b9476 aba072 bcae6c cdbb63 dec958 f0d846 fee838";
var BLUE_TO_RED = "053061 175290 2a71b2 3f8ec0 6bacd1 9bc9e0 c2ddec e0ecf3 f7f6f6 fbe5d8 fbccb4 f5aa89 e48066 d05548 ba2832 930e26 67001f";
var anchors = (text) => text.split(" ").map((hex) => [0, 2, 4].map((i) => parseInt(hex.slice(i, i + 2), 16)));
function palette(text) {
  const stops = anchors(text);
  const words = new Uint32Array(256);
  for (let i = 0; i < 256; i++) {
    const place = i / 255 * (stops.length - 1);
    const low = Math.min(Math.floor(place), stops.length - 2);
    const [red, green, blue] = stops[low].map(
      (from, channel) => Math.round(from + (place - low) * (stops[low + 1][channel] - from))
    );
    words[i] = 255 << 24 | blue << 16 | green << 8 | red;
  }
  return words;
}
var PALETTES = { sequential: palette(CIVIDIS), diverging: palette(BLUE_TO_RED) };
var gradient = (kind) => `linear-gradient(to right, ${(kind === "diverging" ? BLUE_TO_RED : CIVIDIS).split(" ").map((hex) => "#" + hex).join(", ")})`;
var between = (low, high) => ({
  kind: "sequential",
  low,
  high: high > low ? high : low + 1
});
var around = (extent) => ({ kind: "diverging", low: -(extent || 1), high: extent || 1 });
var UNIT = between(0, 1);

// src/memorylab/player/script/panels.js
var Panel = class {
  constructor(player, options) {
    Object.assign(this, options);
    this.player = player;
    const canvas = this.canvas = element("canvas", {
      width: this.columns.count,
      height: this.rows.count,
      tabindex: "0",
      role: "application",
      "aria-roledescription": "heatmap",
      "aria-label": `${this.title}: ${this.rows.count} by ${this.columns.count}. Arrow keys move from cell to cell.`,
      "data-panel": this.name
    });
    this.context = canvas.getContext("2d", { alpha: true });
    this.image = this.context.createImageData(this.columns.count, this.rows.count);
    this.words = new Uint32Array(this.image.data.buffer);
    this.cell = null;
    this.marks = element("div", { class: "mp-marks" });
    this.frame = element("div", { class: "mp-frame" }, canvas, this.marks);
    canvas.addEventListener("pointermove", (event) => this.point(event));
    canvas.addEventListener("pointerleave", () => player.select(null));
    canvas.addEventListener("focus", () => this.choose(this.cell ?? [0, 0]));
    canvas.addEventListener("blur", () => player.select(null));
    canvas.addEventListener("keydown", (event) => this.key(event));
  }
  draw(step) {
    const value = this.cells(step);
    const { kind, low, high } = this.scale;
    const colours = PALETTES[kind];
    const factor = 255 / (high - low);
    const { words } = this;
    const width = this.columns.count;
    for (let row = 0, place = 0; row < this.rows.count; row++)
      for (let column = 0; column < width; column++, place++) {
        const number = value(row, column);
        const index = (number - low) * factor;
        words[place] = number !== number ? 0 : colours[index < 0 ? 0 : index > 255 ? 255 : index + 0.5 | 0];
      }
    this.context.putImageData(this.image, 0, 0);
  }
  place(event) {
    const box = this.canvas.getBoundingClientRect();
    const at = (offset, length, count) => Math.max(0, Math.min(count - 1, Math.floor(offset / length * count)));
    return [
      at(event.clientY - box.top, box.height, this.rows.count),
      at(event.clientX - box.left, box.width, this.columns.count)
    ];
  }
  point(event) {
    this.choose(this.place(event));
  }
  choose(cell) {
    this.cell = cell;
    this.player.select(this);
  }
  key(event) {
    const move = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
    if (!(event.key in move) || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    const [row, column] = this.cell ?? [0, 0];
    const [down, right] = move[event.key];
    this.choose([
      Math.max(0, Math.min(this.rows.count - 1, row + down)),
      Math.max(0, Math.min(this.columns.count - 1, column + right))
    ]);
  }
  /** What the chosen cell stands for, for the other panels. */
  chosen() {
    const [row, column] = this.cell;
    const chosen = { panel: this, row, column, locations: [], word: null };
    for (const [axis2, index] of [
      [this.rows, row],
      [this.columns, column]
    ]) {
      if (axis2.kind === "location") chosen.locations.push(index);
      if (axis2.kind === "word") chosen.word = index;
    }
    return chosen;
  }
  readout(step) {
    const [row, column] = this.cell;
    const value = show(this.cells(step)(row, column));
    return `${this.tell(row, column, step)} = ${value}`;
  }
  mark(chosen) {
    const { rows, columns } = this;
    const bars = [];
    const bar = (along, index, strong) => {
      if (index === void 0 || index === null) return;
      const [{ count }, start, size] = along === "row" ? [rows, "top", "height"] : [columns, "left", "width"];
      const style = { [start]: `${100 * index / count}%`, [size]: `${100 / count}%` };
      bars.push(
        element("div", { class: `mp-mark mp-${along}${strong ? " mp-strong" : ""}`, style })
      );
    };
    if (chosen?.panel === this) {
      bar("row", chosen.row, true);
      bar("column", chosen.column, true);
    } else if (chosen) {
      const { locations, word } = chosen;
      if (rows.kind === "location" && columns.kind === "location") {
        bar("row", locations[0]);
        bar("column", locations[1] ?? locations[0]);
      } else if (rows.kind === "location") locations.forEach((index) => bar("row", index));
      if (columns.kind === "word") bar("column", word);
    }
    this.marks.replaceChildren(...bars);
  }
};
var TimeLine = class extends Panel {
  constructor(player, options) {
    super(player, options);
    this.cursor = element("div", { class: "mp-cursor" });
    this.frame.append(this.cursor);
    this.frame.classList.add("mp-time");
    this.canvas.addEventListener("pointerdown", (event) => {
      this.canvas.setPointerCapture(event.pointerId);
      this.seek(event);
    });
  }
  seek(event) {
    const box = this.canvas.getBoundingClientRect();
    this.player.seek(Math.floor((event.clientX - box.left) / box.width * this.columns.count));
  }
  point(event) {
    if (event.buttons & 1) this.seek(event);
    super.point(event);
  }
  draw() {
  }
  drawOnce() {
    super.draw(0);
  }
  follow(step) {
    const width = 100 / this.columns.count;
    this.cursor.style.left = `${Math.min(step, this.columns.count - 1) * width}%`;
    this.cursor.style.width = `max(3px, ${width}%)`;
    if (this.numbers) {
      const value = this.cells(0);
      this.numbers.forEach((node, row) => {
        const number = value(row, step);
        node.textContent = Number.isNaN(number) ? "" : number !== 0 && Math.abs(number) < 1e-3 ? "0.000" : brief(number);
      });
    }
  }
};

// src/memorylab/player/script/words.js
var SCARCE = 0.1;
function peak(weighting, from, size) {
  let best = 0;
  let total = 0;
  for (let i = 0; i < size; i++) {
    total += weighting[from + i];
    if (weighting[from + i] > weighting[from + best]) best = i;
  }
  return { location: best, weight: weighting[from + best], total };
}
var share = (weight) => weight.toFixed(2);
function tellStep(run, step) {
  if (step >= run.steps) return `This run ended with step ${run.steps - 1}.`;
  const N = run.locations;
  const sentences = [];
  const write = peak(run.at("write_weighting", step), 0, N);
  if (![write.weight, write.total].every(Number.isFinite))
    sentences.push("Its write is not a number.");
  else if (write.total < SCARCE) sentences.push(`Writes next to nothing (${share(write.total)}).`);
  else {
    const gate = run.at("allocation_gate", step)[0];
    const allocated = gate * run.at("allocation_weighting", step)[write.location];
    const found = (1 - gate) * run.at("write_content_weighting", step)[write.location];
    const how = allocated >= found ? "newly allocated" : "found by content";
    const place = `location ${write.location} (${share(write.weight)})`;
    if (write.weight >= write.total / 2) sentences.push(`Writes to ${place}, ${how}.`);
    else sentences.push(`Spreads its write, most of it to ${place}, ${how}.`);
  }
  if (step > 0) {
    const gates = run.at("free_gates", step);
    const before = run.at("read_weighting", step - 1);
    const freed = [];
    for (let i = 0; i < N; i++) {
      let kept = 1;
      for (let head = 0; head < run.heads; head++) kept *= 1 - gates[head] * before[head * N + i];
      if (kept < 0.5) freed.push(i);
    }
    if (freed.length > 4) sentences.push(`Frees ${freed.length} locations.`);
    else if (freed.length)
      sentences.push(`Frees location${freed.length > 1 ? "s" : ""} ${freed.join(", ")}.`);
  }
  for (let head = 0; head < run.heads; head++) {
    const read = peak(run.at("read_weighting", step), head * N, N);
    if (!Number.isFinite(read.weight)) sentences.push(`Head ${head}'s read is not a number.`);
    else if (read.total < SCARCE)
      sentences.push(`Head ${head} reads next to nothing (${share(read.total)}).`);
    else {
      const modes = run.at("read_modes", step);
      const ways = ["backward_weighting", "read_content_weighting", "forward_weighting"];
      const parts = ways.map(
        (way2, i) => modes[head * 3 + i] * run.at(way2, step)[head * N + read.location]
      );
      const way = parts.indexOf(Math.max(...parts));
      let how = "found by content";
      if (way !== 1) {
        how = way === 0 ? "following the link backward" : "following the link";
        if (step > 0)
          how += ` from ${peak(run.at("read_weighting", step - 1), head * N, N).location}`;
      }
      const place = `${read.location} (${share(read.weight)})`;
      if (read.weight >= read.total / 2) sentences.push(`Head ${head} reads ${place}, ${how}.`);
      else sentences.push(`Head ${head} reads a mixture, most of it from ${place}, ${how}.`);
    }
  }
  return sentences.join(" ");
}

// src/memorylab/player/script/view.js
var axis = (kind, count) => ({ kind, count });
var named = (kind, names) => ({ kind, count: names.length, names });
var FRACTIONS = ["fraction", "weighting", "distribution", "links"];
var FIGURES = ["T N", "T R N", "T N W", "T N N", "T W", "T R W"];
var GATES = ["T", "T R", "T R 3"];
var isGate = ({ axes, kind }) => GATES.includes(axes) && FRACTIONS.includes(kind);
var isStrength = ({ axes, kind }) => GATES.includes(axes) && kind === "strength";
var View = class {
  constructor(player, run) {
    this.player = player;
    this.run = run;
    this.panels = [];
    this.lines = [];
    this.words = element("p", { class: "mp-words", "aria-live": "polite" });
    const parts = [this.words];
    if (run.label) parts.unshift(element("h3", {}, run.label));
    parts.push(element("div", { class: "mp-band" }, ...this.stepFigures()), this.legend());
    parts.push(this.group("Over the whole run", this.runLines(), true));
    parts.push(this.group("Gates, read modes, strengths", this.gateLines(), run.heads <= 4));
    const label = run.label || "run";
    this.root = element("section", { class: "mp-view", "aria-label": label }, ...parts);
    for (const line of this.lines) line.drawOnce();
  }
  scaleOf(name) {
    const { kind, low, high } = this.run.arrays[name];
    if (FRACTIONS.includes(kind)) return this.unit;
    return this.run.signed || low < 0 ? this.shared([name]) : between(0, Math.max(high, 1e-9));
  }
  /** One scale for all of some arrays, symmetric about 0. */
  shared(names) {
    const rows = names.map((name) => this.run.arrays[name]);
    return around(Math.max(...rows.map(({ low, high }) => Math.max(-low, high))));
  }
  get unit() {
    return this.run.signed ? around(1) : UNIT;
  }
  // -- heatmaps of one step
  /**
   * A figure of arrays that hold one number for each cell: `arrays[pick(row, column)]` holds it, at
   * `index(row, column)`.
   */
  figure({ arrays, pick, index, ...options }, width, height) {
    const cells = (step) => {
      const values = arrays.map((name) => this.run.at(name, step));
      return (row, column) => values[pick(row, column)][index(row, column)];
    };
    const panel = new Panel(this.player, { ...options, cells });
    this.panels.push(panel);
    Object.assign(panel.canvas.style, { width: `${width}px`, height: `${height}px` });
    const body = element("div", { class: "mp-body" }, this.ticks("row", panel.rows, height));
    const below = panel.columns.names && panel.columns.kind !== "location" ? "named" : "column";
    body.append(panel.frame, this.ticks(below, panel.columns, width));
    return element("figure", {}, element("figcaption", {}, panel.title), body);
  }
  ticks(kind, { count, names }, length) {
    const all = kind === "named" || names?.[0]?.length > 4;
    const every = all ? 1 : spacing(count, length, kind === "row" ? 12 : 22);
    const box = element("div", { class: `mp-ticks mp-ticks-${kind}`, "aria-hidden": "true" });
    for (let i = 0; i < count; i += every) {
      const style = { [kind === "row" ? "top" : "left"]: `${100 * (i + 0.5) / count}%` };
      box.append(element("span", { style }, String(names ? names[i] : i)));
    }
    return box;
  }
  /**
   * The entries of some arrays, each as [label, name, index in a step]: those without heads first,
   * then head by head. An array with names for its columns has an entry for each, others have one.
   */
  entries(names) {
    const { run } = this;
    const list = [];
    for (let head = -1; head < run.heads; head++)
      for (const name of names) {
        const { axes, label, columns } = run.arrays[name];
        const hasHeads = axes.startsWith("T R");
        if (hasHeads !== head >= 0) continue;
        const start = hasHeads ? head * run.size(name) / run.heads : 0;
        const labels = columns.length ? columns : [label];
        labels.forEach(
          (text, i) => list.push([hasHeads ? `${text} ${head}` : text, name, start + i])
        );
      }
    return list;
  }
  stepFigures() {
    const { run, player } = this;
    const { locations: N, word: W, order } = run;
    const cell = player.runs.length > 1 ? 11 : 14;
    const height = Math.max(120, Math.min(320, N * cell));
    const width = Math.max(84, Math.min(260, W * cell));
    this.locations = named("location", order);
    const shaped = (...shapes) => run.names(({ axes }) => shapes.includes(axes));
    const figures = run.frame ? [this.frame(run.frame)] : [];
    for (const name of shaped("T N W")) figures.push(this.wordsFigure(name, width, height));
    for (const name of shaped("T N N")) figures.push(this.pairsFigure(name, height));
    const writing = shaped("T N");
    figures.push(
      this.columnsFigure("writing", writing, 0, height, (label) => `${label} of location`)
    );
    for (let head = 0; head < run.heads; head++) {
      const say = (label) => `head ${head}, ${label}, location`;
      figures.push(this.columnsFigure(`head ${head}`, shaped("T R N"), head * N, height, say));
    }
    figures.push(this.vectorsFigure(shaped("T W", "T R W"), width));
    return figures;
  }
  /** An array of a word for each location, such as the memory. */
  wordsFigure(name, width, height) {
    const { word: W, order, arrays } = this.run;
    const options = {
      name,
      title: arrays[name].label,
      rows: this.locations,
      columns: axis("word", W),
      scale: this.shared([name]),
      arrays: [name],
      pick: () => 0,
      index: (row, column) => order[row] * W + column,
      tell: (row, column) => `${name}[${order[row]}, ${column}]: location ${order[row]}, position ${column}`
    };
    return this.figure(options, width, height);
  }
  /** An array of a number for each pair of locations, such as the links. */
  pairsFigure(name, size) {
    const { locations: N, order, arrays } = this.run;
    const related = arrays[name].kind === "links" ? "written right after" : "and";
    const options = {
      name,
      title: arrays[name].label,
      rows: this.locations,
      columns: this.locations,
      scale: this.scaleOf(name),
      arrays: [name],
      pick: () => 0,
      index: (row, column) => order[row] * N + order[column],
      tell: (row, column) => `${name}[${order[row]}, ${order[column]}]: location ${order[row]} ${related} ${order[column]}`
    };
    return this.figure(options, size, size);
  }
  /** Arrays of a number for each location, one column each. */
  columnsFigure(title, names, start, height, say) {
    const { order, arrays } = this.run;
    const labels = names.map((name) => arrays[name].label);
    const options = {
      name: title,
      title,
      rows: this.locations,
      columns: named("quantity", labels),
      scale: this.unit,
      arrays: names,
      pick: (row, column) => column,
      index: (row) => start + order[row],
      tell: (row, column) => `${say(labels[column])} ${order[row]}`
    };
    return this.figure(options, names.length * 18, height);
  }
  /** Words: keys, and what is erased, written and read. */
  vectorsFigure(names, width) {
    const entries = this.entries(names);
    const labels = entries.map(([label]) => label);
    const options = {
      name: "vectors",
      title: "words of this step",
      rows: named("vector", labels),
      columns: axis("word", this.run.word),
      scale: this.shared(names),
      arrays: entries.map(([, name]) => name),
      pick: (row) => row,
      index: (row, column) => entries[row][2] + column,
      tell: (row, column) => `${labels[row]}, position ${column}`
    };
    return this.figure(options, width, entries.length * 15);
  }
  /** The environment's picture at the step. */
  frame({ height, width, channels }) {
    const { low, high } = this.run.arrays.observation;
    const about = { role: "img", "aria-label": "observation", "data-panel": "frame" };
    const canvas = element("canvas", { width, height, ...about });
    const context = canvas.getContext("2d");
    const image = context.createImageData(width, height);
    canvas.style.width = `${Math.max(120, Math.min(320, width * 8))}px`;
    this.drawFrame = (step) => {
      const pixels = this.run.at("observation", step);
      for (let i = 0; i < width * height; i++)
        for (let channel = 0; channel < 4; channel++) {
          const value = pixels[i * channels + Math.min(channel, channels - 1)];
          image.data[i * 4 + channel] = channel === 3 ? 255 : 255 * (value - low) / (high - low || 1);
        }
      context.putImageData(image, 0, 0);
    };
    return element("figure", {}, element("figcaption", {}, "observation"), canvas);
  }
  legend() {
    const { run } = this;
    const words = run.names(({ axes }) => ["T W", "T R W"].includes(axes));
    const unit = run.signed ? "differences" : "links, usage, weightings, gates";
    return element(
      "div",
      { class: "mp-legend" },
      this.bar("memory", this.shared(["memory"])),
      this.bar("words of this step", this.shared(words)),
      this.bar(unit, this.unit),
      element("span", { class: "mp-bar-entry" }, element("i", { class: "mp-hatch" }), "no number")
    );
  }
  bar(label, { kind, low, high }) {
    const colours = element("i", { class: "mp-gradient", style: { background: gradient(kind) } });
    const text = `${label} ${brief(low)}`;
    return element("span", { class: "mp-bar-entry" }, text, colours, brief(high));
  }
  // -- heatmaps of the whole run
  group(title, rows, open) {
    const summary = element("summary", {}, title);
    const details = element("details", { class: "mp-group" }, summary, ...rows);
    details.open = open;
    return details;
  }
  /** One time-line: `read(row)` tells [array, index in a step] for each row. */
  line(label, rows, read, { scale, height, numbers = false, tell }) {
    const { run } = this;
    const cache = {};
    const title = `${label} over time`;
    const cells = () => (row, column) => {
      if (column >= run.steps) return NaN;
      const [name, index] = read(row);
      cache[name] ??= Array.from({ length: run.steps }, (_, step) => run.at(name, step));
      return cache[name][column][index];
    };
    const columns = axis("time", this.player.steps);
    const say = (row, column) => `step ${column}, ${tell(row)}`;
    const options = { name: title, title, rows, columns, scale, cells, tell: say };
    const line = new TimeLine(this.player, options);
    line.canvas.style.height = `${height}px`;
    this.lines.push(line);
    const left = element("div", { class: "mp-line-label" });
    if (rows.names && rows.kind !== "location") {
      left.classList.add("mp-line-names");
      left.append(...rows.names.map((text) => element("span", {}, text)));
    } else left.append(label);
    const right = element("div", { class: "mp-line-right" });
    if (numbers) {
      line.numbers = rows.names.map(() => element("span", {}));
      right.append(...line.numbers);
    } else right.append(this.range(scale));
    return element("div", { class: "mp-line" }, left, line.frame, right);
  }
  /** What the darkest and the brightest colour of a line stand for, where it isn't 0 to 1. */
  range({ kind, low, high }) {
    if (low === 0 && high === 1) return "";
    const style = { background: gradient(kind).replace("to right", "to top") };
    const colours = element("i", { class: "mp-gradient mp-upright", style });
    const ends = [high, low].map((value) => element("span", {}, brief(value)));
    return element("span", { class: "mp-range" }, ends[0], colours, ends[1]);
  }
  runLines() {
    const { run } = this;
    const elsewhere = (row) => FIGURES.includes(row.axes) || isGate(row) || isStrength(row);
    const rest = run.names((row) => !elsewhere(row)).filter((name) => run.size(name) > 0 && !(name === "observation" && run.frame));
    return [
      ...rest.map((name) => this.numbersLine(name)),
      ...this.entries(["usage", "write_weighting", "read_weighting"]).map(
        (entry) => this.locationsLine(...entry)
      )
    ];
  }
  /** A line of any numbers, such as the input. */
  numbersLine(name) {
    const { label } = this.run.arrays[name];
    const count = this.run.size(name);
    const single = count === 1;
    const rows = single ? named("feature", [label]) : axis("feature", count);
    return this.line(label, rows, (row) => [name, row], {
      scale: this.scaleOf(name),
      height: single ? 16 : Math.max(36, Math.min(110, count * 9)),
      numbers: single,
      tell: (row) => single ? label : `${label} ${row}`
    });
  }
  /** A line of a number for each location, such as the usage. */
  locationsLine(label, name, offset) {
    const { locations: N, order } = this.run;
    return this.line(label, this.locations, (row) => [name, offset + order[row]], {
      scale: this.unit,
      height: Math.max(48, Math.min(128, N * 5)),
      tell: (row) => `${label} of location ${order[row]}`
    });
  }
  gateLines() {
    const { run } = this;
    const strengths = run.names(isStrength);
    const highest = Math.max(1.001, ...strengths.map((name) => run.arrays[name].high));
    const scale = run.signed ? around(highest) : between(1, highest);
    return [
      this.namedLine("gates", run.names(isGate), this.unit),
      this.namedLine("strengths", strengths, scale)
    ];
  }
  /** A line with a name and a number for each of its rows. */
  namedLine(title, names, scale) {
    const entries = this.entries(names);
    const labels = entries.map(([label]) => label);
    return this.line(title, named("gate", labels), (row) => entries[row].slice(1), {
      scale,
      height: entries.length * 16,
      numbers: true,
      tell: (row) => labels[row]
    });
  }
  draw(step) {
    for (const panel of this.panels) panel.draw(step);
    for (const line of this.lines) line.follow(step);
    this.drawFrame?.(step);
    this.words.textContent = this.run.signed ? "Red is more in the first run, blue more in the second." : tellStep(this.run, step);
  }
  mark(chosen) {
    for (const panel of [...this.panels, ...this.lines]) panel.mark(chosen);
  }
};

// src/memorylab/player/script/player.js
var SPEEDS = [1, 2, 5, 10, 20, 30, 60];
var SYNC_AFTER = 120;
var Player = class {
  constructor(model, root) {
    this.model = model;
    this.root = root;
    const header = model.get("header");
    const view = model.get("data");
    const bytes = view.buffer.slice(view.byteOffset, view.byteOffset + view.byteLength);
    const block = new Float32Array(bytes);
    this.runs = header.runs.map((run) => new Run(run, block));
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
    const button = (name, label, action) => element(
      "button",
      { type: "button", title: label, "aria-label": label, onclick: action, "data-action": name },
      sign(name)
    );
    this.playButton = button("play", "Play (space)", () => this.toggle());
    this.slider = element("input", {
      type: "range",
      min: 0,
      max: this.steps - 1,
      value: 0,
      "aria-label": "step",
      oninput: () => this.seek(Number(this.slider.value))
    });
    this.counter = element("output", { class: "mp-counter" });
    this.speed = element("select", {
      "aria-label": "steps per second",
      onchange: () => this.setSpeed(Number(this.speed.value))
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
      element("label", {}, this.speed, " steps/s")
    ];
    this.views = this.runs.map((run) => new View(this, run));
    this.board = element(
      "div",
      { class: "mp-views", "data-runs": this.runs.length },
      ...this.views.map((view) => view.root)
    );
    if (this.runs.length === 2 && this.comparable()) {
      this.differenceButton = element(
        "button",
        {
          type: "button",
          title: "Show the difference (d)",
          onclick: () => this.toggleDifference(),
          "aria-pressed": "false",
          "data-action": "difference"
        },
        "difference"
      );
      controls.push(this.differenceButton);
    }
    const keys = element(
      "details",
      { class: "mp-keys" },
      element("summary", {}, "keys"),
      "space plays and pauses · ← → or , . step · page up and page down go ten steps · home and end · + − change the speed · d shows the difference of two runs · in a picture the arrow keys move from cell to cell, escape leaves it"
    );
    this.root.replaceChildren(
      element("div", { class: "mp-controls", role: "toolbar", "aria-label": "time" }, ...controls),
      this.value,
      this.board,
      keys
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
    this.timer = void 0;
    if (this.model.get("t") === this.step) return;
    this.model.set("t", this.step);
    this.model.save_changes();
  }
  setSpeed(fps, sync = true) {
    this.fps = fps;
    const speeds = [.../* @__PURE__ */ new Set([...SPEEDS, fps])].sort((a, b) => a - b);
    this.speed.replaceChildren(
      ...speeds.map((value) => element("option", { value }, String(value)))
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
    for (const view of this.views) view.words.setAttribute("aria-live", play ? "off" : "polite");
    cancelAnimationFrame(this.request);
    if (play) {
      this.due = performance.now() + 1e3 / this.fps;
      this.request = requestAnimationFrame((now) => this.tick(now));
    } else this.sync();
  }
  tick(now) {
    if (!this.playing) return;
    if (!this.root.isConnected) return this.toggle(false);
    if (now >= this.due) {
      this.seek(this.step + 1);
      this.due = Math.max(this.due + 1e3 / this.fps, now);
      if (this.step === this.steps - 1) return this.toggle(false);
    }
    this.request = requestAnimationFrame((next) => this.tick(next));
  }
  select(panel) {
    this.chosen = panel ? panel.chosen() : null;
    this.value.textContent = panel ? panel.readout(this.step) : "Point at a cell, or reach it by tab and arrow keys, for its value.";
    for (const view of this.views) view.mark(this.chosen);
  }
  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target === this.speed) return;
    const onButton = event.target.tagName === "BUTTON" || event.target.tagName === "SUMMARY";
    const faster = (by) => {
      const speeds = SPEEDS.filter((speed) => by > 0 ? speed > this.fps : speed < this.fps);
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
      }
    };
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
};

// src/memorylab/player/script/style.css
var style_default = '.memory-player {\n  --mp-text: var(--jp-ui-font-color1, #1b1b1b);\n  --mp-quiet: var(--jp-ui-font-color2, #5a5a5a);\n  --mp-back: var(--jp-layout-color0, #fff);\n  --mp-field: var(--jp-layout-color2, #eee);\n  --mp-line: var(--jp-border-color1, #bbb);\n  --mp-accent: #0b6bcb;\n  --mp-mark: #d6006c;\n  container-type: inline-size;\n  color: var(--mp-text);\n  background: var(--mp-back);\n  font:\n    13px/1.45 system-ui,\n    sans-serif;\n  padding: 8px;\n  box-sizing: border-box;\n  color-scheme: light;\n}\n.memory-player[data-theme="dark"],\nbody[data-jp-theme-light="false"] .memory-player {\n  --mp-accent: #6cb6ff;\n  --mp-mark: #ff6db6;\n  color-scheme: dark;\n}\n.memory-player[data-theme="dark"] {\n  --mp-text: #e8e8e8;\n  --mp-quiet: #adadad;\n  --mp-back: #121417;\n  --mp-field: #2a2e34;\n  --mp-line: #555b63;\n}\n.memory-player *,\n.memory-player *::before {\n  box-sizing: border-box;\n}\n.memory-player p,\n.memory-player h3,\n.memory-player figure {\n  margin: 0;\n}\n.memory-player h3 {\n  font-size: 14px;\n  font-weight: 600;\n}\n.mp-controls {\n  display: flex;\n  flex-wrap: wrap;\n  gap: 4px 6px;\n  align-items: center;\n}\n.mp-controls button svg {\n  display: block;\n}\n.mp-controls button,\n.mp-controls select {\n  font: inherit;\n  min-width: 32px;\n  min-height: 30px;\n  padding: 2px 8px;\n  color: inherit;\n  background: var(--mp-field);\n  border: 1px solid var(--mp-line);\n  border-radius: 4px;\n  cursor: pointer;\n}\n.mp-controls button[aria-pressed="true"] {\n  background: var(--mp-accent);\n  color: var(--mp-back);\n}\n.mp-controls input[type="range"] {\n  flex: 1 1 140px;\n  min-width: 100px;\n  accent-color: var(--mp-accent);\n}\n.mp-counter {\n  min-width: 9.5em;\n  font-variant-numeric: tabular-nums;\n}\n.memory-player :focus-visible {\n  outline: 2px solid var(--mp-accent);\n  outline-offset: 2px;\n}\n.memory-player .mp-value {\n  min-height: 1.45em;\n  font-variant-numeric: tabular-nums;\n  color: var(--mp-quiet);\n  margin: 4px 0;\n}\n.memory-player .mp-words {\n  min-height: 2.9em;\n  margin: 2px 0 6px;\n  font-size: 14px;\n}\n.mp-views {\n  display: grid;\n  grid-template-columns: minmax(0, 1fr);\n  gap: 14px 28px;\n}\n.mp-band {\n  display: flex;\n  flex-wrap: wrap;\n  gap: 12px;\n  align-items: flex-start;\n}\n.mp-band figure {\n  max-width: 100%;\n}\n.mp-band figcaption {\n  font-size: 12px;\n  font-weight: 600;\n  margin: 0 0 3px;\n}\n.mp-body {\n  display: grid;\n  grid-template-columns: auto max-content;\n  justify-content: start;\n}\n.mp-body > .mp-frame {\n  grid-column: 2;\n}\n.mp-frame {\n  position: relative;\n  line-height: 0;\n  outline: 1px solid var(--mp-line);\n  cursor: crosshair;\n  background: repeating-linear-gradient(45deg, var(--mp-back) 0 3px, var(--mp-quiet) 3px 4px);\n}\n.memory-player canvas {\n  image-rendering: pixelated;\n  display: block;\n  max-width: 100%;\n  touch-action: none;\n}\n.mp-marks {\n  position: absolute;\n  inset: 0;\n  pointer-events: none;\n  overflow: hidden;\n}\n.mp-mark {\n  position: absolute;\n  border: 0 solid var(--mp-mark);\n}\n.mp-row {\n  left: 0;\n  right: 0;\n  border-width: 1px 0;\n  min-height: 3px;\n}\n.mp-column {\n  top: 0;\n  bottom: 0;\n  border-width: 0 1px;\n  min-width: 3px;\n}\n.mp-strong.mp-row {\n  border-width: 2px 0;\n}\n.mp-strong.mp-column {\n  border-width: 0 2px;\n}\n.mp-ticks {\n  position: relative;\n  font-size: 11px;\n  line-height: 1;\n  color: var(--mp-quiet);\n  font-variant-numeric: tabular-nums;\n}\n.mp-ticks-row {\n  min-width: 25px;\n  grid-column: 1;\n}\n.mp-ticks-row span {\n  position: absolute;\n  right: 5px;\n  transform: translateY(-50%);\n  white-space: nowrap;\n}\n.mp-body:has([data-panel="vectors"]) .mp-ticks-row {\n  min-width: 62px;\n}\n.mp-ticks-column,\n.mp-ticks-named {\n  grid-column: 2;\n}\n.mp-ticks-column {\n  height: 16px;\n}\n.mp-ticks-named {\n  height: 70px;\n}\n.mp-ticks-column span {\n  position: absolute;\n  top: 4px;\n  transform: translateX(-50%);\n}\n.mp-ticks-named span {\n  position: absolute;\n  top: 4px;\n  writing-mode: vertical-rl;\n  transform: translateX(-50%);\n}\n.mp-legend {\n  display: flex;\n  flex-wrap: wrap;\n  gap: 4px 20px;\n  margin: 8px 0;\n  font-size: 12px;\n  color: var(--mp-quiet);\n}\n.mp-bar-entry {\n  display: inline-flex;\n  gap: 6px;\n  align-items: center;\n  white-space: nowrap;\n}\n.mp-gradient {\n  display: inline-block;\n  width: 70px;\n  height: 10px;\n}\n.mp-hatch {\n  display: inline-block;\n  width: 16px;\n  height: 12px;\n  outline: 1px solid var(--mp-line);\n  background: repeating-linear-gradient(45deg, var(--mp-back) 0 3px, var(--mp-quiet) 3px 4px);\n}\n.mp-group {\n  margin: 4px 0;\n}\n.mp-group > summary,\n.mp-keys > summary {\n  cursor: pointer;\n  font-size: 12px;\n  font-weight: 600;\n  padding: 3px 0;\n}\n.mp-line {\n  display: grid;\n  grid-template-columns: 112px minmax(0, 1fr) 58px;\n  gap: 0 8px;\n  margin: 0 0 6px;\n  font-size: 11.5px;\n  align-items: stretch;\n}\n.mp-line canvas {\n  width: 100%;\n}\n.mp-line-label {\n  text-align: right;\n  align-self: center;\n}\n.mp-line-names,\n.mp-line-right {\n  display: flex;\n  flex-direction: column;\n  justify-content: space-around;\n}\n.mp-line-names {\n  align-self: stretch;\n  line-height: 1;\n}\n.mp-line-right {\n  line-height: 1;\n  font-variant-numeric: tabular-nums;\n}\n.mp-line-names span,\n.mp-line-right > span {\n  height: 16px;\n  line-height: 16px;\n  white-space: nowrap;\n}\n.mp-line-right > .mp-range {\n  flex: 1;\n  height: auto;\n  display: flex;\n  flex-direction: column;\n  justify-content: space-between;\n  position: relative;\n  padding-left: 14px;\n  line-height: 11px;\n}\n.mp-range > .mp-upright {\n  position: absolute;\n  left: 0;\n  top: 0;\n  bottom: 0;\n  width: 9px;\n  height: auto;\n}\n.mp-time {\n  cursor: ew-resize;\n}\n.mp-cursor {\n  position: absolute;\n  top: -2px;\n  bottom: -2px;\n  pointer-events: none;\n  outline: 2px solid var(--mp-mark);\n}\n.memory-player .mp-keys {\n  color: var(--mp-quiet);\n  font-size: 12px;\n}\n@container (min-width: 1180px) {\n  .mp-views[data-runs="2"] {\n    grid-template-columns: repeat(2, minmax(0, 1fr));\n  }\n  .mp-view[data-difference] {\n    grid-column: 1 / -1;\n  }\n}\n@container (max-width: 420px) {\n  .mp-line {\n    grid-template-columns: 84px minmax(0, 1fr) 50px;\n  }\n}\n';

// src/memorylab/player/script/disturbance.js
var disturbance_exports = {};
__export(disturbance_exports, {
  KINDS: () => KINDS,
  UNDISTURBED: () => UNDISTURBED,
  apply: () => apply,
  check: () => check,
  firstChange: () => firstChange,
  format: () => format,
  formatEdit: () => formatEdit,
  parse: () => parse,
  sizesOf: () => sizesOf,
  stepShape: () => stepShape,
  suggest: () => suggest
});
var KINDS = {
  number: [-Infinity, Infinity],
  fraction: [0, 1],
  weighting: [0, 1],
  distribution: [0, 1],
  links: [0, 1],
  strength: [1, Infinity]
};
var UNDISTURBED = Object.freeze({ edits: [], locations: null, words: null });
var EDIT = /^([A-Za-z_]\w*)\s*(?:\[\s*(\d{1,9}(?:\s*,\s*\d{1,9})*)\s*\]\s*)?(?:@\s*(\d{1,9})\s*(?:(-)\s*(\d{1,9})?\s*)?)?$/;
var NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
var COUNT = /^\d{1,9}$/;
function parse(text) {
  const found = { edits: [], locations: null, words: null };
  for (const part of text.trim() ? text.split(";") : []) {
    const mark = part.indexOf("=");
    const key = (mark < 0 ? part : part.slice(0, mark)).trim();
    const value = mark < 0 ? "" : part.slice(mark + 1).trim();
    if (key === "N" && found.locations !== null || key === "words" && found.words !== null)
      throw new Error(`'${text}' sets ${key} twice. Keep one of them.`);
    if (key === "N") found.locations = readLocations(value);
    else if (key === "words") found.words = readWords(value);
    else found.edits.push(readEdit(part.trim(), key, value));
  }
  return found;
}
function readLocations(value) {
  if (!COUNT.test(value)) throw new Error(`N must be a number of locations, but is '${value}'.`);
  if (Number(value) < 1) throw new Error(`N must be at least 1, got ${Number(value)}.`);
  return Number(value);
}
function readWords(value) {
  const words = value.split(",").map((word) => word.trim());
  for (const word of words)
    if (!/^[01]+$/.test(word) || word.length !== words[0].length)
      throw new Error(`Words must be bits of one length, such as 1011,0010, but one is '${word}'.`);
  return words;
}
function readEdit(part, key, text) {
  const match = EDIT.exec(key);
  if (!match || !NUMBER.test(text))
    throw new Error(
      `'${part}' can't be read. Write name[index]@first-last=value, such as memory[3]@5-=0 or write_gate=0, and join parts by ';'.`
    );
  const [, name, list, start, range, end] = match;
  const index = list ? list.split(",").map(Number) : [];
  const first = Number(start ?? 0);
  const last = end !== void 0 ? Number(end) : start !== void 0 && !range ? first : null;
  const value = Number(text) + 0;
  if (last !== null && last < first)
    throw new Error(`The last step for ${name} must be at least ${first}, got ${last}.`);
  if (!Number.isFinite(value)) throw new Error(`${name} must get a finite number, got ${text}.`);
  return { name, index, first, last, value };
}
function formatEdit({ name, index, first, last, value }) {
  const place = index.length ? `[${index}]` : "";
  let steps = "";
  if (last !== null) steps = last === first ? `@${first}` : `@${first}-${last}`;
  else if (first > 0) steps = `@${first}-`;
  return `${name}${place}${steps}=${value}`;
}
function format({ edits, locations, words }) {
  const parts = locations === null ? [] : [`N=${locations}`];
  if (words !== null) parts.push(`words=${words}`);
  return [...parts, ...edits.map(formatEdit)].join(";");
}
function sizesOf(run) {
  const sizes = { T: run.steps };
  for (const { axes, shape } of Object.values(run.arrays))
    axes.split(" ").forEach((axis2, i) => {
      if (/^[A-Z]$/.test(axis2)) sizes[axis2] ??= shape[i];
    });
  return sizes;
}
var stepShape = ({ axes }, sizes) => axes.split(" ").slice(1).map((axis2) => sizes[axis2] ?? Number(axis2));
function check({ edits, locations }, table, sizes) {
  if (locations !== null && !("N" in sizes))
    throw new Error(`N=${locations}: this memory has no locations.`);
  for (const edit of edits) checkEdit(edit, table, { ...sizes, N: locations ?? sizes.N });
}
function checkEdit(edit, table, sizes) {
  const { name, index, first, last, value } = edit;
  const fail = (message) => {
    throw new Error(`${formatEdit(edit)}: ${message}`);
  };
  const computed = Object.keys(table).filter((key) => !table[key].optional);
  if (!computed.includes(name))
    fail(`no step computes an array '${name}'.${suggest(name, computed)}`);
  const row = table[name];
  const shape = stepShape(row, sizes);
  const letters = row.axes.split(" ").slice(1);
  if (index.length > shape.length)
    fail(`at one step ${name} has ${shape.length} dimensions, but the index has ${index.length}.`);
  index.forEach((at, i) => {
    if (at >= shape[i])
      fail(
        `the index ${at} is out of range: it must be 0 to ${shape[i] - 1} (dimension ${letters[i]} of ${name}).`
      );
  });
  for (const step of [first, last ?? 0])
    if (step >= sizes.T)
      fail(`step ${step} is out of range: the run has the steps 0 to ${sizes.T - 1}.`);
  const [low, high] = KINDS[row.kind];
  if (!(low <= value && value <= high)) {
    const allowed = Number.isFinite(high) ? `in [${low}, ${high}]` : `at least ${low}`;
    fail(`${name} is a ${row.kind}, so its value must be ${allowed}, but it is ${value}.`);
  }
}
function suggest(name, known) {
  const nearest = known.toSorted((a, b) => distance(a, name) - distance(b, name))[0];
  const near = nearest !== void 0 && 2 * distance(nearest, name) <= nearest.length;
  const hint = near ? ` Did you mean '${nearest}'?` : "";
  return `${hint} Known: ${known.toSorted().join(", ") || "none"}.`;
}
function distance(a, b) {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++)
      next.push(Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (a[i - 1] !== b[j - 1])));
    row = next;
  }
  return row[b.length];
}
var holds = ({ first, last }, step) => first <= step && (last === null || step <= last);
function apply(disturbance, name, step, values, shape) {
  for (const edit of disturbance.edits)
    if (edit.name === name && holds(edit, step)) {
      let [start, length] = [0, values.length];
      edit.index.forEach((at, i) => {
        length /= shape[i];
        start += at * length;
      });
      values.fill(edit.value, start, start + length);
    }
  return values;
}
function firstChange(before, after) {
  let [a, b] = [before.edits, after.edits];
  const alike = (one, other) => one && other && formatEdit(one) === formatEdit(other);
  while (alike(a[0], b[0])) [a, b] = [a.slice(1), b.slice(1)];
  while (alike(a.at(-1), b.at(-1))) [a, b] = [a.slice(0, -1), b.slice(0, -1)];
  return Math.min(...[...a, ...b].map(({ first }) => first));
}

// src/memorylab/player/script/tasks.js
var tasks_exports = {};
__export(tasks_exports, {
  seeded: () => seeded,
  taskOf: () => taskOf
});
function seeded(seed) {
  let state = seed >>> 0;
  return () => {
    state = state + 2654435769 >>> 0;
    let mixed = state;
    mixed = Math.imul(mixed ^ mixed >>> 16, 569420461);
    mixed = Math.imul(mixed ^ mixed >>> 15, 1935289751);
    return ((mixed ^ mixed >>> 15) >>> 0) / 2 ** 32;
  };
}
var randomWord = (size, draw) => Array.from({ length: size }, () => draw() < 0.5 ? "0" : "1").join("");
var bitsOf = (word) => Array.from(word, Number);
function grouped(words, size) {
  const all = [];
  for (let i = 0; i < words.length; i += size) all.push(words.slice(i, i + size));
  return all;
}
var Sequence = class {
  constructor(inputSize, outputSize) {
    Object.assign(this, { inputSize, outputSize, input: [], target: [], mask: [] });
  }
  /** One step: the bits heard, the flags behind them at their channels, and the answer, if any. */
  step(bits, flags = {}, answer = null) {
    const heard = new Array(this.inputSize).fill(0);
    bits.forEach((bit, i) => heard[i] = bit);
    for (const [channel, value] of Object.entries(flags)) heard[channel] = value;
    this.input.push(heard);
    this.target.push(answer ?? new Array(this.outputSize).fill(0));
    this.mask.push(answer ? 1 : 0);
  }
};
var MOST = 64;
var TASKS = {
  Copy: {
    group: () => 1,
    sizes: ({ word_size: W }) => [W + 1, W],
    fill(sequence, { word_size: W }, list) {
      for (const [word] of list) sequence.step(bitsOf(word));
      sequence.step([], { [W]: 1 });
      for (const [word] of list) sequence.step([], {}, bitsOf(word));
    }
  },
  RepeatCopy: {
    group: () => 1,
    sizes: ({ word_size: W }) => [W + 2, W + 1],
    fill(sequence, { word_size: W }, list, { repeats = 1 }) {
      for (const [word] of list) sequence.step(bitsOf(word));
      sequence.step([], { [W]: 1, [W + 1]: Math.fround(repeats / 10) });
      for (let repeat = 0; repeat < repeats; repeat++)
        for (const [word] of list) sequence.step([], {}, [...bitsOf(word), 0]);
      sequence.step([], {}, [...new Array(W).fill(0), 1]);
    }
  },
  AssociativeRecall: {
    group: ({ item_length: length }) => length,
    fewest: 2,
    key: (item) => item.join(","),
    what: "items",
    sizes: ({ word_size: W }) => [W + 2, W],
    fits: ({ query = 0 }, count) => query < count - 1,
    fill(sequence, { word_size: W }, list, { query = 0 }) {
      const hear = (item) => item.forEach((word) => sequence.step(bitsOf(word)));
      for (const item of list) {
        sequence.step([], { [W]: 1 });
        hear(item);
      }
      sequence.step([], { [W + 1]: 1 });
      hear(list[query]);
      sequence.step([], { [W + 1]: 1 });
      for (const word of list[query + 1]) sequence.step([], {}, bitsOf(word));
    }
  },
  KeyValueRecall: {
    group: () => 2,
    key: ([key]) => key,
    what: "keys",
    sizes: ({ word_size: W }) => [2 * W + 1, W],
    fits: ({ order }, count) => !order || order.length === count,
    fill(sequence, { word_size: W }, list, { order = list.map((_, i) => i) }) {
      for (const [key, value] of list) sequence.step([...bitsOf(key), ...bitsOf(value)]);
      for (const at of order)
        sequence.step(bitsOf(list[at][0]), { [2 * W]: 1 }, bitsOf(list[at][1]));
    }
  }
};
var taskOf = (header) => header?.name in TASKS ? new Task(header) : null;
var Task = class {
  constructor({ name, options, words = null, asked = {} }) {
    Object.assign(this, { name, options, words, asked, kind: TASKS[name] });
    this.group = this.kind.group(options);
    this.wordSize = options.word_size;
    this.fewest = this.kind.fewest ?? 1;
    const keyBits = this.wordSize * (name === "AssociativeRecall" ? this.group : 1);
    this.most = this.kind.key ? Math.min(MOST, 2 ** keyBits) : MOST;
  }
  /**
   * The sequence of some words: { input, target, mask }, rows of numbers, one for each step. What
   * was asked for in the sequence that was sent is asked for again, where there still is such a
   * thing. Throws an Error if the task can't be made of the words.
   */
  make(words) {
    const list = this.list(words);
    const { fits = () => true, sizes, fill } = this.kind;
    const sequence = new Sequence(...sizes(this.options));
    fill(sequence, this.options, list, fits(this.asked, list.length) ? this.asked : {});
    return { input: sequence.input, target: sequence.target, mask: sequence.mask };
  }
  /** The words in groups, one for each thing. */
  list(words) {
    const { wordSize, group, fewest, kind } = this;
    const wrong = words.find((word) => word.length !== wordSize);
    if (wrong !== void 0)
      throw new Error(`Each word must have ${wordSize} bits, but one is '${wrong}'.`);
    const list = grouped(words, group);
    if (words.length % group || list.length < fewest)
      throw new Error(
        `The number of words must be a multiple of ${group} and at least ${group * fewest}, but is ${words.length}.`
      );
    const keys = kind.key ? list.map(kind.key) : [];
    const twice = keys.find((key, i) => keys.indexOf(key) < i);
    if (twice !== void 0)
      throw new Error(`No two ${kind.what} may be alike, but '${twice}' is there twice.`);
    return list;
  }
  /** Random words of `count` things; a seed gives the same every time. */
  random(count, seed) {
    const draw = seeded(seed);
    let words = [];
    while (words.length < count * this.group) words = this.longer(words, draw);
    return words;
  }
  /** One thing more at the end of some words, unlike those before it. */
  longer(words, draw) {
    for (; ; ) {
      const next = Array.from({ length: this.group }, () => randomWord(this.wordSize, draw));
      const keys = this.kind.key ? grouped(words, this.group).map(this.kind.key) : [];
      if (!keys.includes(this.kind.key?.(next))) return [...words, ...next];
    }
  }
};

// src/memorylab/player/script/main.js
function render({ model, el }) {
  const root = element("div", {
    class: "memory-player",
    role: "group",
    "aria-label": "memory player"
  });
  el.replaceChildren(element("style", {}, style_default), root);
  const player = new Player(model, root);
  root.dataset.ready = "true";
  return () => player.destroy();
}
async function mount(el, start) {
  const packed = Uint8Array.from(atob(start.data), (letter) => letter.charCodeAt(0));
  const unpacked = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate"));
  const state = { ...start, data: new DataView(await new Response(unpacked).arrayBuffer()) };
  const model = {
    get: (key) => state[key],
    set: (key, value) => state[key] = value,
    save_changes() {
    },
    on() {
    },
    off() {
    }
  };
  render({ model, el });
  const night = matchMedia("(prefers-color-scheme: dark)");
  const paint = () => {
    const { theme } = document.body.dataset;
    const system = night.matches ? "dark" : "light";
    el.querySelector(".memory-player").dataset.theme = /^(light|dark)$/.test(theme) ? theme : system;
  };
  new MutationObserver(paint).observe(document.body, { attributeFilter: ["data-theme"] });
  night.addEventListener("change", paint);
  paint();
}
var main_default = { render };
export {
  Run,
  main_default as default,
  disturbance_exports as disturbances,
  mount,
  tasks_exports as tasks,
  tellStep
};
