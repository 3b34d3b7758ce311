// A newsroom is connected: deployments, what is pasted, the checker, and the keys' lives.
import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect, stage } from "./story.mjs";

const on = stage();

test("a deployment's settings are there to paste, and what its tokens say is changed by one at a time", async () => {
  const page = await on.owner("/newsrooms/demo/deployments");
  await page.getByRole("link", { name: "default" }).waitFor();
  await inspect(page, "deployments-list");
  await page.getByRole("button", { name: "Add a deployment" }).click();
  await page.getByRole("radio", { name: "Coral" }).check();
  await page.getByLabel("Name", { exact: true }).fill("Blog!");
  await page.getByRole("textbox", { name: "Address" }).fill("https://coral.blog.example");
  await page.getByRole("button", { name: "Add it" }).click();
  await page.locator('[aria-invalid="true"]').waitFor();
  await page.getByLabel("Name", { exact: true }).fill("blog");
  await inspect(page, "deployment-new");
  await page.getByRole("button", { name: "Add it" }).click();
  await page.getByRole("heading", { name: "blog", level: 1 }).waitFor();
  await page.getByRole("heading", { name: "Coral's admin" }).waitFor();
  await inspect(page, "deployment-coral");
  await page.getByRole("tab", { name: "Configuration" }).click();
  await page.getByRole("combobox", { name: "The highest role that tokens may carry" }).click();
  await page.getByRole("option", { name: "Staff" }).click();
  await page.getByRole("switch", { name: "Tokens carry badges" }).click();
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByText("Saved.").first().waitFor();

  await page.goto("/newsrooms/demo/deployments/default");
  await page.getByRole("heading", { name: "Talk's settings" }).waitFor();
  await page.getByRole("tab", { name: "Kubernetes" }).click();
  await page.getByText("kind: Secret").waitFor();
  await page.getByRole("tab", { name: "PHP" }).click();
  await page.getByText("CURLOPT_POST").waitFor();
  await inspect(page, "deployment-paste");

  await page.getByRole("tab", { name: "Configuration" }).click();
  await page.getByLabel("Audience").fill("comments");
  await page.getByRole("checkbox", { name: "Username" }).check();
  // Somebody else was faster.
  const other = await on.owner("/newsrooms/demo/deployments/default?tab=settings");
  await other.getByLabel("Lifetime of a token").fill("7200");
  await Promise.all([other.getByText("Saved.").first().waitFor(), other.getByRole("button", { name: "Save" }).click()]);
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByText(/Somebody has changed this since/).waitFor();
  await page.getByRole("button", { name: "Try again" }).click();
  await page.getByText(/Somebody has changed this since/).waitFor({ state: "detached" });
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByText("Saved. Mind this").waitFor();
  await inspect(page, "deployment-configuration");
  await page.reload();
  assert.equal(await page.getByLabel("Audience").inputValue(), "comments");
  assert.equal(await page.getByLabel("Lifetime of a token").inputValue(), "7200", "the other's change is kept");
  await page.getByLabel("Audience").fill("talk");
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByText("Saved.").first().waitFor();

  await page.goto("/newsrooms/demo/deployments/blog?tab=settings");
  await page.getByRole("button", { name: "Delete it" }).click();
  await page.getByLabel("Type blog to go on").fill("blog");
  await page.getByRole("dialog").getByRole("button", { name: "Delete it" }).click();
  await page.getByRole("heading", { name: "Deployments", level: 1 }).waitFor();
  await page.getByRole("link", { name: "blog" }).waitFor({ state: "detached" });
});

test("the checker says what is wrong with a token, and how to mend it", async () => {
  const page = await on.owner("/newsrooms/demo/deployments/default?tab=check");
  await page.getByLabel("Reader's id").fill("nobody there");
  await page.getByRole("button", { name: "Issue one for this reader" }).click();
  await page.getByRole("alert").or(page.locator('[aria-invalid="true"]')).first().waitFor();
  await page.getByLabel("Reader's id").fill("1");
  await page.getByRole("button", { name: "Issue one for this reader" }).click();
  await page.getByText("A token was issued. Check it now.").waitFor();
  await page.getByRole("button", { name: "Check it" }).click();
  await page.getByText("This token is good").waitFor();
  await page.getByRole("button", { name: /checks are right/ }).first().click();
  await inspect(page, "checker-good");
  await page
    .getByLabel("Settings of your Talk or Coral")
    .fill("TALK_JWT_SECRET=correct-horse\nTALK_JWT_ISSUER=https://elsewhere.example\nnot a line");
  await page.getByRole("button", { name: "Check it" }).click();
  await page.getByText(/This token is refused/).waitFor();
  await page.getByText("How to mend it").first().waitFor();
  assert.equal(await page.getByText("correct-horse").count(), 1, "the secret stands where it was pasted, and only there");
  await inspect(page, "checker-bad");
});

