// The great story: from nothing to the first comment, and on to a rotation that nobody notices.
import assert from "node:assert/strict";
import { createHmac, timingSafeEqual } from "node:crypto";
import { test } from "node:test";
import { inspect, register, stage, until } from "./story.mjs";

const on = stage();

/** What stands in a list of facts: `fact(card, "Last seen in a token")`. */
const fact = (place, name) => place.locator("dt", { hasText: name }).locator("xpath=following-sibling::dd");
const close = (page) => page.getByRole("dialog").getByRole("button", { name: "Close", exact: true }).last().click();
const headerOf = (token) => JSON.parse(Buffer.from(token.split(".")[0], "base64url"));

/** Whether a Talk v4 with these settings lets the token's reader comment. */
function talkAccepts(settings, token) {
  const value = (name) => settings.match(new RegExp(`^${name}=(.*)$`, "m"))?.[1];
  const keys = JSON.parse(value("TALK_JWT_SECRETS").replace(/^'(.*)'$/, "$1"));
  const [header, payload, signature] = token.split(".");
  const key = keys.find(({ kid }) => kid === headerOf(token).kid);
  if (!key) return false;
  const right = createHmac("sha256", key.secret).update(`${header}.${payload}`).digest();
  const claims = JSON.parse(Buffer.from(payload, "base64url"));
  const said = Buffer.from(signature, "base64url");
  return (
    right.length === said.length &&
    timingSafeEqual(right, said) &&
    claims.iss === value("TALK_JWT_ISSUER") &&
    claims.aud === value("TALK_JWT_AUDIENCE") &&
    claims.exp > Date.now() / 1000
  );
}

