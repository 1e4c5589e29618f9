// Functions of numbers that several equations need; each as PyTorch computes it in float64.

export const product = (sizes) => sizes.reduce((a, b) => a * b, 1);

/** The indices of an element of an array of some shape from its place in the flat array. */
export function indicesOf(shape, flat) {
  const indices = [];
  for (const size of shape.toReversed()) {
    indices.unshift(flat % size);
    flat = Math.floor(flat / size);
  }
  return indices;
}

export const sigmoid = (x) => 1 / (1 + Math.exp(-x));

/** 1 + log(1 + eˣ), without overflow. */
export const oneplus = (x) => 1 + (x > 40 ? x : Math.log1p(Math.exp(x)));

/** Replace a part of `values` by its softmax. */
export function softmax(values, from, count) {
  let highest = -Infinity;
  for (let i = from; i < from + count; i++) highest = Math.max(highest, values[i]);
  let total = 0;
  for (let i = from; i < from + count; i++) total += values[i] = Math.exp(values[i] - highest);
  for (let i = from; i < from + count; i++) values[i] /= total;
}

/** Add rows `first` to `first + out.length` of a matrix, times a vector, to `out`. */
export function addProduct(out, matrix, vector, first = 0, width = vector.length, start = 0) {
  for (let row = 0; row < out.length; row++) {
    let total = 0;
    const place = (first + row) * width + start;
    for (let i = 0; i < vector.length; i++) total += matrix[place + i] * vector[i];
    out[row] += total;
  }
}
