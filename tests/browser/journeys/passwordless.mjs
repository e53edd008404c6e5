// Users without a password: a code that is typed, and a link that another browser opens; by mail and by text message.

import assert from "node:assert/strict";

import { audit } from "../audit.mjs";
import { press as pressButton } from "../visit.mjs";

/** Another code of six digits. */
const wrong = (code) => (code === "000000" ? "111111" : "000000");

const PHONE = "+36201234567";

/** The kinds of addresses that a server takes, one after the other. */
function* contacts(visit) {
  const { contact, flow } = visit.run;
  const kinds = contact === "EMAIL_OR_PHONE" ? ["EMAIL", "PHONE"] : [contact];
  for (const kind of kinds) {
    const isPhone = kind === "PHONE";
    visit.phone = isPhone ? PHONE : undefined;
    yield {
      isPhone,
      what: isPhone ? "a text message" : "a mail",
      hasCode: flow !== "MAGIC_LINK",
      hasLink: flow !== "USER_INPUT_CODE",
      /** How many messages went there so far. */
      sent: 0,
    };
  }
}

/** With the functions of an SDK. */
export async function scripted(visit) {
  for (const to of contacts(visit)) {
    const contact = to.isPhone ? { phoneNumber: PHONE } : { email: visit.email };
    const begin = async () => {
      const begun = await visit.app("sendCode", contact);
      assert.deepEqual(begun, { status: "OK", flowType: visit.run.flow });
      to.sent += 1;
    };
    await visit.open("/");
    let isNew = true;
    let userId;
    if (to.hasCode) {
      await begin();
      const code = await visit.code(to.sent);
      assert.deepEqual(await visit.app("signInWithCode", wrong(code)), {
        status: "INCORRECT_USER_INPUT_CODE_ERROR",
      });
      assert.equal(await visit.app("sendCodeAgain"), "OK");
      to.sent += 1;
      await visit.code(to.sent);
      assert.deepEqual(await visit.app("signInWithCode", code), { status: "OK", isNew });
      assert.equal(await visit.app("call"), 200);
      ({ userId } = await visit.app("session"));
      await visit.app("signOut");
      isNew = false;
      visit.step(`${to.what}: a wrong code is refused, and the first one signs up after a second`);
    }
    if (to.hasLink) {
      await begin();
      const link = await visit.link(to.sent);
      const other = await visit.elsewhere();
      await other.open(link);
      assert.deepEqual(await other.app("signInWithLink"), { status: "OK", isNew });
      assert.equal(await other.app("call"), 200);
      userId ??= (await other.app("session")).userId;
      assert.equal((await other.app("session")).userId, userId);
      await other.app("signOut");
      await other.open(link);
      assert.deepEqual(await other.app("signInWithLink"), { status: "RESTART_FLOW_ERROR" });
      await other.context.close();
      visit.step(`${to.what}: a link signs in with another browser, once`);
    }
  }
}

