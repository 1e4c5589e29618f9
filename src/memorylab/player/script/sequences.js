// New sequences for the model in the page.

/** The model's run of a new random sequence of the page's task; null without model or task. */
export function freshRun() {
  return null;
}
