// What a page writes against a client whose description tells requests from answers, and null from absent
// (tests/server/tests/own_schemas/auth.yaml). It is compiled and never run: what must not compile says so.

import {
  createAuthClient,
  addMember,
  changeProfile,
  setMotto,
  setLabels,
  type Member,
  type MemberRequest,
} from "auth-client";
const client = createAuthClient();
const sent: MemberRequest = {
  email: "a",
  password: "p",
  login: { kind: "PinLogin", pin: "1" },
  manager: null,
};
const { member } = await addMember(client, sent);
// @ts-expect-error a password is in no answer
member.password;
const login = { kind: "PinLogin", pin: "1" } as const;
// @ts-expect-error an id is not sent
const wrong: MemberRequest = { id: "1", email: "a", password: "p", login };
// @ts-expect-error a password is required
const incomplete: MemberRequest = { email: "a", login };
const id: string = member.id;
if (member.login.kind === "KeyLogin") {
  const f: string = member.login.fingerprint;
}
const manager: Member | null | undefined = member.manager;
await changeProfile(client, { limit: null });
await changeProfile(client, {
  limit: 1,
  note: null,
  level: null,
  home: null,
  tags: [null, "a"],
  homes: { a: null },
  mode: null,
});
// @ts-expect-error it must be there
await changeProfile(client, {});
// @ts-expect-error it is not null
await changeProfile(client, { limit: 1, tags: null });
const motto = await setMotto(client, { body: null, sort: null });
// @ts-expect-error the whole answer may be null
motto.words;
const labels = await setLabels(client, { title: "t", a: 1 });
const owner: string = labels.owner;
