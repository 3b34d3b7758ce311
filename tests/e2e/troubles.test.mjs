// What goes wrong elsewhere: the network, the server, the clock, and names that somebody has chosen with malice.
import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";
import { test } from "node:test";
import { person } from "./browser.mjs";
import { inspect, isAtRest, isStill, logIn, stage, until } from "./story.mjs";

const on = stage();
const h1 = (page, name) => page.getByRole("heading", { name, level: 1 }).waitFor();

test("a form that wasn't sent is there again after a reload, another page, and the session's end", async () => {
  const page = await on.owner("/newsrooms/demo/settings");
  await h1(page, "Settings");
  const name = page.getByLabel("Name", { exact: true });
  await name.fill("The Unsaved Post");
  await page.reload();
  await h1(page, "Settings");
  assert.equal(await name.inputValue(), "The Unsaved Post");
  await page.getByText("You have changes").waitFor();
  await inspect(page, "settings-unsaved");
  await page.getByRole("link", { name: "Members" }).click();
  await h1(page, "Members");
  await page.goBack();
  await h1(page, "Settings");
  assert.equal(await name.inputValue(), "The Unsaved Post");
  await on.lanyard.later("delete from sessions");
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByText(/Your session has ended/).waitFor();
  await logIn(page, on.lanyard.owner);
  await h1(page, "Settings");
  assert.equal(await name.inputValue(), "The Unsaved Post");
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByText("Saved.", { exact: true }).waitFor();
  await page.getByText("You have changes").waitFor({ state: "hidden" });
  await page.reload();
  await h1(page, "Settings");
  assert.equal(await name.inputValue(), "The Unsaved Post");
  await page.getByText("You have changes").waitFor({ state: "hidden" });
});

test("a server that is away is told of, and tried again", async () => {
  const page = await on.owner("/newsrooms/demo/users");
  await page.getByRole("link", { name: "alice" }).waitFor();
  await page.getByRole("button", { name: "Add a reader" }).click();
  await page.getByLabel("Id", { exact: true }).fill("late");
  // What Chromium says of it isn't a fault of the page's.
  on.people.at(-1).forgive(/ERR_CONNECTION_REFUSED|dynamically imported module|preload/);
  await on.lanyard.halt();
  await page.getByRole("dialog").getByRole("button", { name: "Add the reader" }).click();
  await page.getByRole("dialog").getByText("The server can't be reached.").waitFor();
  assert.equal(await page.getByLabel("Id", { exact: true }).inputValue(), "late", "what was typed stays");
  await inspect(page, "server-away-dialogue");
  await on.lanyard.serve();
  await page.getByRole("dialog").getByRole("button", { name: "Add the reader" }).click();
  await page.getByRole("dialog").waitFor({ state: "hidden" });
  await page.goto("/newsrooms/demo/users?q=bob");
  await page.getByRole("link", { name: "bob" }).waitFor();
  assert.equal((await on.lanyard.issue({ id: "late" })).status, 201);
});

test("the button “Try again” works once the server is back, also where a page's own code is missing", async () => {
  const page = await on.owner("/newsrooms/demo/users");
  await page.getByRole("link", { name: "alice" }).waitFor();
  on.people.at(-1).forgive(/ERR_CONNECTION_REFUSED|dynamically imported module|preload/);
  await on.lanyard.halt();
  await page.getByRole("searchbox").fill("bob");
  await page.getByText("The server can't be reached.").waitFor({ timeout: 30_000 });
  await inspect(page, "server-away");
  await on.lanyard.serve();
  await page.getByRole("button", { name: "Try again" }).click();
  await page.getByRole("link", { name: "bob" }).waitFor();
  await page.getByText("The server can't be reached.").waitFor({ state: "hidden" });

  await on.lanyard.halt();
  await page.getByRole("link", { name: "Signing keys" }).click();
  const reload = page.getByRole("button", { name: "Reload the page" });
  await reload.waitFor();
  await inspect(page, "page-away");
  await on.lanyard.serve();
  await reload.click();
  await h1(page, "Signing keys");
  await page.getByText(/keys? signs?/).first().waitFor();
});

const PAGES = ["", "/set-up", "/users", "/users/1", "/usage", "/deployments", "/deployments/default", "/deployments/default?tab=check", "/deployments/default?tab=settings", "/move-to-coral", "/import-readers", "/signing-keys", "/api-keys", "/members", "/audit", "/settings"];

