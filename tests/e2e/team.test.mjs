import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect, PASSWORD, register, stage } from "./story.mjs";

const on = stage();
const h1 = (page, name) => page.getByRole("heading", { name, level: 1 }).waitFor();

test("an API key is made, shown once, used, rotated and revoked", async () => {
  const page = await on.owner("/newsrooms/demo/api-keys");
  await h1(page, "API keys");
  await inspect(page, "api-keys");
  await page.getByRole("button", { name: "Make an API key" }).click();
  await page.getByLabel("Name", { exact: true }).fill("WordPress");
  await page.getByLabel("Read the readers").check();
  await page.getByLabel("Revoke tokens").uncheck();
  await inspect(page, "api-keys-new");
  await page.getByRole("button", { name: "Make the key" }).click();
  await page.getByText("Shown this once").waitFor();
  await inspect(page, "api-keys-made");
  const key = (await page.locator("pre").textContent()).trim();
  assert.match(key, /^lyd_demo_/);
  await page.getByRole("button", { name: "I have kept it" }).click();
  await page.getByRole("row", { name: /WordPress/ }).waitFor();
  assert.ok(!(await page.content()).includes(key), "the key is gone from the page");
  const issue = (key) =>
    fetch(`${on.lanyard.url}/t/demo/`, {
      method: "POST",
      headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
      body: '{"id":"1"}',
    });
  assert.equal((await issue(key)).status, 201);

  await page.getByRole("button", { name: "Actions for WordPress" }).click();
  await page.getByRole("menuitem", { name: "Rotate" }).click();
  await inspect(page, "api-keys-rotate");
  await page.getByRole("button", { name: "Rotate the key" }).click();
  await page.getByText("Shown this once").waitFor();
  const next = (await page.locator("pre").textContent()).trim();
  await page.getByRole("button", { name: "I have kept it" }).click();
  assert.notEqual(next, key);
  assert.equal((await issue(key)).status, 201, "the old one goes on");
  assert.equal((await issue(next)).status, 201);

  await page.getByRole("button", { name: "Actions for WordPress" }).first().click();
  await page.getByRole("menuitem", { name: "Revoke" }).click();
  assert.equal(await page.getByRole("button", { name: "Revoke the key" }).isEnabled(), false);
  await page.getByLabel(/Type WordPress/).fill("WordPress");
  await inspect(page, "api-keys-revoke");
  await page.getByRole("button", { name: "Revoke the key" }).click();
  await page.getByText("The key is revoked.").waitFor();
  assert.equal((await issue(next)).status, 401);
});

test("a colleague is invited, joins, becomes an owner; the last owner can't leave", async () => {
  const page = await on.owner("/newsrooms/demo/members");
  await h1(page, "Members");
  await page.getByRole("button", { name: "Actions for Demo owner" }).click();
  await page.getByRole("menuitem", { name: "Leave" }).click();
  await page.getByRole("button", { name: "Leave the newsroom" }).click();
  await page.getByText(/keeps at least one owner/).waitFor();
  await inspect(page, "members-last-owner");
  await page.getByRole("button", { name: "Cancel" }).click();

  await page.getByRole("button", { name: "Invite somebody" }).click();
  const email = "ines@thepost.example";
  await page.getByLabel("E-mail address").fill(email);
  await page.getByLabel("Viewer").check();
  await inspect(page, "members-invite");
  await page.getByRole("button", { name: "Send the invitation" }).click();
  await page.getByRole("row", { name: /ines@/ }).waitFor();
  await inspect(page, "members");

  const colleague = await on.somebody();
  const link = await on.lanyard.link(email, "invitation");
  await register(colleague, on.lanyard, { email, name: "Inés Ortega" });
  await colleague.goto(link);
  await colleague.getByRole("button", { name: "Accept the invitation" }).click();
  await colleague.waitForURL(/newsrooms/);
  await colleague.goto("/newsrooms/demo/members");
  await h1(colleague, "Members");
  await colleague.getByText(/Owners invite/).waitFor();
  await inspect(colleague, "members-viewer");
  await colleague.goto("/newsrooms/demo/settings");
  await h1(colleague, "Settings");
  await colleague.getByText(/Admins and owners change/).waitFor();
  await inspect(colleague, "settings-viewer");

  await page.reload();
  await page.getByRole("button", { name: "Actions for Inés Ortega" }).click();
  await page.getByRole("menuitem", { name: "Change the role" }).click();
  await page.getByLabel("Admin", { exact: true }).check();
  await inspect(page, "members-role");
  await page.getByRole("dialog").getByRole("button", { name: "Change the role" }).click();
  await page.getByText("The role is changed").waitFor();
  await page.getByRole("button", { name: "Actions for Inés Ortega" }).click();
  await page.getByRole("menuitem", { name: "Remove" }).click();
  await page.getByRole("button", { name: "Remove the member" }).click();
  await page.getByText("The member is removed.").waitFor();
});