/** With `<auth-login>`, by keyboard, and with an audit of its views. */
export async function login(visit) {
  const { page } = visit;
  const { contact } = visit.run;
  const sees = (name, on = page) => on.getByRole("heading", { name, exact: true }).waitFor();
  const press = (name, on = page) => pressButton(on, name);
  const label = { EMAIL: "Email", PHONE: "Phone number" }[contact] ?? "Email or phone number";
  const fill = async (label, value) => {
    await page.getByLabel(label, { exact: true }).fill(value);
    await page.keyboard.press("Enter");
  };

  for (const to of contacts(visit)) {
    const ask = async () => {
      await press("Send me a code instead");
      await page.getByText("There is no password to remember.").waitFor();
      // As people write it.
      await fill(label, to.isPhone ? "+36 20 123-4567" : visit.email);
      await sees(to.hasCode ? "Enter the code" : "Look into your messages");
      to.sent += 1;
    };
    let userId;
    await visit.open("/auth");
    await sees("Sign in");
    if (to.hasCode) {
      await ask();
      await audit(page, `the code of ${to.what}`);
      const code = await visit.code(to.sent);
      await fill("Code", wrong(code));
      await page.getByRole("alert").getByText("That is not the code. Tries left: 4.").waitFor();
      await press("Send it again");
      await page.getByRole("status").getByText("It is on its way again.").waitFor();
      to.sent += 1;
      await visit.code(to.sent);
      await fill("Code", code);
      await sees("You are signed in");
      assert.equal(await visit.app("call"), 200);
      ({ userId } = await visit.app("session"));
      visit.step(`${to.what}: a wrong code is refused, and the first one signs up after a second`);
      await press("Sign out");
      await sees("Sign in");
    }
    if (to.hasLink) {
      await ask();
      await audit(page, `what is shown while ${to.what} is on its way`);
      const link = await visit.link(to.sent);
      const other = await visit.elsewhere();
      await other.open(link);
      await other.page.getByText("You have opened a link to sign in.").waitFor();
      await audit(other.page, `the link of ${to.what}`);
      assert.equal(await other.app("session"), undefined);
      await press("Sign in here", other.page);
      await sees("You are signed in", other.page);
      assert.equal(new URL(other.page.url()).hash, "");
      userId ??= (await other.app("session")).userId;
      assert.equal((await other.app("session")).userId, userId);
      await other.context.close();
      visit.step(`${to.what}: another browser signs in with the link, after a press`);

      if (to.hasCode) {
        await fill("Code", await visit.code(to.sent));
        await page.getByText("That took too long, or too many tries. Start again.").waitFor();
        visit.step("the code of the same message is of no more use");
      }
      await visit.open("/auth");
      await ask();
      await visit.open(await visit.link(to.sent));
      await sees("You are signed in");
      assert.equal((await visit.app("session")).userId, userId);
      visit.step("the browser that asked for the link is signed in at once");
      await press("Sign out");
      await sees("Sign in");
    }
  }
}

/** With the widget of supertokens-auth-react. */
export async function widget(visit) {
  const { page } = visit;
  const home = (on = page) => on.locator("#home").waitFor();
  const submit = (on = page) => on.locator("button[data-supertokens~=button]").first().click();

  for (const to of contacts(visit)) {
    const ask = async () => {
      if (visit.run.contact === "EMAIL_OR_PHONE" && to.isPhone) {
        await page.getByText("Use a Phone number").click();
      }
      if (to.isPhone) {
        await page.locator('input[name="phoneNumber_text"]').fill("+36 20 123 4567");
      } else {
        await page.locator('input[name="email"]').fill(visit.email);
      }
      await submit();
      to.sent += 1;
      if (to.hasCode) {
        await page.locator('input[name="userInputCode"]').waitFor();
      } else {
        await page.getByText("Link sent!").waitFor();
      }
    };

    let userId;
    await visit.open("/auth");
    if (to.hasCode) {
      await ask();
      const code = await visit.code(to.sent);
      await page.locator('input[name="userInputCode"]').fill(wrong(code));
      await submit();
      await page.getByText("Invalid OTP").first().waitFor();
      await page.getByText(to.isPhone ? "Resend SMS" : "Resend Email").click();
      await page.getByText(to.isPhone ? "SMS resent" : "Email resent").waitFor();
      to.sent += 1;
      await visit.code(to.sent);
      await page.locator('input[name="userInputCode"]').fill(code);
      await submit();
      await home();
      assert.equal(await visit.app("call"), 200);
      ({ userId } = await visit.app("session"));
      visit.step(`${to.what}: a wrong code is refused, and the right one signs up`);
      await visit.app("signOut");
      await visit.open("/auth");
    }
    if (to.hasLink) {
      await ask();
      const link = await visit.link(to.sent);
      const other = await visit.elsewhere();
      await other.open(link);
      await submit(other.page);
      await home(other.page);
      userId ??= (await other.app("session")).userId;
      assert.equal((await other.app("session")).userId, userId);
      await other.context.close();
      visit.step(`${to.what}: another browser signs in with the link, after a click`);

      await visit.open("/auth");
      // The widget remembers the attempt that is over.
      await page.getByText(to.isPhone ? "Change phone number" : "Change email").click();
      await ask();
      await visit.open(await visit.link(to.sent));
      await home();
      assert.equal((await visit.app("session")).userId, userId);
      visit.step("the browser that asked for the link is signed in at once");
      await visit.app("signOut");
    }
  }
}
