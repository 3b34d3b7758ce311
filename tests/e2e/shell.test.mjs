import assert from "node:assert/strict";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { isLater } from "./speed.mjs";
import { inspect, register, stage } from "./story.mjs";

const on = stage();

/** Every page that is reached from the sidebar, and what a person sees who has nothing there. */
const PAGES = {
  home: "/",
  account: "/account",
  "new-newsroom": "/new-newsroom",
  overview: "/newsrooms/demo",
  users: "/newsrooms/demo/users",
  deployments: "/newsrooms/demo/deployments",
  "signing-keys": "/newsrooms/demo/signing-keys",
  "api-keys": "/newsrooms/demo/api-keys",
  members: "/newsrooms/demo/members",
  audit: "/newsrooms/demo/audit",
  usage: "/newsrooms/demo/usage",
  settings: "/newsrooms/demo/settings",
  "not-found": "/newsrooms/demo/nothing",
};

test("every page is good to look at and to listen to, and breaks no policy", async () => {
  const page = await on.owner();
  await page.getByRole("heading", { name: "Your newsrooms" }).waitFor();
  for (const [name, path] of Object.entries(PAGES)) {
    await page.goto(path);
    await page.getByRole("heading", { level: 1 }).waitFor();
    await inspect(page, name);
  }
});

test("the dashboard is used by keyboard alone", async () => {
  const page = await on.owner("/newsrooms/demo");
  await page.getByRole("heading", { name: "Overview" }).waitFor();
  await page.reload();
  await page.getByRole("heading", { name: "Overview" }).waitFor();
  await page.keyboard.press("Tab");
  const skip = page.getByRole("link", { name: "Skip to the content" });
  assert.ok(await skip.evaluate((link) => link === document.activeElement), "the skip link comes first");
  await page.keyboard.press("Enter");
  assert.equal(await page.evaluate(() => document.activeElement.id), "content");
  await page.getByRole("link", { name: "Members" }).focus();
  await page.keyboard.press("Enter");
  const title = page.getByRole("heading", { name: "Members", level: 1 });
  await title.waitFor();
  assert.ok(await title.evaluate((heading) => heading === document.activeElement), "the new page's title has the focus");
  assert.equal(await page.title(), "Members · Lanyard");
  await page.goBack();
  await page.getByRole("heading", { name: "Overview", level: 1 }).waitFor();
});

test("on a telephone the menu opens, leads on, and closes", async () => {
  const page = await on.owner("/newsrooms/demo", { viewport: { width: 360, height: 740 } });
  await page.getByRole("heading", { name: "Overview" }).waitFor();
  const link = page.getByRole("link", { name: "API keys" });
  assert.equal(await link.isVisible(), false);
  await page.getByRole("button", { name: "Menu", exact: true }).click();
  await link.waitFor();
  await inspect(page, "menu");
  await link.click();
  await page.getByRole("heading", { name: "API keys" }).waitFor();
  await link.waitFor({ state: "hidden" });
});

test("a name that would be a script is shown as text", async () => {
  const page = await on.somebody();
  const name = '<img src=x onerror="window.hacked=1"><script>window.hacked=1</script>';
  await register(page, on.lanyard, { email: "mallory@thepost.example", name });
  await page.goto("/new-newsroom");
  await page.getByLabel("Name", { exact: true }).fill(`"><svg onload=window.hacked=1> ${"W".repeat(200)}`);
  await page.getByLabel("Address of your Talk").fill("https://talk.mallory.example");
  await page.getByRole("button", { name: "Make the newsroom" }).click();
  await page.getByRole("button", { name: "I have kept it" }).click();
  await page.getByRole("heading", { name: "Set up", level: 1 }).waitFor();
  await inspect(page, "long-names");
  await page.getByRole("button", { name: /Switch newsroom/ }).click();
  await page.getByRole("menuitem", { name: /svg onload/ }).waitFor();
  await page.keyboard.press("Escape");
  await page.goto("/account");
  assert.equal(await page.getByLabel("Name", { exact: true }).inputValue(), name);
  assert.equal(await page.evaluate(() => window.hacked), undefined);
});

test("somebody else's newsroom isn't there", async () => {
  const page = await on.somebody();
  await register(page, on.lanyard, { email: "stranger@thepost.example", name: "Stranger" });
  for (const path of ["/newsrooms/demo", "/newsrooms/demo/users", "/platform", "/newsrooms/no-such-newsroom"]) {
    await page.goto(path);
    await page.getByRole("heading", { name: "There is nothing here" }).waitFor();
  }
});

const FIRST = { "/": "Log in", "/newsrooms/demo": "Overview", "/newsrooms/demo/users": "Readers" };

test("the first load is small, and what was loaded is never asked for again", async () => {
  for (const path of Object.keys(FIRST)) {
    // Whoever comes again has a session, and nothing in the cache.
    const visitor = path === "/" ? null : await on.owner();
    if (visitor) await visitor.getByRole("heading", { name: "Your newsrooms" }).waitFor();
    const page = await on.somebody();
    await page.context().addCookies((await visitor?.context().cookies()) ?? []);
    const scripts = [];
    page.on("response", (response) => {
      if (/\.js$/.test(new URL(response.url()).pathname) && !isLater(response.url())) scripts.push(response);
    });
    await page.goto(path);
    await page.getByRole("heading", { level: 1, name: FIRST[path] }).waitFor();
    await page.waitForLoadState("networkidle");
    const sizes = await Promise.all(scripts.map(async (script) => gzipSync(await script.body()).length));
    const size = sizes.reduce((sum, one) => sum + one, 0);
    console.log(`first load of ${path}: ${Math.round(size / 1000)} KB of JavaScript in ${scripts.length} files`);
    assert.ok(size > 50_000 && size <= 220_000, `${path} loads ${size} bytes of JavaScript`);
    for (const script of scripts) {
      assert.match(script.headers()["cache-control"], /immutable/);
    }
  }
});
