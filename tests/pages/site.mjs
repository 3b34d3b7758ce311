// A newsroom's site behind a full-page cache, and readers' browsers that open it. Prints where it is; reads a line with
// the page, and with the file or the address of the route that gives codes; prints the tokens that readers got.
// Usage: node site.mjs LANYARD_URL
import assert from "node:assert/strict";
import http from "node:http";
import { createInterface } from "node:readline";

import { Tab } from "./browser.mjs";
import { cacheBefore } from "./cache.mjs";

const sessions = new Map([["session=bob", "1"], ["session=alice", "2"]]);
let page = "";
let route = "";
let broken = false;

// The CMS: an article that is the same for everybody, and the route of the documentation.
const cms = http.createServer(async (request, response) => {
  if (request.url === "/article") {
    response.writeHead(200, { "content-type": "text/html", "cache-control": "public, max-age=600" });
    return response.end(page);
  }
  if (broken) return response.writeHead(500, { "cache-control": "no-store" }).end();
  const userId = sessions.get(request.headers.cookie);
  if (route.endsWith(".mjs")) {
    const { commentsCode } = await import(route);
    return commentsCode(request, response, userId);
  }
  // Another program has the route; it trusts what the session says.
  const headers = { origin: request.headers.origin ?? "", "x-user": userId ?? "" };
  const answer = await fetch(route, { method: request.method, headers });
  const told = { "cache-control": answer.headers.get("cache-control"), "content-type": "application/json" };
  response.writeHead(answer.status, told).end(Buffer.from(await answer.arrayBuffer()));
});
await new Promise((done) => cms.listen(0, "127.0.0.1", done));
const site = await cacheBefore(`http://127.0.0.1:${cms.address().port}`);
const lanyard = await cacheBefore(process.argv[2]);
console.log(JSON.stringify({ origin: site.origin, lanyard: lanyard.origin }));

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
({ page, route } = JSON.parse((await lines.next()).value));
process.env.SITE_ORIGIN = site.origin;
const article = site.origin + "/article";

// What Talk's and Coral's own scripts give a page.
function products() {
  const embeds = [];
  const made = (options) => {
    const embed = { options, logins: [], login: (token) => embed.logins.push(token) };
    embeds.push(embed);
    return embed;
  };
  const Coral = { createStreamEmbed: made, Talk: { render: (_, options) => made(options) } };
  return { Coral, embeds };
}

async function open(cookie) {
  const tab = new Tab(cookie);
  const { Coral, embeds } = products();
  await tab.open(article, { Coral });
  for (let turn = 0; turn < 500 && !embeds.length; turn++) await new Promise((done) => setTimeout(done, 10));
  assert.equal(embeds.length, 1, "the page shows comments");
  return { tab, embed: embeds[0], options: embeds[0].options, lanyard: tab.window.Lanyard };
}

const asks = ({ tab }) => tab.asked.filter((line) => line === "POST /comments/code").length;
const tokenOf = ({ options }) => options.accessToken ?? options.auth_token;
const next = (refresh) => new Promise((done) => refresh(done));
const reader = { codeUrl: "/comments/code" };

const [bob, alice, nobody] = [await open("session=bob"), await open("session=alice"), await open(undefined)];
const tokens = { bob: [tokenOf(bob)], alice: [tokenOf(alice)] };
assert.equal(tokenOf(nobody), undefined);
assert.equal(site.kept.size, 1, "the article was kept, and nothing else");

// Calls that come together share one request.
const before = asks(bob);
const [one, two] = await Promise.all([bob.lanyard.token(reader), bob.lanyard.token(reader)]);
assert.equal(one, two);
assert.equal(asks(bob), before + 1);
tokens.bob.push(one);

// Coral asks for the next token.
const refresh = bob.lanyard.refresh(reader);
tokens.bob.push(await next(refresh));

