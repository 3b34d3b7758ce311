// What every story begins with: a server, a browser, and people in front of it.
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { join } from "node:path";
import { after, afterEach, before } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { accessibility, artefacts, jump, launch, paint, person, pictures } from "./browser.mjs";
import { Lanyard } from "./lanyard.mjs";

/** Starts a server and a browser for a file's tests. What a page complains of fails the test that opened it. */
export function stage() {
  const stage = { people: [] };
  before(async () => {
    [stage.lanyard, stage.browser] = await Promise.all([Lanyard.start(), launch()]);
  });
  afterEach(async ({ name, passed }) => {
    const people = stage.people.splice(0);
    const complaints = people.flatMap((one) => one.complaints);
    for (const [index, { page, context }] of people.entries()) {
      // What the page looked like when it went wrong.
      if (!passed) await page.screenshot({ path: join(artefacts, `failed-${name.replaceAll(/\W+/g, "-")}-${index}.png`) });
      await context.close();
    }
    assert.deepEqual(complaints, []);
  });
  after(async () => {
    await stage.browser?.close();
    await stage.lanyard?.stop();
  });

  /** Somebody with a browser, before the log-in. */
  stage.somebody = async (options = {}) => {
    const one = await person(stage.browser, { viewport: { width: 1280, height: 800 }, ...options, baseURL: stage.lanyard.url });
    stage.people.push(one);
    return one.page;
  };
  /** The owner of the newsroom `demo`, logged in. */
  stage.owner = async (path = "/", options = {}) => {
    const page = await stage.somebody(options);
    await page.goto(path);
    await logIn(page, stage.lanyard.owner);
    return page;
  };
  return stage;
}

export const PASSWORD = "gravel lamp violin september";

export async function logIn(page, { email, password }) {
  await page.getByLabel("E-mail address").fill(email);
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.getByRole("button", { name: "Log in" }).click();
}

/** Registers, opens the mailed link, and chooses a password. */
export async function register(page, lanyard, { email, name }) {
  await page.goto("/register");
  await page.getByLabel("Your name").fill(name);
  await page.getByLabel("E-mail address").fill(email);
  await page.getByRole("button", { name: "Send me the link" }).click();
  await page.getByRole("heading", { name: "Check your mail" }).waitFor();
  await page.goto(await lanyard.link(email, "verify"));
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await page.getByRole("button", { name: "Finish" }).click();
  await page.getByRole("heading", { name: "Your newsrooms" }).waitFor();
}

/** Asks again and again until the answer is yes: the server writes some things down every few seconds only. */
export async function until(isSo, seconds = 60) {
  for (const end = Date.now() + seconds * 1000; !(await isSo()); await pause(250)) {
    if (Date.now() > end) throw new Error(`this isn't so after ${seconds} s: ${isSo}`);
  }
}

/** A code of an authenticator app (RFC 6238), `steps` half minutes from now. */
export function totp(secret, steps = 0) {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  const bits = [...secret].map((sign) => alphabet.indexOf(sign).toString(2).padStart(5, "0")).join("");
  const key = Buffer.from(bits.match(/.{8}/g).map((byte) => Number.parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000) + steps));
  const hash = createHmac("sha1", key).update(counter).digest();
  const offset = hash[19] & 15;
  return String((hash.readUInt32BE(offset) & 0x7fffffff) % 1_000_000).padStart(6, "0");
}

/** A page has been still while it loaded. */
export async function isStill(page, name) {
  const { value, what } = await jump(page);
  assert.ok(value <= 0.1, `${name} jumps by ${value.toFixed(3)}: \n${what.join("\n")}`);
}

/** A page that nobody touches does nothing: one that draws itself again and again keeps a processor busy. */
export async function isAtRest(page, name) {
  const session = await page.context().newCDPSession(page);
  await session.send("Performance.enable");
  const busy = async () => {
    const { metrics } = await session.send("Performance.getMetrics");
    return metrics.find(({ name }) => name === "ScriptDuration").value;
  };
  const before = await busy();
  await pause(500);
  const share = ((await busy()) - before) / 0.5;
  await session.detach();
  assert.ok(share < 0.3, `${name} computes ${Math.round(share * 100)} % of the time, and nobody touches it`);
}

/**
 * A page as people with and without eyes find it: nothing jumped, axe finds nothing, nothing sticks out at 360 px,
 * pictures are kept. A page that `grew` shows the late answer to what somebody pressed: that moves what is below it.
 */
export async function inspect(page, name, { grew = false } = {}) {
  await page.waitForLoadState("networkidle");
  if (!grew) await isStill(page, name);
  await pictures(page, name);
  for (const scheme of ["dark", "light"]) {
    await paint(page, scheme);
    assert.deepEqual(await accessibility(page), [], `${name}, ${scheme}`);
  }
  const size = page.viewportSize();
  await page.setViewportSize({ width: 360, height: 740 });
  const sticksOut = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  assert.ok(sticksOut <= 0, `${name} is ${sticksOut} px too wide for a telephone`);
  await page.setViewportSize(size);
  // What was turned here isn't the page's.
  await jump(page);
}
