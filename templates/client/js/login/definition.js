/** What an element is given: by the generated entry, by the page around it, and what it gives back. */
export {};
