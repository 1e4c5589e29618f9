// How numbers become colours.

const CIVIDIS =
  "00224e 002e6a 1a386f 32436d 434e6c 535a6d 61656f 6f7073 7d7c78 8c8878 9b9476 aba072 bcae6c " +
  "cdbb63 dec958 f0d846 fee838";
const BLUE_TO_RED =
  "053061 175290 2a71b2 3f8ec0 6bacd1 9bc9e0 c2ddec e0ecf3 f7f6f6 fbe5d8 fbccb4 f5aa89 e48066 " +
  "d05548 ba2832 930e26 67001f";

const anchors = (text) =>
  text.split(" ").map((hex) => [0, 2, 4].map((i) => parseInt(hex.slice(i, i + 2), 16)));

/** 256 colours as the 32-bit words that a canvas stores. */
function palette(text) {
  const stops = anchors(text);
  const words = new Uint32Array(256);
  for (let i = 0; i < 256; i++) {
    const place = (i / 255) * (stops.length - 1);
    const low = Math.min(Math.floor(place), stops.length - 2);
    const [red, green, blue] = stops[low].map((from, channel) =>
      Math.round(from + (place - low) * (stops[low + 1][channel] - from)),
    );
    words[i] = (255 << 24) | (blue << 16) | (green << 8) | red;
  }
  return words;
}

export const PALETTES = { sequential: palette(CIVIDIS), diverging: palette(BLUE_TO_RED) };
export const gradient = (kind) =>
  `linear-gradient(to right, ${(kind === "diverging" ? BLUE_TO_RED : CIVIDIS)
    .split(" ")
    .map((hex) => "#" + hex)
    .join(", ")})`;

/** How numbers become colours: from `low` to `high`, diverging ones symmetric about 0. */
export const between = (low, high) => ({
  kind: "sequential",
  low,
  high: high > low ? high : low + 1,
});
export const around = (extent) => ({ kind: "diverging", low: -(extent || 1), high: extent || 1 });
export const UNIT = between(0, 1);
