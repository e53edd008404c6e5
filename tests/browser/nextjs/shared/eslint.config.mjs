// The rules for what the generator writes into a Next.js application: those of the client.

import tseslint from "typescript-eslint";

export default tseslint.config(
  { ignores: ["auth/", "sdk/", ".next/"] },
  {
    files: ["auth-gen/**/*.ts", "{app,pages}/api/auth/**/*.ts"],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    linterOptions: { reportUnusedDisableDirectives: "error" },
    rules: {
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
    },
  },
);
