// Chromium, and all that a page may complain about.
import { mkdir } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { chromium } from "playwright-core";

const axe = createRequire(import.meta.url).resolve("axe-core/axe.min.js");
export const artefacts = new URL("../../target/e2e/", import.meta.url).pathname;

export const launch = () =>
  chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });

/** A browser of its own for one person, whose pages' complaints are collected. */
export async function person(browser, options = {}) {
  const context = await browser.newContext({ locale: "en-GB", timezoneId: "Europe/Berlin", reducedMotion: "reduce", ...options });
  const complaints = [];
  // A story that stops the server expects what the browser says of it.
  let forgiven = null;
  const forgive = (pattern) => {
    forgiven = pattern;
  };
  await context.exposeBinding("complain", (_, text) => complaints.push(text));
  await context.addInitScript(() => {
    document.addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI, sourceFile, sample }) => {
      window.complain(`policy: ${violatedDirective} ${blockedURI} ${sourceFile} ${sample}`);
    });
    // How much the page has jumped, since this was asked last (web.dev/cls: the worst burst of shifts).
    let shifts = [];
    // What has moved is told at once: it may be gone later.
    const note = ({ value, hadRecentInput, startTime, sources }) => {
      // A dialogue covers the page, and becomes its own answer.
      if (document.querySelector('[role="dialog"]')) return;
      const what = sources.map(({ node, previousRect: from, currentRect: to }) => {
        const element = node?.nodeType === Node.TEXT_NODE ? node.parentElement : node;
        const words = (element?.innerText ?? "").replaceAll(/\s+/g, " ").slice(0, 40);
        return `${element?.tagName.toLowerCase() ?? "?"} “${words}” from ${from.y}, ${from.height} px high, to ${to.y}, ${to.height} px`;
      });
      shifts.push({ value, hadRecentInput, startTime, what });
    };
    const observer = new PerformanceObserver((list) => list.getEntries().forEach(note));
    observer.observe({ type: "layout-shift", buffered: true });
    window.takeShifts = () => {
      observer.takeRecords().forEach(note);
      let worst = { value: 0, what: [] };
      let burst = { value: 0, what: [], from: 0, to: 0 };
      for (const { value, hadRecentInput, startTime, what } of shifts) {
        if (hadRecentInput) continue;
        const goesOn = startTime - burst.to < 1000 && startTime - burst.from < 5000;
        if (!goesOn) burst = { value: 0, what: [], from: startTime, to: startTime };
        burst.to = startTime;
        burst.value += value;
        burst.what.push(`${value.toFixed(3)}: ${what.join("; ")}`);
        if (burst.value > worst.value) worst = burst;
      }
      shifts = [];
      return { value: worst.value, what: worst.what };
    };
  });
  context.on("weberror", (error) => complaints.push(`error: ${error.error().stack}`));
  context.on("console", (message) => {
    // A refused log-in is an answer like any other to us, and an error to Chromium's console.
    const expected = message.type() === "error" && /status of 4\d\d/.test(message.text());
    if (["error", "warning"].includes(message.type()) && !expected && !forgiven?.test(message.text())) complaints.push(`console: ${message.text()}`);
  });
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  return { context, page, forgive, complaints };
}

/** What axe finds wrong with a page, by the rules of WCAG 2.2 AA. */
export async function accessibility(page) {
  // The policy lets no script in from elsewhere; the debugger may.
  if (!(await page.evaluate(() => "axe" in window))) {
    const { readFile } = await import("node:fs/promises");
    await page.evaluate(await readFile(axe, "utf8"));
  }
  const { violations } = await page.evaluate(() =>
    window.axe.run(document, {
      runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    }),
  );
  return violations.flatMap(({ id, help, nodes }) => nodes.map(({ target, failureSummary }) => `${id} (${help}) at ${target}: ${failureSummary}`));
}

/** How far a page has jumped since this was asked last: 0 is still, over 0.1 is bad. */
export const jump = (page) =>
  page.evaluate(async () => {
    await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
    return window.takeShifts();
  });

/** Switches the system to light or dark, and waits until the page has followed. */
export async function paint(page, scheme) {
  await page.emulateMedia({ colorScheme: scheme });
  await page.waitForFunction((scheme) => document.documentElement.dataset.mantineColorScheme === scheme, scheme);
}

/** A page as it looks: light, dark, narrow. */
export async function pictures(page, name) {
  await mkdir(artefacts, { recursive: true });
  const size = page.viewportSize();
  await page.evaluate(() => window.scrollTo(0, 0));
  for (const scheme of ["light", "dark"]) {
    await paint(page, scheme);
    await page.screenshot({ path: join(artefacts, `${name}-${scheme}.png`), fullPage: true });
  }
  await paint(page, "light");
  await page.setViewportSize({ width: 360, height: 740 });
  await page.screenshot({ path: join(artefacts, `${name}-narrow.png`), fullPage: true });
  await page.setViewportSize(size);
}
