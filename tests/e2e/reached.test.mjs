// What the API offers to people is within reach: on the platform's pages, and where newsrooms and keys are made.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import { inspect, stage } from "./story.mjs";

const on = stage();

test("a newsroom is made with an address, an issuer and an audience of its own", async () => {
  const page = await on.owner("/new-newsroom");
  await page.getByLabel("Name", { exact: true }).fill("The Evening Post");
  await page.getByLabel("Address of your Talk").fill("https://talk.evening.example");
  await page.getByRole("button", { name: "More settings" }).click();
  await page.getByLabel("Name in addresses").fill("Evening!");
  await page.getByLabel("Issuer").fill("https://sso.evening.example");
  await page.getByLabel("Audience").fill("comments");
  await page.getByRole("button", { name: "Make the newsroom" }).click();
  await page.locator('[aria-invalid="true"]').waitFor();
  await inspect(page, "new-newsroom-more");
  await page.getByLabel("Name in addresses").fill("evening");
  await page.getByRole("button", { name: "Make the newsroom" }).click();
  await page.getByRole("button", { name: "I have kept it" }).click();
  await page.goto("/newsrooms/evening/deployments/default?tab=settings");
  await page.getByLabel("Audience").waitFor();
  assert.equal(await page.getByLabel("Issuer").inputValue(), "https://sso.evening.example");
  assert.equal(await page.getByLabel("Audience").inputValue(), "comments");
});

test("a key is rotated at once, with an overlap that is chosen; the overview says who did what", async () => {
  const page = await on.owner("/newsrooms/demo/signing-keys");
  await page.getByRole("button", { name: "New key" }).click();
  await page.getByRole("radio", { name: "At once" }).check();
  await page.getByRole("combobox", { name: "How long the old key goes on" }).click();
  await page.getByRole("option", { name: "1 day" }).click();
  await inspect(page, "key-rotate-overlap");
  await page.getByRole("button", { name: "Rotate now" }).click();
  await page.getByText("The key is there").waitFor();
  await page.getByRole("button", { name: "Close", exact: true }).last().click();
  await page.goto("/newsrooms/demo");
  await page.getByText("Rotated the signing key").waitFor();
  await page.getByText("Demo owner (you)").first().waitFor();
  await inspect(page, "overview-events");
  // Both pages read all deployments.
  await page.getByRole("link", { name: "API keys" }).click();
  await page.getByRole("button", { name: /^Make an API key|^New API key|^Add/ }).first().click();
  await page.getByRole("dialog").waitFor();
});

test("newsrooms are sorted, and the master key's age is told", async () => {
  await on.lanyard.run("tenant", "create", "aardvark", "--name", "Zoo", "--issuer", "https://talk.zoo.example");
  await on.lanyard.run("admin", "create", on.lanyard.owner.email);
  const page = await on.owner("/platform");
  const names = async () => await page.locator("tbody tr td:first-child a").allTextContents();
  await page.getByRole("link", { name: "Zoo" }).waitFor();
  assert.equal((await names())[0], "Zoo");
  await page.getByRole("combobox", { name: "Sort by" }).click();
  await page.getByRole("option", { name: "By name", exact: true }).click();
  await page.waitForURL(/sort=name/);
  assert.equal((await names()).at(-1), "Zoo");
  await inspect(page, "platform-sorted");
  await page.goto("/platform/health");
  await page.getByText("Never replaced").waitFor();
  await inspect(page, "platform-master-key");
});