test("a key is made, told to Talk, signs, and the old one goes", async () => {
  const page = await on.owner("/newsrooms/demo/signing-keys");
  await page.getByText("One key signs", { exact: true }).waitFor();
  await inspect(page, "signing-keys-one");
  await page.getByRole("button", { name: "New key" }).click();
  await page.getByRole("textbox", { name: /^Key ID/ }).fill("spring");
  await inspect(page, "key-new");
  await page.getByRole("button", { name: "Make the key" }).click();
  await page.getByText("The key is there").waitFor();
  await inspect(page, "key-made");
  await page.getByRole("button", { name: "Close", exact: true }).last().click();
  await page.getByText("A new key waits").waitFor();

  await page.getByRole("button", { name: "Export" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Export" }).click();
  await page.getByText("Exported keys").waitFor();
  assert.match(await page.locator("pre").last().textContent(), /spring/);
  await page.getByRole("button", { name: "Close", exact: true }).last().click();

  await page.getByRole("button", { name: "Let it sign", exact: true }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Let it sign" }).click();
  await page.getByText("The key signs", { exact: true }).waitFor();
  await page.getByRole("button", { name: "Close", exact: true }).last().click();
  await page.getByText("Two keys overlap").waitFor();
  await inspect(page, "signing-keys-overlap");

  await page.getByRole("button", { name: /^Retire: / }).click();
  await page.getByText("Readers still have tokens of it", { exact: true }).waitFor();
  await inspect(page, "key-retire-warned");
  const word = (await page.getByLabel(/^Type .* to go on$/).evaluate((input) => input.labels[0].textContent)).split(" ")[1];
  await page.getByLabel(/^Type .* to go on$/).fill(word);
  await page.getByRole("button", { name: "Retire it all the same" }).click();
  await page.getByText("The key has ended").waitFor();
  await page.getByRole("button", { name: "Close", exact: true }).last().click();
  await page.getByRole("button", { name: "Show 1 ended key" }).click();

  await page.getByRole("button", { name: "More for spring" }).click();
  await page.getByRole("menuitem", { name: "Show it" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Show it" }).click();
  await page.locator("pre").waitFor();
  await page.getByRole("button", { name: "Close", exact: true }).last().click();

  await page.getByRole("button", { name: "Import a key" }).click();
  await page.getByLabel("The key", { exact: true }).fill("too short");
  await page.getByRole("button", { name: "Import it" }).click();
  await page.getByText(/wants at least 32/).waitFor();
  await inspect(page, "key-import");
  await page.getByLabel("The key", { exact: true }).fill("k3Jf9-2mQx7Lp0Zr4t");
  await page.getByLabel("Take it although it is short").check();
  await page.getByRole("radio", { name: "It only verifies" }).check();
  await page.getByRole("button", { name: "Import it" }).click();
  await page.getByText("You must know this").waitFor();
  await inspect(page, "key-imported");
  await page.getByRole("button", { name: "Close", exact: true }).last().click();

  await page.getByRole("button", { name: "More for spring" }).click();
  await page.getByRole("menuitem", { name: "Revoke now" }).click();
  const revoke = page.getByRole("dialog").getByRole("button", { name: "Revoke now" });
  assert.equal(await revoke.isDisabled(), true);
  await inspect(page, "key-revoke");
  await page.getByLabel("Type spring to go on").fill("spring");
  await revoke.click();
  await page.getByText("Nothing signs now.").waitFor();
  await page.getByRole("button", { name: "Close", exact: true }).last().click();
  await page.getByText("No key signs", { exact: true }).waitFor();
  await inspect(page, "signing-keys-none");
});

test("a new newsroom is set up step by step, with the secret that its Talk has", async () => {
  const page = await on.owner("/new-newsroom");
  await page.getByLabel("Name", { exact: true }).fill("The Morning Post");
  await page.getByRole("radio", { name: "Coral" }).check();
  await page.getByLabel("Address of your Coral").waitFor();
  await page.getByRole("radio", { name: "Talk v4" }).check();
  await page.getByLabel("Address of your Talk").fill("https://talk.morning.example");
  await inspect(page, "new-newsroom-kind");
  await page.getByRole("button", { name: "Make the newsroom" }).click();
  await page.getByRole("button", { name: "I have kept it" }).click();
  await page.getByText("2 of 5 steps are done.").waitFor();
  await page.getByRole("button", { name: "Import the one in use" }).click();
  await page.getByLabel("The key", { exact: true }).fill("4f1c0d9be27a6835f0d1c2b3a495867711223344556677889900aabbccddeeff");
  await page.getByRole("button", { name: "Import it" }).click();
  await page.getByText(/The key is imported/).waitFor();
  await page.getByRole("button", { name: "Close", exact: true }).last().click();
  await page.getByRole("button", { name: "My CMS will send them" }).click();
  await page.getByText("3 of 5 steps are done.").waitFor();
  await page.getByRole("button", { name: "Show what to paste" }).click();
  await page.getByRole("heading", { name: "Talk's settings" }).waitFor();
  await inspect(page, "set-up");
  await page.getByRole("link", { name: "Open the checker" }).click();
  await page.getByRole("heading", { name: "Check a token" }).waitFor();
});

test("a Coral's newsroom has no key until Coral's secret is imported", async () => {
  const page = await on.owner("/new-newsroom");
  await page.getByLabel("Name", { exact: true }).fill("The Coral Post");
  await page.getByRole("radio", { name: "Coral" }).check();
  await page.getByLabel("Address of your Coral").fill("https://coral.post.example");
  await page.getByRole("button", { name: "Make the newsroom" }).click();
  await page.getByRole("button", { name: "I have kept it" }).click();
  await page.getByText("1 of 5 steps are done.").waitFor();
  await inspect(page, "set-up-coral");
  await page.getByRole("button", { name: "Import the one in use" }).click();
  await page.getByRole("textbox", { name: "The key" }).fill("ssosec_4f1c0d9be27a6835f0d1c2b3a495867711223344556677889900aabbccddeeff");
  await page.getByRole("textbox", { name: "Key ID" }).fill("9d2f0c11");
  await page.getByRole("button", { name: "Import it" }).click();
  await page.getByText(/The key is imported/).waitFor();
  await page.getByRole("button", { name: "Close", exact: true }).last().click();
  await page.getByText("2 of 5 steps are done.").waitFor();
});