test("two people change the settings, and the second is asked what counts", async () => {
  const page = await on.owner("/newsrooms/demo/settings");
  await h1(page, "Settings");
  await page.getByRole("button", { name: "Add a site" }).click();
  await page.getByLabel("Site 1").fill("https://www.thepost.example/path");
  await page.getByRole("button", { name: "Save" }).click();
  await page.locator('[aria-invalid="true"]').waitFor();
  await inspect(page, "settings");
  await page.getByLabel("Site 1").fill("https://www.thepost.example");
  await on.lanyard.run("api", "PATCH", "/v1/tenants/demo/settings", '{"allow_email_ids":true}');
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByText("Saved.").waitFor();
  await page.getByText("You have changes").waitFor({ state: "hidden" });
  assert.ok(await page.getByLabel(/Ids may look like/).isChecked(), "what the other has changed is there");

  await page.getByLabel("Name", { exact: true }).fill("Your Post");
  await on.lanyard.run("api", "PATCH", "/v1/tenants/demo/settings", '{"name":"Their Post"}');
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByText("Somebody else has changed this too").waitFor();
  await page.getByRole("radio", { name: /Your Post/ }).click();
  await inspect(page, "settings-conflict");
  await page.getByRole("button", { name: "Save what I chose" }).click();
  await page.getByRole("dialog").waitFor({ state: "hidden" });
  await page.getByText("You have changes").waitFor({ state: "hidden" });
  assert.equal((await on.lanyard.run("api", "GET", "/v1/tenants/demo/settings")).name, "Your Post");
});

test("the audit log tells who did what, is filtered, downloaded and verified", async () => {
  await on.lanyard.run("api", "PATCH", "/v1/tenants/demo/settings", '{"allowed_origins":["https://a.example","https://b.example"]}');
  const page = await on.owner("/newsrooms/demo/audit");
  await h1(page, "Audit log");
  await inspect(page, "audit");
  await page.getByRole("button", { name: /Changed the settings/ }).first().click();
  await page.getByRole("dialog").getByText("allowed_origins").waitFor();
  await inspect(page, "audit-event");
  await page.getByRole("button", { name: "Only theirs" }).click();
  await page.waitForURL(/actor=operator/);
  await page.getByRole("combobox", { name: "What" }).click();
  await page.getByRole("option", { name: "Changed the settings" }).click();
  await page.waitForURL(/action=tenant.update/);
  await page.getByRole("button", { name: /Made the newsroom/ }).waitFor({ state: "hidden" });
  await page.getByLabel("From").fill("2020-01-01");
  await page.waitForURL(/from=2020-01-01/);
  await page.getByLabel("Until").fill("2020-01-31");
  await page.getByText("No event fits this filter.").waitFor();
  await inspect(page, "audit-filtered");
  await page.getByRole("button", { name: "Clear the filter" }).last().click();
  await page.getByRole("button", { name: /Made the newsroom/ }).waitFor();
  await page.getByRole("button", { name: "Verify the log" }).click();
  await page.getByText("The log is whole").waitFor();
  await inspect(page, "audit-verified");
  const download = page.waitForEvent("download");
  await page.getByRole("link", { name: "Download" }).click();
  assert.match((await download).suggestedFilename(), /ndjson$/);
});
