// The login page of `auth-gen dev`: the generated client's own element, and a look at the session.

import {
  apiBasePath,
  apiDomain,
  appName,
  contact,
  jwks,
  outbox,
  providers,
} from "/.auth-gen/config.js";
import { createAuthClient } from "/.auth-gen/js/index.js";

const find = (id) => document.getElementById(id);
const client = createAuthClient({ apiDomain, apiBasePath, fetch: remember });
const login = document.querySelector("auth-login");
// Where the server lists its login methods, the element goes by that list.
for (const [name, value] of Object.entries({ contact, providers: providers?.join(" ") })) {
  if (value) {
    login.setAttribute(name, value);
  }
}
login.client = client;
// The class is defined after that: the element begins with this client and asks no other server.
await import("/.auth-gen/js/login.js");

document.title = `Sign in · ${appName}`;
find("name").textContent = appName;
find("api").textContent = apiDomain + apiBasePath;
for (const [id, url] of Object.entries({ outbox, jwks })) {
  find(id).hidden = url === null;
  find(id).href = url ?? "";
}
find("mail").hidden = outbox === null;
find("provider").hidden = providers === null;

let session;

/** Keeps the address of the user who signs in: answers of sign-in have it, sessions do not. */
async function remember(request) {
  const answer = await fetch(request);
  const body = await answer
    .clone()
    .json()
    .catch(() => undefined);
  const user = body?.user;
  const address = user?.emails?.[0] ?? user?.phoneNumbers?.[0];
  if (address) {
    localStorage.setItem("auth-gen-dev-address", JSON.stringify({ id: user.id, address }));
  }
  return answer;
}

/** Of the user of the session, where it is known. */
function address() {
  const known = JSON.parse(localStorage.getItem("auth-gen-dev-address")) ?? {};
  return known.id === session?.userId ? (known.address ?? "") : "";
}

function show(now) {
  session = now;
  login.messages = { signedInHint: address() };
  const state = find("state");
  state.textContent = session ? "signed in" : "signed out";
  state.classList.toggle("on", session !== undefined);
  find("actions").hidden = find("claims").hidden = session === undefined;
  find("ideas").hidden = session !== undefined;
  find("claims").querySelector("pre").textContent = JSON.stringify(
    session?.accessTokenPayload,
    undefined,
    2,
  );
  const facts = session
    ? { User: session.userId, Session: session.accessTokenPayload.sessionHandle ?? "" }
    : {};
  find("facts").replaceChildren(
    ...Object.entries(facts).flatMap(([name, value]) => [text("dt", name), text("dd", value)]),
  );
  tick();
}

function text(tag, content) {
  const element = document.createElement(tag);
  element.textContent = content;
  return element;
}

function tick() {
  if (session === undefined) {
    return;
  }
  const left = Math.max(0, Math.round((session.expiresAt - Date.now()) / 1000));
  const { exp, iat } = session.accessTokenPayload;
  find("life").value = left / (exp - iat);
  find("left").textContent =
    left > 0
      ? `Access token: ${Math.floor(left / 60)} min ${left % 60} s left`
      : "The access token has expired; the next call renews it.";
}

function log(event) {
  const entry = document.createElement("li");
  entry.append(text("span", event), text("time", new Date().toLocaleTimeString("en-GB")));
  find("events").prepend(entry);
  find("quiet").hidden = true;
}

client.onSession(async (event) => {
  log(event.type);
  show(await client.getSession());
});
find("refresh").addEventListener("click", async ({ currentTarget: button }) => {
  // Not `disabled`, which would take the focus of the keyboard away.
  if (button.ariaDisabled === "true") {
    return;
  }
  const label = button.textContent;
  button.ariaDisabled = "true";
  button.textContent = "Refreshing …";
  try {
    await client.refresh();
  } catch (error) {
    log(String(error.message));
  }
  button.textContent = label;
  button.ariaDisabled = "false";
});
document.addEventListener("auth-error", ({ detail }) => log(String(detail?.message ?? detail)));
setInterval(tick, 1000);

// What `auth-gen dev` says about the newest input; where it is served, the page is loaded again.
let version;

async function watch() {
  // A page in the background asks when it is looked at.
  if (document.hidden) {
    return;
  }
  try {
    const answer = await fetch("/.auth-gen/status.json", { cache: "no-store" });
    const status = await answer.json();
    version ??= status.version;
    if (status.version !== version) {
      location.reload();
    }
    find("problem").hidden = status.problem === null;
    find("problem").querySelector("pre").textContent = status.problem;
  } catch {
    // `auth-gen dev` has ended, or is started again.
  }
}

setInterval(watch, 1500);
document.addEventListener("visibilitychange", watch);
show(await client.getSession());
await watch();
