// Figures with controls, and predictions: what explore() and predict() show in a notebook.

function element(tag, properties = {}, ...children) {
  const node = document.createElement(tag);
  for (const [key, value] of Object.entries(properties)) {
    if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
    else node.setAttribute(key, value);
  }
  // Or JupyterLab and Notebook take keys such as "a" and "b" for their own.
  if (["button", "input", "select"].includes(tag))
    node.setAttribute("data-lm-suppress-shortcuts", "true");
  node.append(...children);
  return node;
}

let count = 0;
const unique = (name) => `ml-${name}-${++count}`;

/** What a control says at a place: of one value, or of all buttons pressed. */
const said = (texts, place) =>
  Array.isArray(place) ? place.map((one) => texts[one]).join(", ") || "none" : texts[place];

/** Buttons that add to what was pressed, and one that takes the last away. */
function buttons({ label, texts, most }, choose) {
  const id = unique("buttons");
  let pressed = [];
  const button = (text, onclick) => element("button", { type: "button", onclick }, text);
  const adding = texts.map((text, place) => button(text, () => choose([...pressed, place])));
  const undo = button("undo", () => choose(pressed.slice(0, -1)));
  const group = element("span", { role: "group", "aria-labelledby": id }, ...adding, undo);
  const value = element("output");
  const show = (places) => {
    pressed = places;
    for (const one of adding) one.disabled = pressed.length >= most;
    undo.disabled = !pressed.length;
    value.textContent = said(texts, pressed) + (pressed.length < most ? "" : ` (at most ${most})`);
  };
  return { row: [element("span", { id }, label), group, value], show };
}

/** The input of one control, and how to show another of its values. */
function control(header, choose) {
  const { kind, label, texts } = header;
  if (kind === "buttons") return buttons(header, choose);
  const id = unique(kind);
  const name = element("label", { for: id }, label);
  if (kind === "choice") {
    const options = texts.map((text, place) => element("option", { value: place }, text));
    const onchange = () => choose(Number(input.value));
    const input = element("select", { id, onchange }, ...options);
    return { row: [name, input], show: (place) => (input.value = place) };
  }
  if (kind === "switch") {
    const onchange = () => choose(Number(input.checked));
    const input = element("input", { id, type: "checkbox", onchange });
    return { row: [name, input], show: (place) => (input.checked = place === 1) };
  }
  const oninput = () => choose(Number(input.value));
  const input = element("input", { id, type: "range", min: 0, max: texts.length - 1, oninput });
  const value = element("output", { for: id });
  const show = (place) => {
    input.value = place;
    value.textContent = texts[place];
    input.setAttribute("aria-valuetext", texts[place]);
  };
  return { row: [name, input, value], show };
}

/** Controls above a picture that the kernel draws. */
function explore(model, root) {
  const { controls, width } = model.get("header");
  const parts = controls.map((one, index) =>
    control(one, (place) => {
      const places = [...model.get("places")];
      places[index] = place;
      // While the kernel draws, Jupyter keeps back all but the newest of these.
      model.set("places", places);
      model.save_changes();
    }),
  );
  const rows = parts.map(({ row }) => element("div", { class: "ml-control" }, ...row));
  const image = element("img", { width });
  const says = element("p", { role: "status" });
  const problem = element("p", { role: "alert" });
  root.append(element("div", { class: "ml-controls" }, ...rows), image, says, problem);

  const showPlaces = () => model.get("places").forEach((place, at) => parts[at].show(place));
  let address = null;
  async function showPicture() {
    const old = address;
    const drawn = model.get("drawn");
    address = URL.createObjectURL(new Blob([model.get("picture")], { type: "image/png" }));
    image.src = address;
    image.alt = controls
      .map(({ label, texts }, index) => `${label}: ${said(texts, drawn[index])}`)
      .join(", ");
    says.textContent = model.get("text");
    problem.textContent = model.get("problem");
    await image.decode().catch(() => {}); // another picture has come meanwhile
    if (old) URL.revokeObjectURL(old);
    root.dataset.drawn = drawn.join();
  }
  showPlaces();
  showPicture();
  return { "change:places": showPlaces, "change:drawn": showPicture };
}

/** A question with choices, or with a field for a number. */
function predict(model, root) {
  const { question, choices, unit } = model.get("header");
  const noted = element("p", { role: "status" });
  const note = (guess) => {
    model.set("guess", guess);
    model.save_changes();
  };
  const name = unique("guess");
  const legend = element("legend", {}, element("strong", {}, "Predict: "), question);
  const inputs = choices.map((choice) =>
    element("input", { type: "radio", name, value: choice, onchange: () => note(choice) }),
  );
  const labels = inputs.map((input, at) => element("label", {}, input, " ", choices[at]));
  if (!choices.length) {
    // At each key: JupyterLab keeps the Enter that would end the typing.
    const oninput = (event) => {
      const number = event.target.valueAsNumber;
      note(Number.isFinite(number) ? number : null);
    };
    inputs.push(element("input", { type: "number", step: "any", oninput }));
    labels.push(element("label", {}, "Your guess: ", inputs[0], unit));
  }
  root.append(element("fieldset", {}, legend, ...labels, noted));
  function show() {
    const guess = model.get("guess");
    if (choices.length) inputs.forEach((input) => (input.checked = input.value === guess));
    else if (!inputs[0].matches(":focus")) inputs[0].value = guess ?? ""; // typing goes on
    noted.textContent = guess === null ? "" : "Noted. The answer comes further down.";
    root.dataset.guess = guess ?? "";
  }
  show();
  return { "change:guess": show };
}

/** The answer beside the guess; without one, it waits for a click. */
function reveal(model, root) {
  const says = element("p", { role: "status" });
  let asked = false;
  const onclick = () => {
    asked = true;
    show();
  };
  const button = element("button", { type: "button", onclick }, "Show the answer without a guess");
  root.append(says, button);
  function show() {
    const waits = model.get("guess") === null && !asked;
    button.hidden = !waits;
    says.textContent = waits ? "Note your guess above first." : model.get("text");
  }
  show();
  return { "change:guess": show };
}

function render({ model, el }) {
  const kind = model.get("kind");
  const root = element("div", { class: `ml-explorable ml-${kind}` });
  el.append(root);
  const handlers = { explore, predict, reveal }[kind](model, root);
  for (const [event, handler] of Object.entries(handlers)) model.on(event, handler);
  return () => {
    for (const [event, handler] of Object.entries(handlers)) model.off(event, handler);
  };
}

export default { render };
