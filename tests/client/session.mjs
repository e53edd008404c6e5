// What the tests of the session engine share: a fake server for each test, and clients of it.

import { afterEach, beforeEach } from "vitest";

import { load } from "./client.mjs";
import { startFakeServer } from "./fake-server.mjs";

export const { newClient } = await load("engine.js");
export const { call } = await load("http.js");
export const { ApiError, NetworkError, TimeoutError } = await load("errors.js");
export const { memoryStorage, STORED } = await load("storage.js");

export const SIGN_IN = {
  id: "signIn",
  method: "POST",
  path: "/signin",
  rid: "emailpassword",
  tenant: true,
};
export const SIGN_OUT = {
  id: "signOut",
  method: "POST",
  path: "/signout",
  rid: "session",
  signsOut: true,
};
export const get = (path) => ({ id: "probe", method: "GET", path });

/** The server of the running test. */
export let server;
beforeEach(async () => {
  server = await startFakeServer();
});
afterEach(() => server.close());

export function open(options = {}) {
  // On a server, as in these tests, a client has a storage only where it is told to.
  const client = newClient({ apiDomain: server.origin, storage: memoryStorage(), ...options });
  const events = [];
  client.onSession((event) => events.push(event.type));
  return { client, events };
}

export async function openSignedIn(options) {
  const opened = open(options);
  await call(opened.client, SIGN_IN);
  return opened;
}
