// How the player's script is checked: it runs in browsers, as one file without dependencies.
import js from "@eslint/js";
import globals from "globals";

export default [
  js.configs.recommended,
  {
    languageOptions: { globals: globals.browser },
    rules: {
      eqeqeq: "error",
      "no-self-compare": "off", // `number !== number` is the fastest test for NaN
      "no-shadow": "error",
      "no-var": "error",
      "prefer-const": "error",
    },
  },
];
