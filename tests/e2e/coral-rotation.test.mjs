// A Coral's secret is rotated on both sides, from the dashboard.
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { ADMIN, Coral } from "./coral.mjs";
import { inspect, stage } from "./story.mjs";

// The server calls public addresses only, unless its operator lists others: this Coral stands on this machine.
process.env.LANYARD_OUTBOUND_ALLOW = "127.0.0.0/8";

const on = stage();
let coral;
before(async () => {
  coral = await Coral.start();
});
after(() => coral.stop());

const TOKEN = /^Personal access token/;

async function look(page, token) {
  await page.getByLabel(TOKEN).fill(token);
  await page.getByRole("button", { name: /^Look (first|again)$/ }).click();
}

test("a Coral's secret is rotated: looked at first, begun, cut off, resumed, and done", async () => {
  const page = await on.owner("/newsrooms/demo/deployments");
  await page.getByRole("button", { name: "Add a deployment" }).click();
  await page.getByRole("radio", { name: "Coral" }).check();
  await page.getByLabel("Name", { exact: true }).fill("coral");
  await page.getByRole("textbox", { name: "Address" }).fill("https://10.1.2.3");
  await page.getByRole("button", { name: "Add it" }).click();
  await page.getByRole("heading", { name: "coral", level: 1 }).waitFor();
  await page.getByRole("tab", { name: "Rotate in Coral" }).click();
  await page.getByText("This Coral's secret was never rotated from here.").waitFor();
  await inspect(page, "coral-rotation-none");

  // An address that isn't public is never called.
  await look(page, ADMIN);
  await page.getByRole("alert").getByText(/LANYARD_OUTBOUND_ALLOW/).waitFor();
  await inspect(page, "coral-rotation-forbidden");

  await page.getByRole("tab", { name: "Configuration" }).click();
  await page.getByLabel("Address").fill(coral.url);
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByText(/^Saved\./).first().waitFor();

  const [first] = coral.secrets;
  await page.getByRole("link", { name: "Signing keys" }).first().click();
  await page.goto("/newsrooms/demo/signing-keys?deployment=coral");
  await page.getByRole("button", { name: "Import a key" }).click();
  await page.getByRole("textbox", { name: "The key" }).fill(first.secret);
  await page.getByRole("textbox", { name: "Key ID" }).fill(first.kid);
  await page.getByRole("button", { name: "Import it" }).click();
  await page.getByText(/The key is imported/).waitFor();
  await page.getByRole("button", { name: "Close", exact: true }).last().click();

  await page.getByRole("link", { name: "Rotate in Coral" }).click();
  await look(page, "not-a-token-of-this-coral");
  await page.getByRole("alert").getByText(/doesn't know the token/).waitFor();
  await look(page, ADMIN);
  await page.getByRole("heading", { name: "What would be done" }).waitFor();
  await page.getByText("Is a key here").waitFor();
  assert.equal(coral.secrets.length, 1, "looking changes nothing");
  await inspect(page, "coral-rotation-plan", { grew: true });
  await page.getByLabel(TOKEN).fill(`${ADMIN}x`);
  assert.equal(await page.getByRole("button", { name: "Rotate now" }).isDisabled(), true);
  await look(page, ADMIN);
  await page.getByText("You have changed something since.").waitFor({ state: "detached" });

  // Coral makes the secret, and its answer is lost.
  coral.fault = "lost";
  await page.getByRole("button", { name: "Rotate now" }).click();
  await page.getByText("It stopped before its end.").waitFor({ timeout: 60_000 });
  assert.equal(coral.secrets.length, 2);
  await inspect(page, "coral-rotation-interrupted", { grew: true });
  await page.getByRole("button", { name: "Resume…" }).click();
  await inspect(page, "coral-rotation-resume", { grew: true });
  await page.getByRole("dialog").getByRole("button", { name: "Resume" }).click();
  await page.getByText("The new key signs, and Coral takes it.").waitFor({ timeout: 60_000 });
  assert.equal(coral.secrets.length, 2, "no second secret is made");
  await page.reload();
  await page.getByRole("heading", { name: "The last rotation" }).waitFor();
  await inspect(page, "coral-rotation-done");

  await page.getByRole("link", { name: "Signing keys" }).last().click();
  await page.getByRole("article", { name: coral.secrets[1].kid }).getByText("Signs", { exact: true }).waitFor();
});

test("a rotation that stopped is given up, and what is left to do is said", async () => {
  const page = await on.owner("/newsrooms/demo/deployments/coral?tab=rotate");
  await look(page, ADMIN);
  coral.fault = "lost";
  await page.getByRole("button", { name: "Rotate now" }).click();
  await page.getByText("It stopped before its end.").waitFor({ timeout: 60_000 });
  await page.getByRole("button", { name: "Give up…" }).click();
  await inspect(page, "coral-rotation-abandon");
  await page.getByLabel("Type coral to go on").fill("coral");
  await page.getByRole("dialog").getByRole("button", { name: "Give up" }).click();
  await page.getByText("It was given up.").waitFor();
  await page.getByText(/Coral may have made a new secret/).waitFor();
  await page.getByLabel(TOKEN).waitFor();
  await inspect(page, "coral-rotation-abandoned");
});

test("one token is revoked from the checker", async () => {
  const page = await on.owner("/newsrooms/demo/deployments/default?tab=check");
  await page.getByLabel("Reader's id").fill("1");
  await page.getByRole("button", { name: "Issue one for this reader" }).click();
  await page.getByText("A token was issued. Check it now.").waitFor();
  const token = page.getByRole("textbox", { name: "Token" });
  await token.fill(`Bearer ${await token.inputValue()}`);
  await page.getByRole("button", { name: "Check it" }).click();
  await page.getByText("This token is good").waitFor();
  await page.getByRole("button", { name: "Revoke it…" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Revoke it" }).click();
  await page.getByText("The token is revoked.").waitFor();
  await inspect(page, "checker-revoked");
  await page.getByRole("button", { name: "Check it" }).click();
  await page.getByText(/This token is refused/).waitFor();
  await page.getByRole("button", { name: "Revoke it…" }).waitFor({ state: "detached" });
});

test("Talk's settings are there for a Talk that takes several keys", async () => {
  const page = await on.owner("/newsrooms/demo/deployments/default");
  await page.getByText(/TALK_JWT_SECRETS=/).first().waitFor();
  const several = page.getByRole("switch", { name: "Talk takes several keys by now" });
  assert.equal(await several.count(), 0, "it does already");
  await on.lanyard.run("deployment", "create", "--tenant", "demo", "--deployment", "old", "--kind", "talk", "--root-url", "https://old.example");
  const secret = join(on.lanyard.folder, "secret.txt");
  await writeFile(secret, "4f1c0d9be27a6835f0d1c2b3a495867711223344556677889900aabbccddeeff");
  await on.lanyard.run("key", "import", "--tenant", "demo", "--deployment", "old", "--file", secret, "--activate");
  await page.goto("/newsrooms/demo/deployments/old");
  await page.getByText(/TALK_JWT_SECRET=/).first().waitFor();
  await several.click();
  await page.getByText(/TALK_JWT_SECRETS=/).first().waitFor();
  await page.getByRole("link", { name: "Export them with secrets" }).click();
  await page.getByRole("dialog").getByRole("checkbox", { name: "Talk takes several keys by now" }).waitFor();
  assert.equal(await page.getByRole("checkbox", { name: "Talk takes several keys by now" }).isChecked(), true);
  await page.getByRole("dialog").getByRole("button", { name: "Export" }).click();
  await page.getByText(/TALK_JWT_SECRETS=/).first().waitFor();
});
