import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import { inspect, stage } from "./story.mjs";

const on = stage();
const h1 = (page, name) => page.getByRole("heading", { name, level: 1 }).waitFor();
const operator = async (path) => {
  await on.lanyard.run("admin", "create", on.lanyard.owner.email);
  return on.owner(path);
};
test("the platform's health, usage and log are there to read", async () => {
  for (let times = 0; times < 3; times++) await fetch(`${on.lanyard.url}/t/demo/`, { headers: { authorization: "Bearer x.y.z" } });
  const page = await operator("/platform/health");
  await h1(page, "Health");
  await page.getByText("All is well").waitFor();
  await inspect(page, "platform-health");
  await page.goto("/platform/usage");
  await h1(page, "Usage by newsroom");
  await inspect(page, "platform-usage");
  await page.goto("/platform/audit");
  await page.getByRole("button", { name: /Made a platform admin/ }).waitFor();
  await inspect(page, "platform-audit");
});

test("a newsroom is found, limited, suspended with a reason, and resumed", async () => {
  const page = await operator("/platform");
  await h1(page, "Newsrooms");
  await page.getByRole("searchbox").fill("nobody");
  await page.getByText("No newsroom fits.").waitFor();
  await page.getByRole("searchbox").fill("dem");
  await page.getByRole("link", { name: "Demo newsroom" }).waitFor();
  await inspect(page, "platform-newsrooms");
  await page.getByRole("link", { name: "Demo newsroom" }).click();
  await h1(page, "Demo newsroom");
  await page.getByRole("textbox", { name: "Readers" }).fill("1234");
  await page.getByRole("button", { name: "Save the quota" }).click();
  await page.getByText("Saved.").waitFor();
  assert.equal((await on.lanyard.run("api", "GET", "/v1/platform/tenants/demo")).quota.users, 1234);
  await inspect(page, "platform-newsroom");

  await page.getByRole("button", { name: "Suspend" }).click();
  await page.getByLabel("Reason").fill("Unpaid since March");
  await page.getByLabel(/Type demo/).fill("demo");
  await inspect(page, "platform-suspend");
  await page.getByRole("button", { name: "Suspend the newsroom" }).click();
  await page.getByText("Its owners read this reason: Unpaid since March").waitFor();
  await inspect(page, "platform-suspended");
  await page.getByRole("button", { name: "Resume" }).click();
  await page.getByRole("button", { name: "Resume the newsroom" }).click();
  await page.getByText("The newsroom is served again.").waitFor();
  await page.getByRole("button", { name: "Release http" }).click();
  await page.getByLabel(/Type demo/).fill("demo");
  await inspect(page, "platform-release");
  await page.getByRole("button", { name: "Release the issuer" }).click();
  await page.getByText(/urn:lanyard:released/).waitFor();
});

test("who runs the platform is listed; the last one stays", async () => {
  const page = await operator("/platform/admins");
  await h1(page, "Platform admins");
  await page.getByRole("button", { name: "Remove Demo owner" }).waitFor();
  await inspect(page, "platform-admins");
  await page.getByRole("button", { name: "Make somebody a platform admin" }).click();
  await page.getByLabel("E-mail address").fill("nobody@thepost.example");
  await page.getByRole("button", { name: "Make them a platform admin" }).click();
  await page.locator('[aria-invalid="true"]').waitFor();
  await inspect(page, "platform-admins-unknown");
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Remove Demo owner" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Remove" }).click();
  await page.getByRole("dialog").getByRole("alert").waitFor();
  await inspect(page, "platform-admins-last");
});

test("a newsroom moves from Talk to Coral, and back", async () => {
  const page = await on.owner("/newsrooms/demo/move-to-coral");
  await page.getByText("There is no deployment of Coral yet.").waitFor();
  await inspect(page, "move-to-coral-before");
  const run = (...args) => on.lanyard.run("api", ...args);
  await run("POST", "/v1/tenants/demo/deployments", '{"name":"coral","kind":"coral","root_url":"https://coral.thepost.example"}');
  const secret = `ssosec_${randomBytes(32).toString("hex")}`;
  const key = { key: secret, kid: "coral-1", algorithm: "HS256", activate: true };
  await run("POST", "/v1/tenants/demo/deployments/coral/signing-keys/import", JSON.stringify(key));
  await run("PUT", "/v1/tenants/demo/users/reader-without-address", '{"id":"reader-without-address","username":"Nameless"}');
  await page.reload();
  await page.getByRole("link", { name: "reader-without-address" }).waitFor();
  await inspect(page, "move-to-coral");
  await page.getByRole("button", { name: "Cut over to Coral" }).click();
  await page.getByLabel(/although readers/).check();
  await page.getByLabel(/Type demo/).fill("demo");
  await inspect(page, "move-to-coral-confirm");
  await page.getByRole("dialog").getByRole("button", { name: "Cut over to Coral" }).click();
  await page.getByRole("button", { name: "Go back to Talk" }).waitFor();
  await inspect(page, "move-to-coral-done");
  await page.getByRole("button", { name: "Go back to Talk" }).click();
  await page.getByLabel(/Type demo/).fill("demo");
  await page.getByRole("dialog").getByRole("button", { name: "Go back to Talk" }).click();
  await page.getByText("Talk issues tokens again.").waitFor();
});
