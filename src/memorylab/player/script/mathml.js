// Expressions as MathML, with the paper's symbols.
export const symbolOf = (name) => name;
