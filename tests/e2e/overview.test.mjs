import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { inspect, stage } from "./story.mjs";

const on = stage();
const OVERVIEW = "/newsrooms/demo";
const USAGE = "/newsrooms/demo/usage";

const open = async (path, title) => {
  const page = await on.owner("/");
  await page.getByRole("heading", { name: "Your newsrooms" }).waitFor();
  return { page, go: async () => {
    await page.goto(path);
    await page.getByRole("heading", { level: 1, name: title }).waitFor();
  } };
};

/** A newsroom that nothing was asked of yet, and its first reader. */
async function quiet(page) {
  await page.goto("/new-newsroom");
  await page.getByLabel("Name", { exact: true }).fill("The Quiet Post");
  await page.getByLabel("Address of your Talk").fill("https://talk.quiet.example");
  await page.getByRole("button", { name: "Make the newsroom" }).click();
  await page.getByRole("button", { name: "I have kept it" }).click();
  await page.getByText("2 of 5 steps are done.").waitFor();
  await on.lanyard.run("api", "PUT", "/v1/tenants/the-quiet-post/users/1", '{"id":"1","username":"bob"}');
  return (await on.lanyard.run("api-key", "create", "--tenant", "the-quiet-post", "--name", "cms")).api_key;
}

test("the overview says that nothing was asked yet", async () => {
  const { page, go } = await open(OVERVIEW, "Overview");
  await page.route(/\/usage\?/, async (route) => {
    const answer = await route.fetch();
    await route.fulfill({ response: answer, json: { ...(await answer.json()), data: [] } });
  });
  await go();
  await page.getByText("There were no requests in this time.").waitFor();
  await page.getByText("Made the newsroom").waitFor();
  await page.getByText("Nothing to do.").waitFor();
  await inspect(page, "overview-none");
  await page.goto(USAGE);
  await page.getByText("There were no requests in this time.").first().waitFor();
  await inspect(page, "usage-none");
});

test("real requests are counted, by hour, day and month", async () => {
  const { page, go } = await open("/newsrooms/the-quiet-post", "Overview");
  const { url } = on.lanyard;
  const apiKey = await quiet(page);
  for (let i = 0; i < 4; i++) {
    await fetch(`${url}/t/the-quiet-post/`, {
      method: "POST",
      headers: { authorization: `Bearer ${apiKey}`, "content-type": "application/json" },
      body: '{"id":"1"}',
    });
    await fetch(`${url}/t/the-quiet-post/`, { headers: { authorization: "Bearer nonsense" } });
  }
  // Counts are written every ten seconds.
  for (let tries = 0; tries < 30; tries++) {
    await go();
    const refused = page.getByRole("img", { name: /Requests over time\. \d+ tokens? issued.* [1-9]\d* requests? refused/ });
    if (await refused.waitFor({ timeout: 1000 }).then(() => true, () => false)) break;
  }
  const chart = page.getByRole("img", { name: /Requests over time/ });
  assert.match(await chart.getAttribute("aria-label"), /4 tokens issued/);
  await inspect(page, "overview");
  for (const [step, span] of [["Day", "Last 30 days"], ["Month", "Last 12 months"]]) {
    await page.getByText(step, { exact: true }).click();
    await page.getByText(span).first().waitFor();
  }
  await page.getByRole("img", { name: /4 tokens issued/ }).waitFor();
  await page.getByRole("link", { name: "All usage" }).click();
  await page.getByRole("row", { name: /Issue a token Went well 4/ }).waitFor();
  await inspect(page, "usage");
  const [saved] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "Download as CSV" }).click()]);
  assert.match(await readFile(await saved.path(), "utf8"), /^at,operation,reason,count\r\n.*issue,ok,4/s);
  await page.getByText("Own dates", { exact: true }).click();
  await page.getByLabel("From").fill("2100-01-01");
  await page.getByText("The first day must not be later").waitFor();
  await page.getByLabel("From").fill(new Date().toISOString().slice(0, 10));
  await page.getByRole("row", { name: /Issue a token Went well 4/ }).waitFor();
  await inspect(page, "usage-own");
});

test("charts of a busy newsroom can be read", async () => {
  const { page, go } = await open(OVERVIEW, "Overview");
  await go();
  await page.getByRole("img", { name: /Requests over time/ }).waitFor();
  await inspect(page, "overview-busy");
  await page.goto(`${USAGE}?time=week`);
  await page.getByRole("img", { name: /Requests over time/ }).waitFor();
  await inspect(page, "usage-busy");
});
