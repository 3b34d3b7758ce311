// What is measured of the dashboard, and the bars that it must not miss.
import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { launch, person } from "./browser.mjs";
import { Lanyard } from "./lanyard.mjs";
import { logIn } from "./story.mjs";

/** Largest contentful paint and long tasks in milliseconds, JavaScript in bytes, gzipped. */
export const MOST = { paint: 1000, task: 200, javascript: 220_000 };
const PAGES = 10;
/** Of so many rounds the best counts: what else the machine does at that moment isn't the page's. */
const ROUNDS = 3;

/** Charts come after the page that they stand on is drawn and can be used: they are told apart. */
export const isLater = (url) => /\/Bars-[^/]+\.js$/.test(new URL(url).pathname);

/** Each figure that has a bar. */
export function bars({ pages, readers }) {
  const loads = Object.entries(pages).flatMap(([name, { paint, gzip }]) => [
    { name: `${name}: largest paint, ms`, value: paint, most: MOST.paint },
    { name: `${name}: JavaScript of the first load, gzipped, bytes`, value: gzip, most: MOST.javascript },
  ]);
  const tasks = Object.entries(readers.longestTask).map(([name, value]) => ({
    name: `readers, ${name}: longest task, ms`,
    value,
    most: MOST.task,
  }));
  return [...loads, ...tasks];
}

export function table(figures) {
  const rows = bars(figures).map(({ name, value, most }) => [name, String(value), `≤ ${most}`, value <= most ? "" : "MISSED"]);
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => row[column].length)));
  return rows.map(([name, value, most, missed]) => `${name.padEnd(widths[0])}  ${value.padStart(widths[1])}  ${most.padEnd(widths[2])}  ${missed}`).join("\n");
}

const title = (name) => (page) => page.getByRole("heading", { name, level: 1 });

/** Fills the newsroom `demo` with readers, beside the server. */
async function fill(lanyard, users) {
  const path = join(lanyard.folder, "readers.ndjson");
  const file = createWriteStream(path);
  for (let i = 0; i < users; i++) {
    const line = `${JSON.stringify({ id: `sub-${i}`, username: `Reader ${i}`, email: `reader-${i}@subscribers.example` })}\n`;
    if (!file.write(line)) await once(file, "drain");
  }
  file.end();
  await once(file, "finish");
  await lanyard.run("user", "import", "--tenant", "demo", path);
}

/** Notes paints and long tasks of a page from its first moment. */
const watch = () => {
  window.seen = { paint: 0, tasks: [] };
  const paints = new PerformanceObserver((list) => list.getEntries().forEach(notePaint));
  const notePaint = ({ startTime }) => (window.seen.paint = Math.max(window.seen.paint, startTime));
  paints.observe({ type: "largest-contentful-paint", buffered: true });
  const noteTask = ({ duration }) => window.seen.tasks.push(duration);
  const tasks = new PerformanceObserver((list) => list.getEntries().forEach(noteTask));
  tasks.observe({ type: "longtask", buffered: true });
  window.takeSeen = async () => {
    // A task is told of when it has ended.
    await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
    paints.takeRecords().forEach(notePaint);
    tasks.takeRecords().forEach(noteTask);
    const { paint } = window.seen;
    const longest = Math.max(0, ...window.seen.tasks.splice(0));
    return { paint: Math.round(paint), longest: Math.round(longest) };
  };
};

/** Opens a page with nothing in the cache, as whoever has these cookies. */
async function open(browser, lanyard, { path, ready, cookies = [] }) {
  const one = await person(browser, { viewport: { width: 1280, height: 800 }, baseURL: lanyard.url });
  await one.context.addCookies(cookies);
  await one.context.addInitScript(watch);
  const scripts = [];
  one.page.on("response", (response) => {
    if (new URL(response.url()).pathname.endsWith(".js")) scripts.push(response);
  });
  const began = performance.now();
  await one.page.goto(path);
  await ready(one.page).waitFor();
  const there = Math.round(performance.now() - began);
  await one.page.waitForLoadState("networkidle");
  const sum = async (pack, wanted) => {
    const bodies = await Promise.all(scripts.filter((script) => wanted === isLater(script.url())).map((script) => script.body()));
    return bodies.reduce((bytes, body) => bytes + pack(body).length, 0);
  };
  const { paint, longest } = await one.page.evaluate(() => window.takeSeen());
  const figures = {
    paint,
    there,
    scripts: scripts.length,
    gzip: await sum(gzipSync, false),
    brotli: await sum(brotliCompressSync, false),
    laterGzip: await sum(gzipSync, true),
  };
  return { ...one, longest, figures };
}

