import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect, logIn, PASSWORD, register, stage, totp } from "./story.mjs";

const on = stage();

test("somebody registers, chooses a password behind the mailed link, logs in with an app's code, and logs out", async () => {
  const page = await on.somebody();
  const jane = { email: "jane@thepost.example", name: "Jane Doe", password: PASSWORD };
  await page.goto("/");
  await inspect(page, "login");
  await page.getByRole("link", { name: "Register" }).click();
  await page.getByRole("heading", { name: "Make an account" }).waitFor();
  await inspect(page, "register");
  await register(page, on.lanyard, jane);
  assert.equal(new URL(page.url()).hash, "", "the link's secret is gone");
  await inspect(page, "home-empty");

  await page.goto("/account");
  await page.getByRole("button", { name: "Set up an app" }).click();
  await page.getByRole("img", { name: /QR code/ }).waitFor();
  await inspect(page, "account-app");
  const secret = (await page.locator("pre").first().textContent()).trim();
  await page.getByLabel("The code that the app shows").fill("000000");
  await page.getByRole("button", { name: "Turn it on" }).click();
  await page.locator('[aria-invalid="true"]').waitFor();
  await page.getByLabel("The code that the app shows").fill(totp(secret));
  await page.getByRole("button", { name: "Turn it on" }).click();
  await page.getByText("Your recovery codes").waitFor();
  const codes = (await page.locator("pre").first().textContent()).trim().split("\n");
  assert.equal(codes.length, 10);
  await page.getByRole("button", { name: "I have kept them" }).click();
  await page.getByText("10 recovery codes are left.").waitFor();

  await page.getByRole("button", { name: /Your account/ }).click();
  await page.getByRole("menuitem", { name: "Log out" }).click();
  await page.getByRole("heading", { name: "Log in" }).waitFor();
  await logIn(page, jane);
  await page.getByRole("heading", { name: "One more step" }).waitFor();
  // The code of this half minute was used up when the app was set up.
  await page.getByLabel("Code").fill(totp(secret, 1));
  await page.getByRole("button", { name: "Go on" }).click();
  await page.getByRole("heading", { name: "Your newsrooms" }).waitFor();
});

test("a weak password is told before it is sent, and the server refuses it at its field", async () => {
  const page = await on.somebody();
  await page.goto("/register");
  await page.getByLabel("Your name").fill("Eve");
  await page.getByLabel("E-mail address").fill("eve@thepost.example");
  await page.getByRole("button", { name: "Send me the link" }).click();
  await page.goto(await on.lanyard.link("eve@thepost.example", "verify"));
  const field = page.getByLabel("Password", { exact: true });
  await field.fill("short");
  await page.getByText("7 more characters, at least.").waitFor();
  await field.fill("Password123!");
  await page.getByText(/Too easy to guess/).waitFor();
  await inspect(page, "verify");
  await page.getByRole("button", { name: "Finish" }).click();
  await page.getByText(/Is too easy to guess/).waitFor();
  assert.ok(await field.evaluate((input) => input === document.activeElement), "the wrong field has the focus");
  await field.fill(PASSWORD);
  await page.getByText(/Very good|Good\./).waitFor();
});

test("a forgotten password is replaced behind a mailed link, which is good once", async () => {
  const page = await on.somebody();
  const one = { email: "forgetful@thepost.example", name: "Max" };
  await register(page, on.lanyard, one);
  await page.context().clearCookies();
  await page.goto("/");
  await page.getByRole("link", { name: "Forgot your password?" }).click();
  await page.getByRole("heading", { name: "Reset your password" }).waitFor();
  await inspect(page, "reset");
  await page.getByLabel("E-mail address").fill(one.email);
  await page.getByRole("button", { name: "Send me the link" }).click();
  await page.getByRole("heading", { name: "Check your mail" }).waitFor();
  const link = await on.lanyard.link(one.email, "reset");
  await page.goto(link);
  await page.getByLabel("New password").fill("another violin in september");
  await page.getByRole("button", { name: "Set the password" }).click();
  await page.getByRole("heading", { name: "Your newsrooms" }).waitFor();
  await page.goto(link);
  await page.getByLabel("New password").fill("yet another violin, in may");
  await page.getByRole("button", { name: "Set the password" }).click();
  await page.getByText(/This link isn't good any more/).waitFor();
});

test("a session that ran out leads back to the same place, with what was typed", async () => {
  const page = await on.owner("/new-newsroom?from=somewhere");
  await page.getByLabel("Name", { exact: true }).fill("The Evening Post");
  await page.getByLabel("Address of your Talk").fill("https://talk");
  // Another device ends it.
  const other = await on.owner("/account");
  await other.getByRole("button", { name: "End all others" }).click();
  await other.getByText("All other sessions have ended.").waitFor();
  await page.getByRole("button", { name: "Make the newsroom" }).click();
  await page.getByText(/Your session has ended/).waitFor();
  await inspect(page, "session-ended");
  await logIn(page, on.lanyard.owner);
  await page.getByRole("heading", { name: "Make a newsroom" }).waitFor();
  assert.equal(await page.getByLabel("Name", { exact: true }).inputValue(), "The Evening Post");
  await page.getByLabel("Address of your Talk").fill("https://talk.evening.example");
  assert.ok(page.url().endsWith("/new-newsroom?from=somewhere"));
  await page.getByRole("button", { name: "Make the newsroom" }).click();
  await page.getByRole("heading", { name: "Your newsroom is there." }).waitFor();
  await inspect(page, "newsroom-made");
  await page.getByRole("button", { name: "I have kept it" }).click();
  await page.getByRole("heading", { name: "Set up", level: 1 }).waitFor();
  await page.goto("/new-newsroom");
  assert.equal(await page.getByLabel("Name", { exact: true }).inputValue(), "", "what was sent is no draft any more");
});