test("a newsroom is set up, checked, and rotates its key, and no reader is logged out", async () => {
  const { lanyard } = on;
  const page = await on.somebody();
  await register(page, lanyard, { email: "jane@thepost.example", name: "Jane Doe" });

  // The newsroom.
  await page.getByRole("link", { name: "Make a newsroom" }).click();
  await page.getByLabel("Name", { exact: true }).fill("The Post");
  await page.getByRole("radio", { name: "Talk v4" }).check();
  await page.getByLabel("Address of your Talk").fill("https://talk.thepost.example");
  await page.getByRole("button", { name: "Make the newsroom" }).click();
  await page.getByRole("heading", { name: "Your newsroom is there." }).waitFor();
  const [apiKey, firstSettings] = (await page.locator("pre").allTextContents()).map((text) => text.trim());
  assert.match(apiKey, /^lyd_thepost_\w+$/);
  await page.getByRole("button", { name: "I have kept it" }).click();
  await page.getByText("2 of 5 steps are done.").waitFor();
  const tenant = "the-post";
  const cms = async (id) => {
    const answer = await lanyard.issue({ tenant, apiKey, id });
    assert.equal(answer.status, 201);
    return (await answer.json()).token;
  };

  // The readers.
  await page.getByRole("link", { name: "Upload them" }).click();
  await page.getByRole("link", { name: "Import" }).click();
  const csv = "id,username,email,role\nann,Ann,ann@example.org,MEMBER\nben,Ben,ben@example.org,STAFF\n";
  await page.locator("input[type=file]").setInputFiles({ name: "readers.csv", mimeType: "text/csv", buffer: Buffer.from(csv) });
  await page.getByRole("button", { name: "Import", exact: true }).click();
  await page.getByText("The import is done", { exact: true }).waitFor();
  await page.getByRole("link", { name: "Overview" }).click();
  await page.getByRole("link", { name: "Go on setting up" }).click();
  await page.getByText("3 of 5 steps are done.").waitFor();

  // Talk has its settings, and the CMS calls.
  await page.getByRole("button", { name: "Show what to paste" }).click();
  await page.getByRole("heading", { name: "Talk's settings" }).waitFor();
  await page.locator("pre").filter({ hasText: /curl .*\/t\/the-post\//s }).waitFor();
  const first = await cms("ann");
  assert.ok(talkAccepts(firstSettings, first), "Talk lets Ann comment");
  // It is written down every few seconds, and the page is told.
  await page.getByText("Your CMS has used its API key.").waitFor({ timeout: 30_000 });
  await page.getByText("4 of 5 steps are done.").waitFor();

  // Check it.
  await page.getByRole("link", { name: "Open the checker" }).click();
  await page.getByLabel("Reader's id").fill("ben");
  await page.getByRole("button", { name: "Issue one for this reader" }).click();
  await page.getByText("A token was issued. Check it now.").waitFor();
  await page.getByLabel("Settings of your Talk or Coral").fill(firstSettings);
  await page.getByRole("button", { name: "Check it" }).click();
  await page.getByText("This token is good").waitFor();
  assert.equal(await page.getByRole("img", { name: "Wrong" }).count(), 0);
  for (const more of await page.getByRole("button", { name: /checks? (is|are) right/ }).all()) await more.click();
  assert.ok((await page.getByRole("img", { name: "Right", exact: true }).count()) >= 10, "each check is told");
  assert.equal(await page.getByRole("img", { name: "Wrong" }).count(), 0);
  await inspect(page, "newsroom-checked");

  // A token that isn't ours: its payload was changed.
  const token = page.getByRole("textbox", { name: "Token" });
  const [header, payload, signature] = (await token.inputValue()).split(".");
  const claims = JSON.parse(Buffer.from(payload, "base64url"));
  const forged = Buffer.from(JSON.stringify({ ...claims, sub: "somebody-else" })).toString("base64url");
  await token.fill(`${header}.${forged}.${signature}`);
  await page.getByRole("button", { name: "Check it" }).click();
  await page.getByText(/This token is refused/).waitFor();
  const wrong = page.getByRole("listitem").filter({ has: page.getByRole("img", { name: "Wrong" }) });
  await wrong.filter({ hasText: /signature/i }).first().waitFor();
  await wrong.filter({ hasText: "How to mend it" }).first().waitFor();
  assert.equal((await lanyard.validate(`${header}.${forged}.${signature}`, { tenant })).status, 401);
  await inspect(page, "newsroom-checked-bad");

  // A new key waits, until Talk knows it.
  await page.getByRole("link", { name: "Signing keys" }).first().click();
  await page.getByText("One key signs", { exact: true }).waitFor();
  const oldKid = headerOf(first).kid;
  await page.getByRole("button", { name: "New key" }).click();
  await page.getByRole("textbox", { name: /^Key ID/ }).fill("second");
  await page.getByRole("radio", { name: "Once Talk knows it" }).check();
  await page.getByRole("button", { name: "Make the key" }).click();
  await page.getByText("The key is there").waitFor();
  await close(page);
  await page.getByText("A new key waits").waitFor();
  await page.getByRole("button", { name: "Export" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Export" }).click();
  await page.getByText("Exported keys").waitFor();
  const settings = await page.getByRole("dialog").locator("pre").textContent();
  assert.ok(talkAccepts(settings, first), "Talk's new settings take the old key's tokens");
  await close(page);
  assert.equal(headerOf(await cms("ann")).kid, oldKid, "the new key doesn't sign yet");

  // It signs, and the old one goes on verifying.
  await page.getByRole("button", { name: "Let it sign", exact: true }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Let it sign" }).click();
  await page.getByText("The key signs", { exact: true }).waitFor();
  await close(page);
  await page.getByText("Two keys overlap").waitFor();
  const second = await cms("ben");
  assert.equal(headerOf(second).kid, "second");
  for (const token of [first, second]) {
    assert.ok(talkAccepts(settings, token), "Talk takes both keys' tokens");
    assert.equal((await lanyard.validate(token, { tenant })).status, 200);
  }

  // Each key was seen in a token: just now, which is written down every few seconds.
  const old = page.getByRole("article", { name: oldKid });
  const fresh = page.getByRole("article", { name: "second" });
  await until(async () => {
    const { data } = await lanyard.run("api", "GET", `/v1/tenants/${tenant}/deployments/default/signing-keys`);
    return data.every(({ last_seen_at }) => last_seen_at);
  });
  await page.reload();
  for (const card of [old, fresh]) {
    await card.waitFor();
    assert.match(await fact(card, "Last seen in a token").innerText(), /^(now|1 minute ago)$/);
  }
  await inspect(page, "newsroom-overlap");

  // The last token of the old key ends.
  const times = (...names) => names.map((name) => `${name} = ${name} - interval '1 day'`).join(", ");
  await lanyard.later(`
    update signing_keys set ${times("created_at", "activated_at", "first_used_at", "counted_from", "retiring_since")} where kid = '${oldKid}';
    update key_use set ${times("last_issued_at", "last_seen_at")} where kid = '${oldKid}';
    update key_use_hourly set ${times("expires_by")} where kid = '${oldKid}'`);
  await page.goto(`/newsrooms/${tenant}/signing-keys`);
  await page.getByText("The old key can go", { exact: true }).waitFor();
  assert.equal(await fact(old, "Safe to retire").innerText(), "Now");
  await page.getByRole("button", { name: "Retire the old key" }).click();
  await page.getByText(/It ends, and nobody notices/).waitFor();
  await inspect(page, "newsroom-retire");
  await page.getByRole("dialog").getByRole("button", { name: "Retire", exact: true }).click();
  await page.getByText("The key has ended").waitFor();
  await close(page);
  await page.getByText("One key signs", { exact: true }).waitFor();
  assert.equal((await lanyard.validate(first, { tenant })).status, 401, "the old key is gone");
  assert.equal((await lanyard.validate(second, { tenant })).status, 200);
  await page.goto(`/newsrooms/${tenant}/set-up`);
  await page.getByText("All is set up. Your readers can comment.").waitFor();
});
