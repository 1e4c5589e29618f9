// Elements of the page, and numbers as text.

export function element(tag, properties = {}, ...children) {
  const node = document.createElement(tag);
  for (const [key, value] of Object.entries(properties)) {
    if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
    else if (key === "style") Object.assign(node.style, value);
    else if (value !== null && value !== undefined) node.setAttribute(key, value);
  }
  // Or JupyterLab and Notebook take keys such as "a" and "b" for their own.
  if ("tabindex" in properties || ["button", "input", "select", "summary"].includes(tag))
    node.setAttribute("data-lm-suppress-shortcuts", "true");
  node.append(...children);
  return node;
}

/** Whether an element, or one in it, has the focus; also in a shadow root. */
export const hasFocus = (node) => node.contains(node.getRootNode().activeElement);

/** A button that stays pressed. */
export const press = (name, title, text, onclick) =>
  element("button", { type: "button", title, onclick, "data-action": name }, text);

/** An element of a drawing (SVG). */
export function drawing(tag, properties = {}, ...children) {
  const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [key, value] of Object.entries(properties)) node.setAttribute(key, value);
  node.append(...children);
  return node;
}

/** The signs on the buttons, drawn, because few fonts have all of them. */
const SIGNS = {
  first: "M3 3h2v10H3zM13 3v10L6 8z",
  back: "M11 3v10L4 8z",
  play: "M4 2.5v11L13.5 8z",
  pause: "M4 3h3v10H4zM9 3h3v10H9z",
  forward: "M5 3v10l7-5z",
  last: "M11 3h2v10h-2zM3 3v10l7-5z",
};

export function sign(name) {
  const box = { viewBox: "0 0 16 16", width: 16, height: 16, "aria-hidden": "true" };
  return drawing("svg", box, drawing("path", { d: SIGNS[name], fill: "currentColor" }));
}

export const brief = (value) =>
  Number.isNaN(value) ? "NaN" : show(Number(value.toPrecision(3))).replace("-", "−");

export const show = (value) => {
  if (Number.isNaN(value)) return "NaN (no number)";
  if (Number.isInteger(value)) return String(value);
  const size = Math.abs(value);
  return size >= 1e-4 && size < 1e5 ? String(Number(value.toPrecision(5))) : value.toExponential(3);
};

/** The smallest stride at which labels `room` pixels wide fit when `count` share `length`. */
export const spacing = (count, length, room) => {
  for (const every of [1, 2, 4, 5, 8, 10, 16, 20, 32, 50, 64, 100, 128, 200, 256, 500])
    if ((every * length) / count >= room) return every;
  return count;
};
