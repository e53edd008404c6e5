export * from "./more";
export { default as legacy } from "./legacy";