test("pages are drawn in grey while they load, nothing jumps when it is there, and then they rest", async () => {
  const page = await on.owner();
  await h1(page, "Your newsrooms");
  await on.lanyard.run("admin", "create", on.lanyard.owner.email);
  // A slow line: what is read comes half a second late.
  await page.route(/\/v1\/(tenants|platform)/, async (route) => {
    await pause(500);
    await route.continue();
  });
  const faults = [];
  for (const path of [...PAGES.map((path) => `/newsrooms/demo${path}`), "/platform", "/platform/newsrooms/demo", "/platform/usage", "/platform/health", "/platform/admins", "/platform/audit"]) {
    await page.goto(path);
    await page.getByRole("heading", { level: 1 }).waitFor();
    await page.locator("[class*=Skeleton]").first().waitFor({ state: "detached" });
    await page.waitForLoadState("networkidle");
    await isStill(page, path).catch((error) => faults.push(error.message));
    await isAtRest(page, path).catch((error) => faults.push(error.message));
  }
  assert.deepEqual(faults, []);
});

test("a story fails where the policy is broken", async () => {
  const { page, context, complaints } = await person(on.browser, { baseURL: on.lanyard.url });
  await page.goto("/");
  await h1(page, "Log in");
  assert.deepEqual(complaints, []);
  await page.evaluate(() => {
    document.body.insertAdjacentHTML("beforeend", '<p style="color: red">!</p>');
    const script = document.createElement("script");
    script.textContent = "window.hacked = 1";
    document.body.append(script);
  });
  for (const directive of ["style-src", "script-src"]) {
    await until(() => complaints.some((text) => text.startsWith(`policy: ${directive}`)), 5);
  }
  assert.equal(await page.evaluate(() => window.hacked), undefined);
  await context.close();
});

test("names, reasons and addresses are text, whatever they hold", async () => {
  const { lanyard } = on;
  const evil = (what) => `<img src=x onerror="window.hacked='${what}'">{{7*7}}`;
  const call = (method, path, body) => lanyard.run("api", method, path, JSON.stringify(body));
  await lanyard.run("admin", "create", lanyard.owner.email);
  await call("PATCH", "/v1/tenants/demo/settings", { name: evil("newsroom"), allow_email_ids: true });
  const id = `"><script>window.hacked='id'</script>`;
  const reader = { id, username: evil("username"), email: `"<svg/onload=window.hacked=1>"@x.example`, about: evil("about") };
  await call("POST", "/v1/tenants/demo/users", reader).catch(() => call("POST", "/v1/tenants/demo/users", { ...reader, email: "x@x.example" }));
  await call("POST", "/v1/tenants/demo/api-keys", { name: evil("api key"), scopes: ["users:read"] });
  await assert.rejects(call("POST", "/v1/tenants/demo/deployments", { name: evil("deployment"), kind: "talk", root_url: "https://x.example" }));
  await call("POST", "/v1/tenants/demo/deployments/default/signing-keys", { kid: `<b onclick=hacked>` }).catch(() => undefined);
  const page = await on.owner("/account");
  await page.getByLabel("Name", { exact: true }).fill(evil("person"));
  await page.getByRole("button", { name: "Save" }).first().click();
  await page.getByText("Saved.").waitFor();

  const shows = async (path, ...texts) => {
    await page.goto(path);
    for (const text of texts) await page.getByText(text, { exact: false }).first().waitFor();
    assert.equal(await page.evaluate(() => window.hacked), undefined, path);
    assert.equal(await page.locator("#content img[src=x], #content svg[onload]").count(), 0, path);
  };
  await shows("/", evil("newsroom"));
  await shows("/newsrooms/demo/users", evil("username"), id);
  await shows(`/newsrooms/demo/users/${encodeURIComponent(id)}`, evil("username"), "window.hacked='about'");
  await shows("/newsrooms/demo/api-keys", evil("api key"));
  await shows("/newsrooms/demo/members", evil("person"));
  await shows("/newsrooms/demo/signing-keys");
  await shows("/newsrooms/demo/audit", "Changed the settings");
  await page.getByRole("button", { name: /Changed the settings/ }).first().click();
  await page.getByRole("dialog").getByText(evil("newsroom")).first().waitFor();
  await page.keyboard.press("Escape");

  const reason = evil("reason");
  await call("POST", "/v1/platform/tenants/demo/suspend", { reason });
  await shows("/platform", evil("newsroom"), reason);
  await shows("/platform/newsrooms/demo", reason);
  await shows("/platform/audit");
  await shows("/newsrooms/demo", reason);
  await inspect(page, "names-are-text");
  await page.goto("/newsrooms/demo/audit");
  await page.getByRole("button", { name: /[Ss]uspended/ }).first().click();
  await page.getByRole("dialog").getByText(reason).first().waitFor();
  assert.equal(await page.evaluate(() => window.hacked), undefined);
});
