// The numbers of a run at a step, and of one run minus another.

const STATE_EVERY = 16; // Steps between the states that a recomputed run keeps.
const NORM_EPSILON = 1e-6; // That of memorylab.memory.dnc.addressing; a test compares the results.

const product = (sizes) => sizes.reduce((a, b) => a * b, 1);

/** softmax(strength · cosine) over the rows of `memory`, for one key. */
export function lookUp(memory, key, strength, locations, word) {
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
    scores[n] = (strength * dot) / Math.sqrt(keyNorm * norm);
    highest = Math.max(highest, scores[n]);
  }
  let total = 0;
  for (let n = 0; n < locations; n++) total += scores[n] = Math.exp(scores[n] - highest);
  return scores.map((score) => score / total);
}

/**
 * The numbers of one run. `arrays` has for each array its row of the trace's table (axes, kind,
 * label, columns), its shape, its range, and how many steps of it were `sent`. Steps that were not
 * sent are recomputed by the paper's equations.
 */
export class Run {
  constructor(header, block) {
    Object.assign(this, header); // steps, locations, word, heads, order, label, frame, arrays
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
    return (this.fresh.arrays[name] ??= this.computed(name, step));
  }

  /** Memory, links and precedence after `step`, from the nearest state before it that is known. */
  state(step) {
    if (!this.kept) {
      const [memory, link, precedence] = ["memory", "link", "precedence"].map((name) =>
        Float64Array.from(this.at(name, 0)),
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
    const step = (state.step += 1);
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
        const kept = Math.max(0, 1 - write[i] - write[j]);
        link[cell] = kept * link[cell] + write[i] * precedence[j];
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
      const of = (array, at, length) =>
        this.at(array, at).subarray(head * length, (head + 1) * length);
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
}

/** One run minus another, seen as a run. */
export class Difference extends Run {
  constructor(left, right) {
    const arrays = {};
    for (const [name, row] of Object.entries(left.arrays)) {
      const other = right.arrays[name];
      if (!other || `${row.shape.slice(1)}` !== `${other.shape.slice(1)}`) continue;
      const extent = Math.max(row.high, other.high) - Math.min(row.low, other.low);
      arrays[name] = { ...row, low: -extent, high: extent };
    }
    const { locations, word, heads, order, kind, answer } = left;
    const label = `${left.label} − ${right.label}`;
    const steps = Math.max(left.steps, right.steps);
    super({ locations, word, heads, order, kind, answer, label, steps, arrays });
    Object.assign(this, { left, right, signed: true });
  }

  at(name, step) {
    const other = this.right.at(name, step);
    return Float32Array.from(this.left.at(name, step), (value, i) => value - other[i]);
  }
}
