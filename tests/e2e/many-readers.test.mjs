// A newspaper's whole directory comes in one file.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { inspect, stage } from "./story.mjs";

const on = stage();
const READERS = 50_000;
const BAD_EVERY = 500;

test("50,000 readers are imported: a preview, a bar that moves, the bad lines, the right count, and each is found", async () => {
  const page = await on.owner("/newsrooms/demo/import-readers");
  await page.getByRole("heading", { level: 1, name: "Import readers" }).waitFor();
  const line = (i) => `sub-${i},Reader number ${i},reader-${i}@subscribers.example,${i % BAD_EVERY === 42 ? "BOSS" : "MEMBER"}`;
  const csv = `id,username,email,role\n${Array.from({ length: READERS }, (_, i) => line(i)).join("\n")}\n`;
  const bad = READERS / BAD_EVERY;
  await page.locator("input[type=file]").setInputFiles({ name: "subscribers.csv", mimeType: "text/csv", buffer: Buffer.from(csv) });
  await page.getByRole("cell", { name: "Reader number 0", exact: true }).waitFor();
  await page.getByRole("cell", { name: "reader-3@subscribers.example" }).waitFor();

  // Through a newsroom's line, of 8 Mbit/s.
  const line8 = await page.context().newCDPSession(page);
  await line8.send("Network.emulateNetworkConditions", { offline: false, latency: 5, downloadThroughput: -1, uploadThroughput: 1_000_000 });
  await page.evaluate(() => {
    window.progress = [];
    new MutationObserver(() => {
      const bar = document.querySelector('[role="progressbar"]');
      if (bar) window.progress.push(Number(bar.getAttribute("aria-valuenow")));
    }).observe(document.body, { subtree: true, childList: true, attributes: true, attributeFilter: ["aria-valuenow"] });
  });
  await page.getByRole("button", { name: "Import", exact: true }).click();
  await page.getByRole("progressbar", { name: "Progress" }).waitFor();
  await page.getByText(/ of \d\.\d MB sent, \d+%/).waitFor();
  const result = page.getByRole("status").filter({ hasText: "The import is done, with some records left out" });
  await result.waitFor({ timeout: 180_000 });
  const steps = [...new Set(await page.evaluate(() => window.progress))];
  assert.ok(steps.length >= 5, `the bar has moved in steps: ${steps}`);
  assert.deepEqual(steps, [...steps].sort((a, b) => a - b), "it never goes back");
  assert.equal(steps.at(-1), 100);
  const number = (value) => value.toLocaleString("en");
  assert.equal((await result.innerText()).replaceAll(/\s+/g, " ").match(/([\d,]+ Added.*)$/)[1], `${number(READERS - bad)} Added 0 Replaced ${bad} Left out`);

  // The bad lines: the header is line 1.
  await page.getByRole("row", { name: /^44 role / }).waitFor();
  await inspect(page, "many-readers-imported");
  const next = page.getByRole("button", { name: "Next" });
  for (let number = 2; number <= bad / 25; number++) {
    await next.click();
    await page.getByText(`Page ${number}`, { exact: true }).waitFor();
  }
  assert.ok(await next.isDisabled(), "that was the last page");
  await page.getByRole("row", { name: new RegExp(`^${number(READERS - BAD_EVERY + 44)} role `) }).waitFor();
  const [saved] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "Download as CSV" }).click()]);
  const lines = (await readFile(await saved.path(), "utf8")).trim().split("\r\n").slice(1);
  assert.deepEqual(
    lines.map((text) => Number(text.split(",")[0])),
    Array.from({ length: bad }, (_, i) => i * BAD_EVERY + 44),
  );

  // One of them is found.
  await page.getByRole("link", { name: "See the readers" }).click();
  const search = page.getByRole("searchbox", { name: "Search readers" });
  await search.fill("sub-49999");
  await page.getByRole("link", { name: "Reader number 49999" }).waitFor();
  await search.fill("reader-31415@");
  await page.getByRole("link", { name: "Reader number 31415" }).click();
  await page.getByRole("heading", { level: 1, name: "Reader number 31415" }).waitFor();
  assert.equal((await on.lanyard.issue({ id: "sub-31415" })).status, 201, "and gets a token");
  await page.goto("/newsrooms/demo/users?q=sub-542");
  await page.getByRole("link", { name: "Reader number 5420" }).first().waitFor();
  assert.equal(await page.getByText("sub-542", { exact: true }).count(), 0, "a bad line's reader isn't there");
});
