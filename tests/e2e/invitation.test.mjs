// Behind the link of an invitation.
import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect, logIn, PASSWORD, register, stage, until } from "./story.mjs";

const on = stage();
const h1 = (page, name) => page.getByRole("heading", { name, level: 1 }).waitFor();
const INVALID = /This invitation was used or withdrawn, or is older than seven days/;

/** Invites somebody, as an owner does, and opens their mail; `not` is a link that they have already. */
async function invite(owner, email, not) {
  await owner.goto("/newsrooms/demo/members");
  await owner.getByRole("button", { name: "Invite somebody" }).click();
  await owner.getByLabel("E-mail address").fill(email);
  await owner.getByRole("button", { name: "Send the invitation" }).click();
  await owner.getByRole("row", { name: new RegExp(email) }).waitFor();
  let link = not;
  await until(async () => (link = await on.lanyard.link(email, "invitation")) !== not);
  return link;
}

test("an invited stranger registers by the mailed link, and lands in the newsroom", async () => {
  const email = "stranger@thepost.example";
  const owner = await on.owner();
  await h1(owner, "Your newsrooms");
  const link = await invite(owner, email);
  const page = await on.somebody();
  await page.goto(link);
  await page.getByText(/Log in to accept your invitation, or register/).waitFor();
  await inspect(page, "invitation-stranger");
  await page.getByRole("link", { name: "Register" }).click();
  await page.getByText(/You are invited\./).waitFor();
  await inspect(page, "invitation-register");
  await page.getByLabel("Your name").fill("Sam Stranger");
  await page.getByLabel("E-mail address").fill(email);
  await page.getByRole("button", { name: "Send me the link" }).click();
  await h1(page, "Check your mail");
  // The letter's link opens in another tab.
  const tab = await page.context().newPage();
  await tab.goto(await on.lanyard.link(email, "verify"));
  await tab.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await tab.getByRole("button", { name: "Finish" }).click();
  await h1(tab, "Invitation");
  await tab.getByText("Sam Stranger").first().waitFor();
  await inspect(tab, "invitation-accept");
  await tab.getByRole("button", { name: "Accept the invitation" }).click();
  await h1(tab, "Overview");
  assert.equal(new URL(tab.url()).pathname, "/newsrooms/demo");
  assert.equal(new URL(tab.url()).hash, "");

  // The link was used.
  await tab.goto(link);
  await tab.getByRole("button", { name: "Accept the invitation" }).click();
  await tab.getByText(INVALID).waitFor();
  await inspect(tab, "invitation-used");
  // Whoever registers next at this computer isn't led to it.
  await tab.context().clearCookies();

  await register(tab, on.lanyard, { email: "next@thepost.example", name: "Next" });
});

test("an invitation that was withdrawn, is too old, or is somebody else's says so", async () => {
  const page = await on.somebody();
  const email = "late@thepost.example";
  await register(page, on.lanyard, { email, name: "Late" });
  const accept = async (link) => {
    // Another link of the same page only differs after the `#`.
    await page.goto("/");
    await page.goto(link);
    await page.getByRole("button", { name: "Accept the invitation" }).click();
  };

  const owner = await on.owner();
  await h1(owner, "Your newsrooms");
  const withdrawn = await invite(owner, email);
  await owner.getByRole("button", { name: `Withdraw the invitation to ${email}` }).click();
  await owner.getByRole("row", { name: new RegExp(email) }).waitFor({ state: "detached" });
  await accept(withdrawn);
  await page.getByText(INVALID).waitFor();

  const second = await invite(owner, email, withdrawn);
  await on.lanyard.later(`update invitations set expires_at = now() - interval '1 minute' where email = '${email}'`);
  await accept(second);
  await page.getByText(INVALID).waitFor();
  await owner.reload();
  await owner.getByRole("row", { name: new RegExp(`${email}.*Expired`) }).waitFor();

  const other = await invite(owner, "somebody-else@thepost.example");
  await accept(other);
  await page.getByText(/This invitation was sent to another address/).waitFor();
  await inspect(page, "invitation-not-yours");
  await page.getByRole("button", { name: "Log in with another account" }).click();
  await page.getByText(/Log in to accept your invitation, or register/).waitFor();
  assert.match(page.url(), /invitation#token=/, "the log-in leads to the invitation again");
  await logIn(page, { email, password: PASSWORD });
  await h1(page, "Invitation");

  await page.goto("/");
  await page.goto("/invitation");
  await page.getByText(/This address lacks its secret part/).waitFor();
});
