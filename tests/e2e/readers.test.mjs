import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { inspect, stage } from "./story.mjs";

const on = stage();
const USERS = "/newsrooms/demo/users";

const open = async (path = USERS, title = "Readers") => {
  const page = await on.owner(path);
  await page.getByRole("heading", { level: 1, name: title }).waitFor();
  return page;
};

/** A file as it is chosen in the browser's dialogue. */
const file = (name, text) => ({ name, mimeType: "text/plain", buffer: Buffer.from(text) });

test("a file of readers is looked at, checked, imported, and its bad lines are kept", async () => {
  const page = await open();
  await page.getByRole("link", { name: "Import" }).click();
  await page.getByRole("heading", { name: "Import readers" }).waitFor();
  await inspect(page, "import");

  const choose = page.locator("input[type=file]");
  await choose.setInputFiles(file("staff.xlsx", "PK\u0003\u0004…"));
  await page.getByText("This isn't a text file.").waitFor();
  assert.ok(await page.getByRole("button", { name: "Import", exact: true }).isDisabled());
  await page.getByRole("button", { name: "Choose another file" }).click();

  const lines = Array.from({ length: 3000 }, (_, i) => `r${i},"Reader ${i}",reader${i}@example.org,${i % 40 === 7 ? "BOSS" : "MEMBER"}`);
  await choose.setInputFiles(file("readers.csv", `id,username,email,role\n${lines.join("\n")}\n`));
  await page.getByRole("cell", { name: "Reader 4", exact: true }).waitFor();
  await inspect(page, "import-preview");
  await page.getByRole("button", { name: "Check only" }).click();
  await page.getByText("Some records are bad. Nothing was written yet.").waitFor();
  await page.getByRole("button", { name: "Import", exact: true }).click();
  const result = page.getByRole("status").filter({ hasText: "The import is done, with some records left out" });
  await result.waitFor();
  assert.match(await result.innerText(), /2,925\s*Added\s*0\s*Replaced\s*75\s*Left out/);
  await page.getByRole("row", { name: /^9 role / }).waitFor();
  await inspect(page, "import-done");
  const [saved] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "Download as CSV" }).click()]);
  const bad = (await readFile(await saved.path(), "utf8")).split("\r\n");
  assert.equal(bad.length, 77);
  assert.match(bad[1], /^9,role,/);

  await page.getByRole("link", { name: "See the readers" }).click();
  await page.getByRole("heading", { level: 1, name: "Readers" }).waitFor();
  await page.getByRole("button", { name: "Next" }).click();
  await page.getByText("Page 2").waitFor();
});

test("a large import shows how far it is, and can be stopped", async () => {
  const page = await open("/newsrooms/demo/import-readers", "Import readers");
  const lines = Array.from({ length: 60_000 }, (_, i) => JSON.stringify({ id: `big-${i}`, username: `Big ${i}`, about: "x".repeat(200) }));
  await page.locator("input[type=file]").setInputFiles(file("big.ndjson", lines.join("\n")));
  await page.getByRole("button", { name: "Import", exact: true }).click();
  const bar = page.getByRole("progressbar", { name: "Progress" });
  await bar.waitFor();
  await page.getByRole("button", { name: "Stop" }).click();
  await page.getByText("You stopped it.").waitFor();
  await page.getByRole("button", { name: "Import", exact: true }).click({ timeout: 20_000 });
  const outcome = page.getByText("The import is done", { exact: true }).or(page.getByRole("alert"));
  await outcome.first().waitFor({ timeout: 60_000 });
});

