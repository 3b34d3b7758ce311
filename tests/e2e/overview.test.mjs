import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { inspect, stage } from "./story.mjs";

const on = stage();
const OVERVIEW = "/newsrooms/demo";
const USAGE = "/newsrooms/demo/usage";
const BOUNDS = [50, 200, 1000, 5000, 25_000, 100_000, 1_000_000];

const open = async (path, title) => {
  const page = await on.owner("/");
  await page.getByRole("heading", { name: "Your newsrooms" }).waitFor();
  return { page, go: async () => {
    await page.goto(path);
    await page.getByRole("heading", { level: 1, name: title }).waitFor();
  } };
};

/** Answers with usage as a busy newsroom has it. */
async function busy(page) {
  await page.route(/\/v1\/tenants\/demo\/usage\?/, async (route) => {
    const query = new URL(route.request().url()).searchParams;
    const step = query.get("by") === "day" ? 86_400_000 : 3_600_000;
    const from = Math.floor(Date.parse(query.get("from")) / step) * step;
    const to = Math.ceil(Date.parse(query.get("to")) / step) * step;
    const kinds = [["issue", "ok", 900], ["validate", "ok", 5200], ["validate", "expired", 420], ["validate", "bad_signature", 12], ["issue", "user_disabled", 30], ["introspect", "token_revoked", 55], ["validate", "wrong_audience", 22], ["validate", "unknown_key", 18], ["validate", "key_retired", 9], ["manage", "ok", 40]];
    const data = [];
    for (let at = from, index = 0; at < to; at += step, index++) {
      for (const [operation, reason, usual] of kinds) {
        const count = Math.round(usual * (1.2 + Math.sin(index / 3)) * (step > 4e6 ? 20 : 1));
        if (count > 0) data.push({ at: new Date(at).toISOString(), operation, reason, count, latency: [0, count - 1, 0, 1, 0, 0, 0, 0] });
      }
    }
    await route.fulfill({ json: { from: new Date(from).toISOString(), to: new Date(to).toISOString(), latency_bounds_us: BOUNDS, data } });
  });
}

test("the overview says that nothing was asked yet", async () => {
  const { page, go } = await open(OVERVIEW, "Overview");
  await page.route(/\/usage\?/, async (route) => {
    const answer = await route.fetch();
    await route.fulfill({ response: answer, json: { ...(await answer.json()), data: [] } });
  });
  await go();
  await page.getByText("There were no requests in this time.").waitFor();
  await page.getByText("tenant.create").waitFor();
  await page.getByText("Nothing to do.").waitFor();
  await inspect(page, "overview-none");
  await page.goto(USAGE);
  await page.getByText("There were no requests in this time.").first().waitFor();
  await inspect(page, "usage-none");
});

test("real requests are counted, by hour, day and month", async () => {
  const { page, go } = await open(OVERVIEW, "Overview");
  const { url, apiKey } = on.lanyard;
  for (let i = 0; i < 4; i++) {
    await fetch(`${url}/t/demo/`, {
      method: "POST",
      headers: { authorization: `Bearer ${apiKey}`, "content-type": "application/json" },
      body: '{"id":"1"}',
    });
    await fetch(`${url}/t/demo/`, { headers: { authorization: "Bearer nonsense" } });
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
  await busy(page);
  await go();
  await page.getByRole("img", { name: /Requests over time/ }).waitFor();
  await inspect(page, "overview-busy");
  await page.goto(`${USAGE}?time=week`);
  await page.getByRole("img", { name: /Requests over time/ }).waitFor();
  await inspect(page, "usage-busy");
});
