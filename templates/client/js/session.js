/**
 * What a frontend sees of the session: who is signed in, what happens to that, and the client with its options.
 */
export {};
