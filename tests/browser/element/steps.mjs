// What may have to be done after a sign-in: an address to confirm, a second factor.

import assert from "node:assert/strict";

import { totpCode } from "../stand-in/totp.mjs";
import { PASSWORD } from "./visit.mjs";

export const steps = {
  async "confirming the address"(visit) {
    visit.server.verifyEmails = true;
    await visit.open("/auth?show=signup");
    await visit.fill({ Email: "ev@example.com", Password: PASSWORD });
    await visit.sees("Confirm your email address");
    assert.deepEqual(await visit.events(), []);
    await visit.press("I have followed the link");
    await visit.alert("The address is not confirmed yet.");
    await visit.press("Send the mail again");
    await visit.page.getByRole("status").getByText("The mail is on its way again.").waitFor();
    assert.equal(visit.server.mails.filter(({ to }) => to === "ev@example.com").length, 2);

    const waiting = visit.page;
    visit.page = await visit.context.newPage();
    await visit.open(visit.mail().link);
    await visit.sees("Confirm your email address");
    await visit.press("Confirm");
    await visit.sees("Your email address is confirmed");
    await visit.press("Continue");
    await visit.signedIn();
    visit.page = waiting;
    await visit.press("I have followed the link");
    await visit.signedIn();
    assert.deepEqual(await visit.events(), [true]);
    visit.step("the link of the mail, and the tab that waits for it");

    await visit.signOut();
    await visit.open("/auth?show=signup");
    await visit.fill({ Email: "later@example.com", Password: PASSWORD });
    await visit.sees("Confirm your email address");
    await visit.press("Later");
    await visit.signedIn();
    await visit.open("/auth", { "verify-email": "required" });
    await visit.sees("Confirm your email address");
    assert.equal(await visit.page.getByRole("button", { name: "Later" }).count(), 0);
    visit.step("may wait, unless the page says that it must not");
  },

  async "a server without a step"(visit) {
    visit.server.lacks.push("PUT /mfa/info");
    await visit.open("/auth?show=signup");
    await visit.fill({ Email: "plain@example.com", Password: PASSWORD });
    await visit.signedIn();
    assert.deepEqual(await visit.events(), [true]);
    await visit.signOut();
    visit.step("a second factor that the server does not know of is not asked for");

    visit.server.verifyEmails = true;
    await visit.fill({ Email: "plain@example.com", Password: PASSWORD });
    await visit.sees("Confirm your email address");
    visit.step("and the next step is");
  },

  async "a second factor"(visit) {
    visit.server.secondFactor = true;
    await visit.open("/auth?show=signup");
    await visit.fill({ Email: "mfa@example.com", Password: PASSWORD });
    await visit.sees("Set up your authenticator app");
    const secret = (await visit.page.locator("code").textContent()).replaceAll(" ", "");
    await visit.audit("totpSetup with its key");
    await visit.fill({ Code: "12345" });
    await visit.page.getByText("That is not the code. Tries left: 4.").waitFor();
    await visit.fill({ Code: totpCode(secret) });
    await visit.signedIn();
    assert.deepEqual(await visit.events(), [true]);
    visit.step("is set up");

    await visit.signOut();
    await visit.fill({ Email: "mfa@example.com", Password: PASSWORD });
    await visit.sees("Enter your code");
    await visit.page.reload();
    await visit.sees("Enter your code");
    await visit.fill({ Code: totpCode(secret) });
    await visit.signedIn();
    visit.step("is asked for, after a reload, too");

    await visit.signOut();
    visit.server.nextFactor = "otp-email";
    await visit.fill({ Email: "mfa@example.com", Password: PASSWORD });
    await visit.page.getByText("needs a second factor that cannot be given here").waitFor();
    await visit.sees("Enter your code");
    await visit.press("Use another account");
    await visit.sees("Sign in");
    visit.step("of another kind is named, and not passed over");

    visit.server.nextFactor = "totp";
    const keyOf = async (email) => {
      await visit.press("Create an account");
      await visit.fill({ Email: email, Password: PASSWORD });
      await visit.sees("Set up your authenticator app");
      return (await visit.page.locator("code").textContent()).replaceAll(" ", "");
    };
    const first = await keyOf("first@example.com");
    await visit.press("Use another account");
    await visit.sees("Sign in");
    const second = await keyOf("second@example.com");
    assert.notEqual(second, first);
    await visit.press("Use another account");
    await visit.sees("Sign in");
    await visit.fill({ Email: "mfa@example.com", Password: PASSWORD });
    await visit.sees("Enter your code");
    await visit.fill({ Code: totpCode(secret) });
    await visit.signedIn();
    assert.deepEqual((await visit.events()).at(-1), false);
    visit.step("of one user is never shown to the next, who has not just signed up either");
  },
};
