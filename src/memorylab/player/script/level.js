// The level that a reader chose last, kept by the browser where it may keep anything.

const KEY = "memorylab-player-level";
const LEVELS = ["simple", "everything"];

/** The level to begin with: the one chosen last, or the simple one. */
export function recall() {
  try {
    const level = localStorage.getItem(KEY);
    return LEVELS.includes(level) ? level : LEVELS[0];
  } catch {
    return LEVELS[0]; // storage is blocked, as in a sandboxed frame
  }
}

export function remember(level) {
  try {
    localStorage.setItem(KEY, level);
  } catch {
    // Storage is blocked or full: the choice lasts as long as the page.
  }
}
