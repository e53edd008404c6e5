// The rules for the client's source. Run in templates/client: `eslint --config <here>/eslint.config.mjs src`.

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
  },
});
