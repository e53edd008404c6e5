// The rules for the client's source and for what the generator emits beside it. Run in the folder of a
// client: `eslint --config <here>/eslint.config.mjs src`.

import tseslint from "typescript-eslint";

export default tseslint.config({
  files: ["src/**/*.ts"],
  extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
  languageOptions: {
    parserOptions: { projectService: true, tsconfigRootDir: process.cwd() },
  },
  linterOptions: { reportUnusedDisableDirectives: "error" },
  rules: {
    "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
    "@typescript-eslint/no-unused-vars": ["error", { ignoreRestSiblings: true }],
    // An empty text is none.
    "@typescript-eslint/prefer-nullish-coalescing": [
      "error",
      { ignorePrimitives: { string: true } },
    ],
    "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
    // The spec decides the shape of a type, and its form follows from that.
    "@typescript-eslint/consistent-type-definitions": "off",
  },
});