/** The least of each figure. */
function best(rounds) {
  const [first] = rounds;
  if (typeof first === "number") return Math.min(...rounds);
  return Object.fromEntries(Object.keys(first).map((name) => [name, best(rounds.map((round) => round[name]))]));
}

/** Opens each page, and works on that of the readers. */
async function round(browser, lanyard, { users, cookies }) {
  const pages = {};
  const visit = async (name, what) => {
    const opened = await open(browser, lanyard, what);
    pages[name] = opened.figures;
    return opened;
  };
  await (await visit("login", { path: "/", ready: title("Log in") })).context.close();
  const overview = { path: "/newsrooms/demo", ready: (page) => page.getByRole("heading", { name: "Requests over time" }), cookies };
  await (await visit("overview", overview)).context.close();
  const rows = (page) => page.getByRole("link", { name: /^Reader \d+$/ });
  const { page, context, complaints, longest } = await visit("readers", {
    path: "/newsrooms/demo/users",
    ready: (page) => rows(page).first(),
    cookies,
  });

  const took = async (deed) => {
    const from = performance.now();
    await deed();
    const ms = Math.round(performance.now() - from);
    return { ms, longest: (await page.evaluate(() => window.takeSeen())).longest };
  };
  const wanted = users - 1;
  const search = await took(async () => {
    await page.getByRole("searchbox").pressSequentially(`reader-${wanted}@`, { delay: 30 });
    await page.getByRole("link", { name: `Reader ${wanted}`, exact: true }).waitFor();
    await page.getByRole("link", { name: "Reader 0", exact: true }).waitFor({ state: "detached" });
  });
  await page.getByRole("button", { name: "Clear the search" }).click();
  await rows(page).nth(20).waitFor();
  await page.evaluate(() => window.takeSeen());
  const paging = await took(async () => {
    for (let number = 2; number <= PAGES + 1; number++) {
      await page.getByRole("button", { name: "Next" }).click();
      await page.getByText(`Page ${number}`, { exact: true }).waitFor();
      await page.locator("table[aria-busy=false]").waitFor();
    }
  });
  await context.close();
  if (complaints.length > 0) throw new Error(complaints.join("\n"));
  const longestTask = { opening: longest, searching: search.longest, paging: paging.longest };
  return { pages, readers: { longestTask, searchedIn: search.ms, pageIn: Math.round(paging.ms / PAGES) } };
}

/** Measures the dashboard of a newsroom with so many readers. Each page's code has been read by the server before. */
export async function measure({ users, say = () => undefined, on = null }) {
  const lanyard = on?.lanyard ?? (await Lanyard.start());
  const browser = on?.browser ?? (await launch());
  try {
    say(`importing ${users} readers`);
    const began = Date.now();
    await fill(lanyard, users);
    const imported = Math.round((Date.now() - began) / 1000);
    say(`imported in ${imported} s`);
    const first = await open(browser, lanyard, { path: "/", ready: title("Log in") });
    await logIn(first.page, lanyard.owner);
    await title("Your newsrooms")(first.page).waitFor();
    const cookies = await first.context.cookies();
    await first.context.close();

    const rounds = [];
    for (let number = 0; number < ROUNDS; number++) rounds.push(await round(browser, lanyard, { users, cookies }));
    return { users, imported, rounds: ROUNDS, ...best(rounds) };
  } finally {
    if (!on) {
      await browser.close();
      await lanyard.stop();
    }
  }
}