test("a reader is found by typing, with the keyboard alone, and exported", async () => {
  const page = await open();
  const search = page.getByRole("searchbox", { name: "Search readers" });
  await search.fill("al");
  await page.getByRole("link", { name: "alice" }).waitFor();
  await page.getByRole("link", { name: "bob" }).waitFor({ state: "detached" });
  assert.match(page.url(), /\?q=al$/);
  await inspect(page, "readers-search");
  await search.focus();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { level: 1, name: "alice" }).waitFor();
  await page.goBack();
  await page.getByRole("link", { name: "alice" }).waitFor();
  assert.equal(await search.inputValue(), "al");
  await search.fill("nobody-has-this");
  await page.getByText("begins with “nobody-has-this”").waitFor();
  await page.getByRole("button", { name: "Clear the search" }).click();
  await page.getByRole("link", { name: "bob" }).waitFor();
  await page.getByText("Disabled", { exact: true }).first().click();
  await page.getByText("No reader is disabled.").waitFor();
  await page.getByText("All", { exact: true }).first().click();
  await page.getByRole("button", { name: "Export" }).click();
  const [saved] = await Promise.all([page.waitForEvent("download"), page.getByRole("menuitem", { name: /^CSV/ }).click()]);
  assert.equal(saved.suggestedFilename(), "users-demo.csv");
  assert.match(await readFile(await saved.path(), "utf8"), /"bob@newsroom.example"/);
});

test("a reader is added, edited, disabled, and deleted; others' changes aren't overwritten", async () => {
  const page = await open();
  await page.getByRole("button", { name: "Add a reader" }).click();
  await page.getByLabel("Id", { exact: true }).fill("import");
  await page.getByLabel("Username (optional)").fill('<img src=x onerror="window.hacked=1">');
  await page.getByRole("dialog").getByRole("button", { name: "Add the reader" }).click();
  await page.getByRole("heading", { level: 1, name: "<img src=x" }).waitFor();
  await inspect(page, "reader");

  await page.getByRole("button", { name: "Edit", exact: true }).click();
  await page.getByLabel("Username").fill("Ann");
  await page.getByLabel("Other members").fill('{"premium": true, "id": "x"}');
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByText("has a field of its own above").waitFor();
  await page.getByLabel("Other members").fill('{"premium": true}');
  await page.getByLabel("E-mail address").fill("no address");
  await page.getByRole("button", { name: "Save" }).click();
  await page.locator("[aria-invalid=true]").first().waitFor();
  await page.getByLabel("E-mail address").fill("ann@example.org");
  await inspect(page, "reader-edit");

  // A colleague is faster.
  const status = await page.evaluate(async () => {
    const me = await (await fetch("/v1/account")).json();
    const answer = await fetch("/v1/tenants/demo/users/%69mport", {
      method: "PATCH",
      headers: { "content-type": "application/merge-patch+json", "x-csrf-token": me.csrf_token, "if-match": "*" },
      body: JSON.stringify({ email: "other@example.org", role: "STAFF" }),
    });
    return answer.status;
  });
  assert.equal(status, 200);
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByText("Somebody else has changed this reader").waitFor();
  await page.getByText("would overwrite it: E-mail address.").waitFor();
  await inspect(page, "reader-conflict");
  await page.getByRole("button", { name: "Apply my changes" }).click();
  await page.getByRole("heading", { level: 1, name: "Ann" }).waitFor();
  const json = page.getByRole("group", { name: "As JSON" });
  assert.deepEqual(JSON.parse(await json.innerText()), {
    id: "import",
    username: "Ann",
    email: "ann@example.org",
    role: "STAFF",
    premium: true,
  });

  await page.getByRole("button", { name: "Revoke tokens" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Revoke tokens" }).click();
  await page.getByText("Talk may accept such a token until").waitFor();
  await page.getByRole("button", { name: "Disable" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Disable" }).click();
  await page.getByRole("status").getByText("The reader is disabled").waitFor();
  await page.getByRole("dialog").waitFor({ state: "hidden" });
  await inspect(page, "reader-disabled");
  await page.getByRole("button", { name: "Enable" }).click();
  await page.getByRole("button", { name: "Disable" }).waitFor();
  await page.getByRole("button", { name: "Delete" }).click();
  const remove = page.getByRole("dialog").getByRole("button", { name: "Delete" });
  assert.ok(await remove.isDisabled());
  await page.getByLabel("Type import to go on").fill("import");
  await remove.click();
  await page.getByRole("heading", { level: 1, name: "The reader is deleted" }).waitFor();
  await page.getByText("keeps its own copy of the reader").waitFor();
  await inspect(page, "reader-deleted");
  await page.getByRole("link", { name: "All readers" }).click();
  await page.getByRole("link", { name: "bob" }).waitFor();
  assert.equal(await page.getByRole("link", { name: "Ann" }).count(), 0);
  assert.equal(await page.evaluate(() => window.hacked), undefined);
});
