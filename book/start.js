
// What follows is the book's own: it brings each film strip to life, in the theme of the page.
const night = matchMedia("(prefers-color-scheme: dark)");

function theme() {
  const chosen = document.body.dataset.theme;
  if (chosen === "light" || chosen === "dark") return chosen;
  return night.matches ? "dark" : "light";
}

async function start(place) {
  const state = JSON.parse(place.querySelector("script").textContent);
  const packed = Uint8Array.from(atob(state.data), (letter) => letter.charCodeAt(0));
  const unpacked = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate"));
  state.data = new DataView(await new Response(unpacked).arrayBuffer());
  const model = {
    get: (key) => state[key],
    set: (key, value) => { state[key] = value; },
    save_changes: () => {}, on: () => {}, off: () => {},
  };
  // In a shadow, so that the styles of the book and of the player leave each other alone.
  const stage = place.querySelector(".player-stage").attachShadow({ mode: "open" });
  render({ model, el: stage });
  const paint = () => { stage.querySelector(".memory-player").dataset.theme = theme(); };
  new MutationObserver(paint).observe(document.body, { attributeFilter: ["data-theme"] });
  night.addEventListener("change", paint);
  paint();
}

for (const place of document.querySelectorAll(".player:not([data-live])")) {
  place.dataset.live = "true";
  start(place);
}
