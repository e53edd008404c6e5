/** The inputs of an element, from the generated entry and from the page around it, and its events. */
export {};