// A site that is down: no token, no throw, and it is left in peace for longer each time.
broken = true;
for (const wait of [1, 2, 4]) {
  const asked = asks(bob);
  assert.equal(await next(refresh), undefined);
  assert.equal(asks(bob), asked + 1);
  assert.equal(await next(refresh), undefined);
  bob.tab.time += wait * 1000 - 1;
  assert.equal(await next(refresh), undefined);
  assert.equal(asks(bob), asked + 1, `not before ${wait} s`);
  bob.tab.time += 1;
}
for (let turn = 0; turn < 20; turn++) {
  bob.tab.time += 300_000;
  const asked = asks(bob);
  await next(refresh);
  assert.equal(asks(bob), asked + 1, "five minutes at most");
}
await assert.rejects(bob.lanyard.token(reader), /comments\/code: 500/);
broken = false;
bob.tab.time += 300_000;
tokens.bob.push(await next(refresh));

// Talk's embed is logged in anew in time, for as long as nobody stops it.
tokens.bob.push(await bob.lanyard.token(reader));
bob.tab.timers.length = 0;
const stop = bob.lanyard.keep(bob.embed, reader);
const timer = () => bob.tab.timers.findLast(Boolean);
const lifetime = 6 * 3600 * 1000;
assert.equal(timer().wait, lifetime * 0.9);
bob.tab.time += lifetime * 0.9;
await timer().run();
tokens.bob.push(...bob.embed.logins.splice(0));
assert.equal(bob.tab.timers.length, 2);
assert.equal(timer().wait, lifetime * 0.9);
broken = true;
bob.tab.time += lifetime;
await timer().run();
assert.equal(timer().wait, 30_000);
broken = false;
await timer().run();
assert.equal(bob.embed.logins.length, 1);
tokens.bob.push(...bob.embed.logins.splice(0));
stop();
assert.equal(bob.tab.timers.at(-1), null);

// Whoever logs out at the newsroom's site gets nothing more, and no further calls are planned.
alice.tab.cookie = "session=over";
assert.equal(await alice.lanyard.token(reader), null);
assert.equal(await next(alice.lanyard.refresh(reader)), undefined);
alice.tab.timers.length = 0;
alice.lanyard.keep(alice.embed, reader);
assert.equal(alice.tab.timers.length, 0);

// A page of another site gets neither a code nor, with one that leaked, a token.
const evil = new Tab("session=bob");
evil.address = new URL("http://evil.localhost:1/");
await assert.rejects(evil.fetch(site.origin + "/comments/code", { method: "POST" }), /CORS/);
await assert.rejects(evil.fetch(site.origin + "/comments/code", { method: "POST", mode: "same-origin" }), /origin/);
const leak = await bob.tab.fetch("/comments/code", { method: "POST" });
const { code } = await leak.json();
const present = { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ code }) };
await assert.rejects(evil.fetch(lanyard.origin + "/t/post/exchange", present), /preflight/);
// On the newsroom's own pages it is good still, and once.
const redeemed = await bob.tab.fetch(lanyard.origin + "/t/post/exchange", present);
assert.equal(redeemed.status, 201);
assert.equal((await bob.tab.fetch(lanyard.origin + "/t/post/exchange", present)).status, 400);

// What the caches keep: the article and the script, and in them no code, no token and no key.
const secrets = [bob, alice].flatMap(({ tab }) => tab.seen.join("\n").match(/lyx_\w+|eyJ[\w.-]+/g));
assert(secrets.length > 15, "codes and tokens were seen");
const caches = site.all() + lanyard.all();
assert(caches.includes("lanyard.js"));
for (const secret of secrets) assert(!caches.includes(secret), "a cache keeps a secret");
assert(!/lyx_|lyd_|eyJ/.test(caches));
assert.deepEqual([...site.kept.keys(), ...lanyard.kept.keys()], ["GET /article", "GET /t/post/lanyard.js"]);
console.log(JSON.stringify(tokens));
process.exit(0);
