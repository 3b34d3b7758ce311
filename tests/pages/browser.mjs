// As much of a browser as the script meets: pages with scripts, cookies, and fetch by the rules of the Fetch standard for
// same-origin requests and CORS.
import vm from "node:vm";

export class Tab {
  constructor(cookie) {
    this.cookie = cookie;
    this.seen = []; // every answer's text
    this.asked = []; // every request's method and address
    this.time = 1_800_000_000_000;
    this.timers = [];
  }

  // Loads a page, and runs its scripts in their order; `has` is what scripts of others would have given.
  async open(address, has) {
    this.address = new URL(address);
    const page = await this.request(this.address, { method: "GET" });
    const html = await page.text();
    this.seen.push(html);
    const tab = this;
    const window = {
      URL,
      ...has,
      fetch: (url, init) => tab.fetch(url, init),
      setTimeout: (run, wait) => tab.timers.push({ run, wait }),
      clearTimeout: (timer) => void (tab.timers[timer - 1] = null),
      Date: { now: () => tab.time },
      document: { currentScript: null, getElementById: (id) => ({ id }) },
    };
    this.window = window.window = vm.createContext(window);
    for (const [, src, text] of html.matchAll(/<script(?: src="([^"]*)")?>([^]*?)<\/script>/g)) {
      if (src && !src.endsWith("/lanyard.js")) continue;
      this.window.document.currentScript = src ? { src } : {};
      const script = src ? await (await this.request(new URL(src), { method: "GET" })).text() : text;
      vm.runInContext(script, this.window);
      this.window.document.currentScript = null;
    }
    return this;
  }

  async fetch(given, init = {}) {
    const url = new URL(given, this.address);
    const headers = new Headers(init.headers);
    const method = init.method ?? "GET";
    const same = url.origin === this.address.origin;
    if (method !== "GET") headers.set("origin", this.address.origin);
    if (same && init.credentials !== "omit" && this.cookie) headers.set("cookie", this.cookie);
    if (same) return this.kept(await this.request(url, { method, headers, body: init.body }));
    if (init.mode === "same-origin") throw new TypeError("not of this origin");
    headers.set("origin", this.address.origin);
    if (method !== "GET" && headers.get("content-type") === "application/json") {
      const leave = await this.request(url, {
        method: "OPTIONS",
        headers: {
          origin: this.address.origin,
          "access-control-request-method": method,
          "access-control-request-headers": "content-type",
        },
      });
      const allowed = leave.headers.get("access-control-allow-headers") ?? "";
      if (!leave.ok || !this.mayRead(leave) || !allowed.split(",").includes("content-type")) {
        throw new TypeError("CORS: the preflight is refused");
      }
    }
    const answer = await this.request(url, { method, headers, body: init.body });
    if (!this.mayRead(answer)) throw new TypeError("CORS: the answer isn't for this page");
    return this.kept(answer);
  }

  mayRead(answer) {
    const allowed = answer.headers.get("access-control-allow-origin");
    return allowed === "*" || allowed === this.address.origin;
  }

  async kept(answer) {
    this.seen.push(await answer.clone().text());
    return answer;
  }

  request(url, init) {
    this.asked.push(init.method + " " + url.pathname);
    return fetch(url, { ...init, redirect: "manual" });
  }
}
