// The README's pictures: the dashboard on a real server, with a newsroom as one finds it in the middle of a working day.
import { mkdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { launch, paint, person } from "./browser.mjs";
import { Lanyard } from "./lanyard.mjs";
import { logIn } from "./story.mjs";

const folder = new URL("../../docs/pictures/", import.meta.url).pathname;
const MOST_BYTES = 200_000;
const HOUR = 3_600_000;
const ago = (hours) => new Date(Date.now() - hours * HOUR).toISOString();
const KEYS = "/v1/tenants/demo/deployments/default/signing-keys";

const lanyard = await Lanyard.start();
const browser = await launch();
try {
  await mkdir(folder, { recursive: true });
  const { page, complaints } = await person(browser, { viewport: { width: 1280, height: 800 }, baseURL: lanyard.url });
  await page.goto("/");
  await logIn(page, lanyard.owner);
  await page.getByRole("heading", { name: "Your newsrooms" }).waitFor();
  await useTokens();
  await rotation(page);
  await checker(page);
  await overview(page);
  if (complaints.length > 0) throw new Error(complaints.join("\n"));
} finally {
  await browser.close();
  await lanyard.stop();
}

/** Readers come with tokens, one of which is nonsense. Counts are written every ten seconds. */
async function useTokens() {
  for (const id of ["1", "2", "3"]) {
    await fetch(`${lanyard.url}/t/demo/`, { headers: { authorization: `Bearer ${await issue(id)}` } });
  }
  await fetch(`${lanyard.url}/t/demo/`, { headers: { authorization: "Bearer nonsense" } });
}

async function issue(id) {
  const answer = await fetch(`${lanyard.url}/t/demo/`, {
    method: "POST",
    headers: { authorization: `Bearer ${lanyard.apiKey}`, "content-type": "application/json" },
    body: JSON.stringify({ id }),
  });
  return (await answer.json()).token;
}

/** Two rotations: one that is over, and one that is going on. */
async function rotation(page) {
  const [first] = await lanyard.run("key", "list", "--tenant", "demo");
  const key = (...args) => lanyard.run("key", ...args);
  await key("create", "--tenant", "demo", "--kid", "2026-summer", "--activate");
  await key("retire", "--tenant", "demo", "--force", first.kid);
  await useTokens();
  await key("create", "--tenant", "demo", "--kid", "2026-autumn", "--activate");
  await useTokens();
  // When a key was last used is written every ten seconds.
  await pause(11_000);
  // The demo is minutes old. A timeline has something to tell once there are hours behind it.
  const past = {
    [first.kid]: { created_at: ago(31), activated_at: ago(31), ended_at: ago(12) },
    "2026-summer": { created_at: ago(22.5), activated_at: ago(19.5) },
    "2026-autumn": { created_at: ago(5), activated_at: ago(1.75) },
  };
  await page.route(new RegExp(`${KEYS}\\?`), async (route) => {
    const answer = await route.fetch();
    const list = await answer.json();
    const data = list.data.map((one) => ({ ...one, ...past[one.kid] })).sort((one, other) => (one.created_at < other.created_at ? 1 : -1));
    await route.fulfill({ response: answer, json: { ...list, data } });
  });
  await page.goto("/newsrooms/demo/signing-keys");
  await page.getByText("Two keys overlap").waitFor();
  await page.getByRole("heading", { name: "The life of each key" }).waitFor();
  await take(page, "rotation");
  await page.unrouteAll();
}

/** A token that Talk would refuse: its settings name another issuer. */
async function checker(page) {
  await page.goto("/newsrooms/demo/deployments/default?tab=check");
  await page.getByLabel("Token", { exact: true }).fill(await issue("1"));
  await page.getByLabel("Settings of your Talk or Coral").fill("TALK_JWT_ISSUER=https://talk.the-post.example");
  await page.getByRole("button", { name: "Check it" }).click();
  await page.getByText(/This token is refused/).waitFor();
  // The header covers the top of the window.
  await page.getByLabel("Settings of your Talk or Coral").evaluate((field) => window.scrollTo(0, field.getBoundingClientRect().top + window.scrollY - 96));
  await take(page, "checker", { fromTop: false, height: 840 });
}

async function overview(page) {
  await page.goto("/newsrooms/demo");
  await page.getByRole("img", { name: /Requests over time/ }).waitFor();
  await page.getByText("Day", { exact: true }).click();
  await page.getByText("Last 30 days").first().waitFor();
  await take(page, "overview");
}

/** A picture, as high as the page: at most as high as may be. */
async function take(page, name, { fromTop = true, height = 1040 } = {}) {
  await page.waitForLoadState("networkidle");
  const needed = await page.evaluate(() => document.documentElement.scrollHeight);
  await page.setViewportSize({ width: 1280, height: Math.min(height, fromTop ? needed : height) });
  await paint(page, "light");
  await page.evaluate(() => document.fonts.ready);
  // Nothing is hovered over, nothing has the focus.
  await page.mouse.move(0, 0);
  await page.evaluate((fromTop) => {
    document.activeElement?.blur();
    if (fromTop) window.scrollTo(0, 0);
  }, fromTop);
  await pause(300);
  const path = join(folder, `${name}.png`);
  await page.screenshot({ path });
  const { size } = await stat(path);
  if (size > MOST_BYTES) throw new Error(`${name}.png has ${size} bytes`);
  console.log(`docs/pictures/${name}.png (${Math.round(size / 1000)} kB)`);
}
