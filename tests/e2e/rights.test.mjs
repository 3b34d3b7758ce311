// What each may do, and what is said where something may not be done.
import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect, register, stage } from "./story.mjs";

const on = stage();
const h1 = (page, name) => page.getByRole("heading", { name, level: 1 }).waitFor();

/** Every page of the newsroom, by its title. */
const PAGES = {
  "": "Overview",
  "/set-up": "Set up",
  "/users": "Readers",
  "/users/1": /./,
  "/import-readers": "Import readers",
  "/usage": "Usage",
  "/deployments": "Deployments",
  "/deployments/default": "default",
  "/deployments/default?tab=check": "default",
  "/deployments/default?tab=settings": "default",
  "/move-to-coral": "Move to Coral",
  "/signing-keys": "Signing keys",
  "/api-keys": "API keys",
  "/members": "Members",
  "/audit": "Audit log",
  "/settings": "Settings",
};

/** What could be pressed on each page: names of buttons that work, tabs and switches of the view left out. */
async function pressable(page) {
  const found = {};
  for (const [path, title] of Object.entries(PAGES)) {
    await page.goto(`/newsrooms/demo${path}`);
    await h1(page, path === "/audit" ? /./ : title);
    await page.waitForLoadState("networkidle");
    const buttons = page.locator("#content").getByRole("button", { disabled: false });
    const links = page.locator("#content a[class*=Button-root]");
    const names = await Promise.all(
      [...(await buttons.all()), ...(await links.all())].map(async (one) =>
        ((await one.getAttribute("aria-label")) ?? (await one.innerText())).trim().replaceAll(/\s+/g, " "),
      ),
    );
    found[path] = names;
  }
  return found;
}

/** Buttons that change nothing on the server: copies, what opens and closes. */
const HARMLESS = /^(Copy: .*|Show what to paste|Download as CSV|Go on setting up|To the overview|To the beginning|Readers|Signing keys|Open the checker|Verify the log|.*, event \d+|Move to Coral|More for .*|Suspended .*)$/;
const harmful = (found) =>
  Object.entries(found).flatMap(([path, names]) => names.filter((name) => !HARMLESS.test(name)).map((name) => `${path}: ${name}`));

/** Somebody who sees the newsroom `demo`, and changes nothing. */
async function viewer() {
  const email = "vera@thepost.example";
  const page = await on.somebody();
  await register(page, on.lanyard, { email, name: "Vera Viewer" });
  await on.lanyard.later(`
    insert into memberships (tenant_id, account_id, role)
    select tenants.id, accounts.id, 'viewer' from tenants, accounts where slug = 'demo' and email = '${email}'`);
  return page;
}

test("a viewer sees every page, and no button that would be refused", async () => {
  const page = await viewer();
  const refused = [];
  page.on("response", (response) => {
    if (response.status() === 403) refused.push(response.url());
  });
  // A viewer may check tokens, and leave.
  assert.deepEqual(harmful(await pressable(page)), ["/deployments/default?tab=check: Check it", "/members: Actions for Vera Viewer"]);
  assert.deepEqual(refused, [], "nothing was asked for that a viewer may not have");
  await page.goto("/newsrooms/demo/users");
  await page.getByRole("link", { name: "alice" }).waitFor();
  await inspect(page, "viewer-readers");
  await page.goto("/newsrooms/demo/import-readers");
  await page.getByText("Admins and owners of the newsroom import readers.").waitFor();
  await page.goto("/newsrooms/demo/audit");
  await h1(page, "There is nothing here");
  await page.goto("/newsrooms/demo/deployments/default?tab=check");
  await page.getByRole("textbox", { name: "Token" }).fill("x.y.z");
  await page.getByRole("button", { name: "Check it" }).click();
  await page.getByText(/This token is refused/).waitFor();
  await page.goto("/newsrooms/demo/members");
  await page.getByRole("button", { name: "Actions for Vera Viewer" }).click();
  await page.getByRole("menuitem", { name: "Leave" }).click();
  await page.getByRole("button", { name: "Leave the newsroom" }).click();
  await h1(page, "Your newsrooms");
  assert.deepEqual(refused, []);
});

test("a key is shown to whoever knows the password, and to nobody else", async () => {
  const page = await on.owner("/newsrooms/demo/signing-keys");
  await h1(page, "Signing keys");
  const open = async () => {
    await page.getByRole("button", { name: /^More for / }).click();
    await page.getByRole("menuitem", { name: "Show it" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Show it" }).click();
  };
  // The log-in was a while ago.
  await on.lanyard.later("update sessions set proved_at = now() - interval '11 minutes'");
  await open();
  const question = page.getByRole("dialog", { name: "Confirm that it is you" });
  await question.waitFor();
  await inspect(page, "password-question");
  await question.getByRole("button", { name: "Cancel" }).click();
  await question.waitFor({ state: "hidden" });
  await page.getByText("This needs your password").waitFor();
  assert.equal(await page.getByRole("dialog").locator("pre").count(), 0);

  await page.getByRole("dialog").getByRole("button", { name: "Show it" }).click();
  await question.getByLabel("Password", { exact: true }).fill("not the password");
  await question.getByRole("button", { name: "Confirm" }).click();
  await question.getByText("Isn't right").waitFor();
  await inspect(page, "password-question-wrong");
  assert.equal(await page.getByRole("dialog").locator("pre").count(), 0);
  await question.getByLabel("Password", { exact: true }).fill(on.lanyard.owner.password);
  await question.getByRole("button", { name: "Confirm" }).click();
  await question.waitFor({ state: "hidden" });
  await page.getByRole("dialog").locator("pre").waitFor();
  // For a while it isn't asked for again.
  await page.reload();
  await open();
  await page.getByRole("dialog").locator("pre").waitFor();
});

test("a suspended newsroom tells its owner why, and offers nothing that would be refused", async () => {
  const page = await on.owner();
  await h1(page, "Your newsrooms");
  await on.lanyard.run("api", "POST", "/v1/platform/tenants/demo/suspend", '{"reason":"Unpaid since March"}');
  assert.deepEqual(harmful(await pressable(page)), []);
  assert.equal(await page.getByRole("button", { name: "Check it" }).count(), 0);
  await page.goto("/newsrooms/demo");
  await page.getByText("This newsroom is suspended").waitFor();
  await page.getByText("The platform's reason: Unpaid since March").waitFor();
  await inspect(page, "suspended");
  await page.goto("/newsrooms/demo/signing-keys");
  await page.getByText("One key signs", { exact: true }).waitFor();
  await inspect(page, "suspended-keys");
  assert.equal((await on.lanyard.issue()).status, 401, "and its readers get no tokens");
});
