"""Reading and pointing at a player in a browser."""

HASH = """(canvas) => {
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  return data.join();
}"""

LAYOUT_PROBLEMS = """() => {
  const problems = [];
  const root = document.querySelector(".memory-player");
  const box = (node) => node.getBoundingClientRect();
  const name = (node) => node.textContent || node.dataset.panel;
  const seen = (node) => node.checkVisibility() && node.tagName !== "OPTION";
  const hasText = (node) => [...node.childNodes].some((child) =>
    child.nodeType === Node.TEXT_NODE && child.data.trim());
  const texts = [...root.querySelectorAll("*")].filter((node) => seen(node) && hasText(node));
  for (const node of texts) {
    if (parseFloat(getComputedStyle(node).fontSize) < 11) problems.push("tiny: " + name(node));
    if (box(node).right > box(root).right + 1) problems.push("outside: " + name(node));
  }
  const widgets = [...root.querySelectorAll("canvas, button, select, input")].filter(seen);
  const leaves = [...texts.filter((node) => !node.children.length), ...widgets];
  // Of a text each line, because one may begin beside another text and go on below it.
  const boxes = new Map(leaves.map((node) => {
    const range = document.createRange();
    range.selectNodeContents(node);
    const { left, right, top, bottom } = box(node); // which may cut the text
    const lines = [...range.getClientRects()].map((line) => ({
      left: Math.max(left, line.left),
      right: Math.min(right, line.right),
      top: Math.max(top, line.top),
      bottom: Math.min(bottom, line.bottom),
    }));
    return [node, widgets.includes(node) ? [box(node)] : lines];
  }));
  const overlap = (a, b) =>
    Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1 &&
    Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 1.5;
  leaves.forEach((one, i) => leaves.slice(0, i).forEach((other) => {
    if (one.contains(other) || other.contains(one)) return;
    if (boxes.get(one).some((a) => boxes.get(other).some((b) => overlap(a, b))))
      problems.push(`overlap: ${name(one)} and ${name(other)}`);
  }));
  return problems;
}"""


def step_of(page):
    return int(page.locator(".memory-player").get_attribute("data-step"))


def pixels(page, name):
    return page.locator(f"[data-panel='{name}']").first.evaluate(HASH)


def value_of(page):
    said = page.locator(".mp-value").inner_text()
    return said.rpartition(" = ")[0], float(said.rpartition(" = ")[2].split()[0])


def point_at(page, name, row, column, rows, columns):
    canvas = page.locator(f"[data-panel='{name}']").first
    box = canvas.bounding_box()
    x, y = (column + 0.5) / columns * box["width"], (row + 0.5) / rows * box["height"]
    canvas.hover(position={"x": x, "y": y})
