// The T-maze: its rules, what an agent sees of it, and its picture, equal to those of
// memorylab.environments.tmaze. A test compares the two.

export const [FORWARD, LEFT, RIGHT] = [0, 1, 2];
export const ACTION_NAMES = ["forward", "left", "right"];
const BUMP_REWARD = -0.1;
export const SIDES = { [LEFT]: "left", [RIGHT]: "right" };

/** A corridor with a sign at its start and a junction at its end. */
export class TMaze {
  /** `sign` is LEFT or RIGHT; the corridor has `length` steps; after `limit` steps all is over. */
  constructor(sign, length, limit = 4 * length) {
    Object.assign(this, { sign, length, limit, distance: length, time: 0, outcome: null });
  }

  get over() {
    return this.outcome !== null;
  }

  /** Whether the agent turned where the sign pointed. */
  get correct() {
    return this.outcome === SIDES[this.sign];
  }

  /** Walk or turn; return the reward. */
  step(action) {
    this.time += 1;
    let reward = BUMP_REWARD;
    if (this.distance === 0 && action !== FORWARD) {
      this.outcome = SIDES[action];
      return this.correct ? 1 : -1;
    }
    if (this.distance > 0 && action === FORWARD) {
      this.distance -= 1;
      reward = 0;
    }
    if (this.time >= this.limit) this.outcome = "late";
    return reward;
  }

  /** The four numbers that an agent sees; it sees the sign at the first step only. */
  observe(visible = this.time === 0) {
    const sign = visible ? this.sign : null;
    const junction = this.distance === 0;
    return [sign === LEFT, sign === RIGHT, !junction, junction].map(Number);
  }

  /** The scene for an onlooker; for a player who isn't to know the sign, it is not `told`. */
  scene(visible = this.time === 0, told = true) {
    const { sign, distance, length, outcome } = this;
    return drawMaze(told ? SIDES[sign] : null, distance, length, visible, outcome);
  }
}

// -- the scene: in whole numbers, as in Python

const [START, MIDDLE, HALF] = [44, 80, 18]; // the sign's x; the corridor's y and half its width
const [LONGEST, STEP] = [336, 48]; // of the corridor in the scene, and of one step
const [TOP, BOTTOM] = [8, 152]; // of the arms …
const ENDS = { left: 30, right: 130 }; // … and where an agent stands that turned
const parsePoints = (text) => text.split(" ").map((pair) => pair.split(",").map(Number));
const ARROW = parsePoints("0,-12 10,0 4,0 4,12 -4,12 -4,0 -10,0"); // points up
const STAR = parsePoints("0,-10 3,-3 10,-3 4,1 6,9 0,4 -6,9 -4,1 -10,-3 -3,-3");
const CHECK = ["-5,0 -1,4 5,-4"].map(parsePoints);
const CROSS = ["-4,-4 4,4", "-4,4 4,-4"].map(parsePoints);

const moved = (x, y, points, up = 1) => points.map(([dx, dy]) => [x + dx, y + up * dy]);
const circle = (x, y, radius, fill) => ({ kind: "circle", x, y, radius, fill });
const polygon = (points, fill) => ({ kind: "polygon", points, fill });
const line = (points, stroke) => ({ kind: "line", points, stroke, stroke_width: 3 });
const text = (x, y, words, size, fill, anchor) => ({
  ...{ kind: "text", x, y, text: words, size, fill },
  ...(anchor ? { anchor } : {}),
});

/** The scene as memorylab.environments.tmaze.tmaze_scene has it; see there. */
export function drawMaze(sign, distance, length, visible, outcome = null) {
  const place = (k) => START + Math.floor((Math.min(LONGEST, STEP * length) * k) / length);
  const [junction, here] = [place(length), place(length - distance)];
  const y = ENDS[outcome] ?? MIDDLE;
  const right = junction + HALF;
  const shapes = [corridor(junction)];
  for (let k = 0; k <= length; k++) shapes.push(circle(place(k), MIDDLE, 2, "quiet"));
  shapes.push(...drawSign(sign, visible));
  for (const [side, end] of Object.entries(ENDS)) {
    shapes.push(text(right + 8, end, side, 14, "text", "start"));
    if (side === sign && sign !== outcome) shapes.push(polygon(moved(junction, end, STAR), "goal"));
  }
  const trail = [
    [START, MIDDLE],
    [here, MIDDLE],
    [here, y],
  ];
  shapes.push(
    line(trail, "agent"),
    circle(here, y, 12, "agent"),
    polygon(nose(here, y, outcome), "ground"),
    ...drawOutcome(sign, outcome, right),
  );
  const label = tell(sign, distance, visible, outcome);
  return { width: 480, height: 160, label, shapes };
}

function corridor(junction) {
  const [top, bottom] = [MIDDLE - HALF, MIDDLE + HALF];
  const [start, left, right] = [START - HALF - 4, junction - HALF, junction + HALF];
  const upper = `${start},${top} ${left},${top} ${left},${TOP} ${right},${TOP}`;
  const lower = `${right},${BOTTOM} ${left},${BOTTOM} ${left},${bottom} ${start},${bottom}`;
  return { ...polygon(parsePoints(`${upper} ${lower}`), "floor"), stroke: "wall" };
}

/** Where the agent looks: along the corridor, or up or down. */
function nose(x, y, outcome) {
  if (outcome in ENDS)
    return moved(x, y, parsePoints("0,-8 6,4 -6,4"), outcome === "left" ? 1 : -1);
  return moved(x, y, parsePoints("8,0 -4,-6 -4,6"));
}

function drawSign(sign, visible) {
  const board = { kind: "rect", x: START - 22, y: 8, width: 44, height: 38, radius: 5 };
  const look = visible
    ? { fill: "sign", stroke: "wall" }
    : { fill: "ground", stroke: "quiet", dashed: true };
  const ink = visible ? "ink" : "quiet";
  const up = sign === "left" ? 1 : -1;
  const post = [
    [START, 46],
    [START, MIDDLE - HALF],
  ];
  return [
    line(post, "wall"),
    { ...board, ...look },
    sign === null ? text(START, 27, "?", 24, ink) : polygon(moved(START, 27, ARROW, up), ink),
    text(6, 112, "sign", 11, "quiet", "start"),
    text(6, 126, visible ? "in sight" : "out of sight", 11, "quiet", "start"),
  ];
}

function drawOutcome(sign, outcome, right) {
  if (outcome === "late") return [text(right + 8, MIDDLE, "too late", 14, "bad", "start")];
  if (sign === null || outcome === null) return [];
  const [x, y, good] = [right + 64, ENDS[outcome], outcome === sign];
  const marks = good ? CHECK : CROSS;
  return [
    circle(x, y, 11, good ? "good" : "bad"),
    ...marks.map((mark) => line(moved(x, y, mark), "ground")),
  ];
}

function tell(sign, distance, visible, outcome) {
  const turned = outcome in ENDS;
  let shown = `the sign ${visible ? "shows" : "showed"} ${sign}`;
  if (sign === null) shown = "the sign is not known";
  else if (turned) shown = `${outcome === sign ? "as" : "but"} the sign showed ${sign}`;
  if (turned) return `The agent turned ${outcome}, ${shown}.`;
  const steps = distance === 1 ? "1 step" : `${distance} steps`;
  const place = distance === 0 ? "at the junction" : `${steps} before the junction`;
  const late = outcome === "late" ? " Its time is up." : "";
  return `The agent stands ${place}; ${shown}.${late}`;
}
