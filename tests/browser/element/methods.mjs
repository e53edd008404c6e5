// The login methods, one by one.

import assert from "node:assert/strict";

import { PASSWORD, Visit } from "./visit.mjs";

export const methods = {
  async "email and password, with a second way beside them"(visit) {
    await visit.open("/auth");
    await visit.sees("Sign in");
    await visit.press("Create an account");
    await visit.sees("Create your account");
    await visit.fill({ Email: "ep@example.com", Password: PASSWORD });
    await visit.signedIn();
    assert.deepEqual(await visit.events(), [true]);
    await visit.signOut();
    await visit.press("Forgot your password?");
    await visit.sees("Reset your password");
    await visit.fill({ Email: "ep@example.com" });
    await visit.sees("Look into your mail");
    await visit.open("/auth/reset-password?token=abc&tenantId=public");
    await visit.sees("Choose a new password");
    await visit.fill({ "New password": PASSWORD });
    await visit.alert("This link was used already");
    await visit.audit("a form with an alert");
    await visit.open("/auth/reset-password?token=good&tenantId=public");
    await visit.fill({ "New password": PASSWORD });
    await visit.sees("Your password is set");
    visit.step("all views of the form, and its errors");
  },

  async "a code by mail"(visit) {
    await visit.open("/auth");
    await visit.press("Send me a code instead");
    await visit.sees("Sign in");
    await visit.fill({ Email: "no address" });
    await visit.alert("Email is invalid");
    await visit.fill({ Email: "code@example.com" });
    await visit.sees("Enter the code");
    const { code } = visit.mail();
    await visit.fill({ Code: code === "000000" ? "000001" : "000000" });
    await visit.alert("That is not the code. Tries left: 4.");
    await visit.press("Send it again");
    await visit.page.getByRole("status").getByText("It is on its way again.").waitFor();
    visit.step("a wrong code, and another one");
    await visit.fill({ Code: ` ${visit.mail().code} ` });
    const userId = await visit.signedIn();
    assert.deepEqual(await visit.events(), [true]);
    visit.step("the right code signs up");

    await visit.signOut();
    await visit.press("Send me a code instead");
    await visit.fill({ Email: "code@example.com" });
    await visit.sees("Enter the code");
    await visit.fill({ Code: visit.mail().code });
    assert.equal(await visit.signedIn(), userId);
    assert.deepEqual(await visit.events(), [true, false]);
    visit.step("the next one signs in");
  },

  async "five wrong codes"(visit) {
    await visit.open("/auth?show=code");
    await visit.fill({ Email: "five@example.com" });
    const wrong = visit.mail()?.code === "000000" ? "000001" : "000000";
    await visit.sees("Enter the code");
    for (const left of [4, 3, 2, 1]) {
      await visit.fill({ Code: wrong });
      await visit.alert(`Tries left: ${left}.`);
    }
    await visit.fill({ Code: wrong });
    await visit.alert("That took too long, or too many tries. Start again.");
    assert.equal(
      await visit.page.getByLabel("Email", { exact: true }).inputValue(),
      "five@example.com",
    );
    visit.step("the fifth begins again, with the address still there");
  },

  async "a link by mail"(visit) {
    visit.server.flowType = "MAGIC_LINK";
    await visit.open("/auth?show=code");
    await visit.fill({ Email: "link@example.com" });
    await visit.sees("Look into your messages");
    const { link } = visit.mail();
    const waiting = visit.page;
    visit.page = await visit.context.newPage();
    await visit.open(link);
    const userId = await visit.signedIn();
    assert.equal(new URL(visit.page.url()).search + new URL(visit.page.url()).hash, "");
    visit.page = waiting;
    assert.equal(await visit.signedIn(), userId);
    visit.step("in the same browser it signs in at once, and the waiting tab sees it");

    await visit.signOut();
    await visit.open("/auth?show=code");
    await visit.fill({ Email: "link@example.com" });
    await visit.sees("Look into your messages");
    const { context: other } = await visit.browser.open();
    const elsewhere = new Visit(visit.browser, visit.server, other, await other.newPage());
    await elsewhere.open(visit.mail().link);
    await elsewhere.sees("Sign in");
    assert.equal(await elsewhere.page.evaluate(() => window.app.client.getSession()), undefined);
    await elsewhere.press("Sign in here");
    assert.equal(await elsewhere.signedIn(), userId);
    await elsewhere.signOut();
    await elsewhere.open(visit.mail().link);
    await elsewhere.press("Sign in here");
    await elsewhere.alert("That took too long, or too many tries. Start again.");
    await other.close();
    visit.step("in another browser it asks first: a mail scanner uses nothing up");
  },

  async "a phone number"(visit) {
    visit.server.firstFactors = ["otp-phone"];
    visit.server.flowType = "USER_INPUT_CODE";
    await visit.open("/auth");
    await visit.sees("Sign in");
    assert.equal(await visit.page.getByRole("button").count(), 1);
    await visit.fill({ "Phone number": "+44 20 7946-0000" });
    await visit.sees("Enter the code");
    assert.equal(visit.mail().to, "+442079460000");
    await visit.fill({ Code: visit.mail().code });
    await visit.signedIn();
    visit.step("the only method is what is shown first");
  },

  async "providers alone"(visit) {
    visit.server.firstFactors = ["thirdparty"];
    await visit.open("/auth");
    await visit.sees("Sign in");
    await visit.audit("nothing but providers");
    assert.deepEqual(await visit.page.getByRole("button").allTextContents(), [
      "Continue with Acme",
    ]);
    visit.step("have a page of their own");
  },

  async "a provider"(visit) {
    await visit.open("/auth", { "redirect-to": "/auth?welcome" });
    await visit.press("Continue with Acme");
    await visit.page.waitForURL("**/auth?welcome");
    await visit.signedIn();
    const { body } = visit.server.requests.find(({ route }) => route === "POST /signinup");
    const { redirectURIInfo: info } = body;
    assert.equal(info.redirectURIOnProviderDashboard, `${visit.server.origin}/auth/callback/acme`);
    assert.ok(info.redirectURIQueryParams.code && info.redirectURIQueryParams.state);
    visit.step("there and back, with PKCE and state, and on to where the page wants");

    await visit.signOut();
    visit.server.provider = "deny";
    await visit.press("Continue with Acme");
    await visit.alert("Acme has not let you in.");
    assert.equal(new URL(visit.page.url()).search, "");
    visit.server.provider = "no-email";
    await visit.press("Back to sign in");
    await visit.press("Continue with Acme");
    await visit.alert("Acme did not share your email address, which is needed here.");
    visit.step("refused there, and without an address");

    visit.server.provider = "ok";
    visit.server.providers = [{ id: "apple", name: "Apple" }];
    await visit.open("/auth");
    await visit.press("Continue with Apple");
    await visit.signedIn();
    assert.equal(visit.server.idp.redirect_uri, `${visit.server.origin}/auth/callback/apple`);
    assert.equal(
      JSON.parse(Buffer.from(visit.server.idp.state, "base64")).frontendRedirectURI,
      `${visit.server.origin}/auth/callback/apple`,
    );
    await visit.signOut();
    visit.step("Apple, by way of the API");

    const before = visit.server.requests.filter(({ route }) => route === "POST /signinup").length;
    await visit.open("/auth/callback/acme?code=stolen&state=guessed");
    await visit.alert("This sign-in was not started here, or took too long. Start again.");
    await visit.sees("Signing you in");
    const after = visit.server.requests.filter(({ route }) => route === "POST /signinup").length;
    assert.equal(after, before);
    visit.step("a code of another sign-in is not used");
  },

  async "a passkey"(visit) {
    const session = await visit.context.newCDPSession(visit.page);
    await session.send("WebAuthn.enable");
    const { authenticatorId } = await session.send("WebAuthn.addVirtualAuthenticator", {
      options: {
        protocol: "ctap2",
        transport: "internal",
        hasResidentKey: true,
        hasUserVerification: true,
        isUserVerified: true,
        automaticPresenceSimulation: true,
      },
    });
    await visit.open("/auth?show=signup");
    await visit.press("Create a passkey");
    await visit.sees("Create a passkey");
    await visit.fill({ Email: "nobody" });
    await visit.page.getByText("Email is invalid").waitFor();
    await visit.fill({ Email: "key@example.com" });
    const userId = await visit.signedIn();
    assert.deepEqual(await visit.events(), [true]);
    visit.step("signs up");

    await visit.signOut();
    await visit.press("Sign in with a passkey");
    assert.equal(await visit.signedIn(), userId);
    assert.deepEqual(await visit.events(), [true, false]);
    visit.step("signs in");

    await visit.signOut();
    await session.send("WebAuthn.setUserVerified", { authenticatorId, isUserVerified: false });
    await session.send("WebAuthn.clearCredentials", { authenticatorId });
    await visit.press("Sign in with a passkey");
    await visit.alert("That was cancelled, or took too long. Try again.");
    visit.step("without a passkey it says so");
  },
};
