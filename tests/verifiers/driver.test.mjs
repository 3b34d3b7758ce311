import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { answer } from "./driver.mjs";

const SECRET = "a secret of sixty-four characters, enough for every HMAC length.";
const claims = {
  iss: "https://issuer.test",
  aud: "talk",
  sub: "reader-1",
  jti: "5f1c",
  exp: Math.floor(Date.now() / 1000) + 600,
};
const env = { TALK_JWT_SECRET: SECRET, TALK_JWT_ISSUER: claims.iss };

function pemPair(type, options) {
  return generateKeyPairSync(type, {
    ...options,
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
  });
}

const secret = { publicKey: SECRET, privateKey: SECRET };
const rsa = pemPair("rsa", { modulusLength: 2048 });
const keys = {
  ...{ HS256: secret, HS384: secret, HS512: secret },
  ...{ RS256: rsa, RS384: rsa, RS512: rsa, PS256: rsa, PS384: rsa, PS512: rsa },
  ES256: pemPair("ec", { namedCurve: "P-256" }),
  ES384: pemPair("ec", { namedCurve: "P-384" }),
  ES512: pemPair("ec", { namedCurve: "P-521" }),
  EdDSA: pemPair("ed25519"),
};

const ask = (request) => answer(JSON.stringify(request));

async function signed(algorithm, more = {}) {
  const key = keys[algorithm].privateKey;
  const made = await ask({ op: "sign", library: "jose", algorithm, key, kid: "k1", claims, ...more });
  assert.ok(made.ok, made.error);
  return made.token;
}

const verified = (algorithm, token, more = {}) =>
  ask({ op: "verify", library: "jose", algorithm, key: keys[algorithm].publicKey, token, ...more });

async function refused(asked, reason) {
  const said = await asked;
  assert.equal(said.ok, false);
  assert.match(said.error, reason);
}

for (const algorithm of Object.keys(keys)) {
  for (const [library, other] of [["jose", "jsonwebtoken"], ["jsonwebtoken", "jose"]]) {
    if (algorithm === "EdDSA" && library === "jsonwebtoken") continue;
    const verifier = algorithm === "EdDSA" ? "jose" : other;
    test(`${verifier} verifies what ${library} signs with ${algorithm}`, async () => {
      const token = await signed(algorithm, { library });
      const more = { library: verifier, issuer: claims.iss, audience: "talk" };
      assert.deepEqual(await verified(algorithm, token, more), { ok: true, claims });
      const header = JSON.parse(Buffer.from(token.split(".")[0], "base64url"));
      assert.deepEqual(header, { alg: algorithm, typ: "JWT", kid: "k1" });
    });
  }
}

for (const library of ["jose", "jsonwebtoken"]) {
  test(`${library} refuses a wrong key, issuer, audience and algorithm`, async () => {
    const token = await signed("HS256");
    await refused(verified("HS256", token, { library, key: `${SECRET}!` }), /signature/);
    await refused(verified("HS256", token, { library, issuer: `${claims.iss}/` }), /iss/);
    await refused(verified("HS256", token, { library, audience: "other" }), /aud/);
    await refused(verified("HS384", token, { library }), /alg/i);
  });

  test(`${library} leaves the kid out when none is given`, async () => {
    const token = await signed("HS256", { library, kid: undefined });
    const header = JSON.parse(Buffer.from(token.split(".")[0], "base64url"));
    assert.deepEqual(header, { alg: "HS256", typ: "JWT" });
  });
}

test("jsonwebtoken has no EdDSA", async () => {
  await refused(verified("EdDSA", await signed("EdDSA"), { library: "jsonwebtoken" }), /./);
});

test("the driver answers each line in order and outlives a bad one", () => {
  const lines = ["nonsense", JSON.stringify({ op: "toString" })];
  const sign = { op: "sign", library: "jose", algorithm: "HS256", key: SECRET, claims };
  lines.push(JSON.stringify(sign));
  const driver = fileURLToPath(new URL("driver.mjs", import.meta.url));
  const run = spawnSync(process.execPath, [driver], { input: `${lines.join("\n")}\n` });
  const said = run.stdout.toString().trim().split("\n").map((line) => JSON.parse(line).ok);
  assert.deepEqual(said, [false, false, true]);
});

const talk = (token, more = {}) => ask({ op: "talk", env: { ...env, ...more }, token });
const reader = { ok: true, id: "reader-1" };

test("Talk takes a token of its one secret and ignores the kid", async () => {
  assert.deepEqual(await talk(await signed("HS256")), reader);
});

test("Talk uses an HMAC secret verbatim even where it looks like JSON", async () => {
  const key = JSON.stringify({ secret: "test" });
  assert.deepEqual(await talk(await signed("HS256", { key }), { TALK_JWT_SECRET: key }), reader);
  await refused(talk(await signed("HS256", { key: "test" }), { TALK_JWT_SECRET: key }), /signature/);
});

test("Talk decodes a base64: secret to text and loses what is not UTF-8", async () => {
  const TALK_JWT_SECRET = `base64:${Buffer.from([0xff, 0x61]).toString("base64")}`;
  const token = await signed("HS256", { key: "\ufffda" });
  assert.deepEqual(await talk(token, { TALK_JWT_SECRET }), reader);
  await refused(talk(await signed("HS256", { key: "\u00ffa" }), { TALK_JWT_SECRET }), /signature/);
});

for (const algorithm of ["RS256", "RS512", "PS256", "ES256", "ES384", "ES512"]) {
  test(`Talk takes ${algorithm} with a PEM in JSON, its newlines escaped once or twice`, async () => {
    const token = await signed(algorithm);
    const once = JSON.stringify({ public: keys[algorithm].publicKey });
    for (const TALK_JWT_SECRET of [once, once.replaceAll("\\n", "\\\\n")]) {
      assert.deepEqual(await talk(token, { TALK_JWT_ALG: algorithm, TALK_JWT_SECRET }), reader);
    }
    const bare = keys[algorithm].publicKey;
    await refused(talk(token, { TALK_JWT_ALG: algorithm, TALK_JWT_SECRET: bare }), /JSON/);
  });
}

test("Talk with several secrets wants a kid that is in the list", async () => {
  const list = (...kids) => JSON.stringify(kids.map((kid) => ({ kid, secret: SECRET })));
  const token = await signed("HS256");
  const unnamed = await signed("HS256", { kid: undefined });
  assert.deepEqual(await talk(token, { TALK_JWT_SECRETS: list("k0", "k1") }), reader);
  await refused(talk(token, { TALK_JWT_SECRETS: list("K1") }), /kid k1/);
  await refused(talk(unnamed, { TALK_JWT_SECRETS: list("k1") }), /kid undefined/);
  await refused(talk(token, { TALK_JWT_SECRETS: list("k1", "k1") }), /twice/);
  await refused(talk(token, { TALK_JWT_SECRETS: list(1) }), /no kid/);
});

test("Talk compares issuer and audience exactly, and defaults both", async () => {
  const token = await signed("HS256");
  await refused(talk(token, { TALK_JWT_ISSUER: `${claims.iss}/` }), /issuer/);
  await refused(talk(token, { TALK_JWT_ISSUER: undefined }), /TALK_JWT_ISSUER/);
  await refused(talk(token, { TALK_JWT_AUDIENCE: "other" }), /audience/);
  const root = { TALK_JWT_ISSUER: undefined, TALK_ROOT_URL: claims.iss };
  assert.deepEqual(await talk(token, root), reader);
  const off = { TALK_JWT_ISSUER: "x", TALK_JWT_DISABLE_ISSUER: "TRUE" };
  assert.deepEqual(await talk(token, off), reader);
});

test("Talk finds the user id at a dot path, and only a non-empty string will do", async () => {
  const at = { TALK_JWT_USER_ID_CLAIM: "user.id" };
  const withUser = (user) => signed("HS256", { claims: { ...claims, user } });
  assert.deepEqual(await talk(await withUser({ id: "u1" }), at), { ok: true, id: "u1" });
  for (const user of [{ id: "" }, { id: { $ne: "x" } }, { id: 7 }, null]) {
    await refused(talk(await withUser(user), at), /user id/);
  }
});

test("Talk refuses another algorithm, a lapsed token and a personal access token", async () => {
  await refused(talk(await signed("HS384")), /algorithm/);
  await refused(talk(await signed("HS256", { claims: { ...claims, exp: 1 } })), /expired/);
  await refused(talk(await signed("HS256", { claims: { ...claims, pat: true } })), /personal/);
});

const reads = { id: "1", email: "Ann@post.example", username: "ann" };
const secrets = [{ kid: "k1", secret: SECRET }];
const coral = async (user, more = {}) => {
  const key = more.key ?? SECRET;
  const token = await signed(more.algorithm ?? "HS256", { key, kid: more.kid, claims: { ...more.claims, user } });
  return ask({ op: "coral", secrets: more.secrets ?? secrets, token, now: more.now });
};

test("Coral takes a reader with id, address and name, whatever else the token has", async () => {
  const more = { ...reads, role: "ADMIN", badges: [], url: "https://post.example/a?b#c", avatar: "mailto:ann", x: null };
  assert.deepEqual(await coral(reads), { ok: true, user: reads });
  assert.equal((await coral(more, { claims: { iss: "x", aud: ["talk"] } })).ok, true);
});

test("Coral refuses readers that break its schema", async () => {
  for (const wrong of [
    { id: undefined }, { id: 1 }, { id: "" }, { email: null }, { email: "ann" }, { email: `${"a".repeat(90)}@post.example` },
    { username: undefined }, { badges: null }, { badges: [""] }, { badges: "a" }, { role: "admin" }, { role: null },
    { url: "/a" }, { url: null }, { avatar: "https://a b" }, { avatar: "https://\u00e9" },
  ]) {
    await refused(coral({ ...reads, ...wrong }), /user|EMAIL/);
  }
  await refused(coral({ ...reads, username: undefined, url: "https://a/" }), /USERNAME_NOT_PROVIDED/);
  await refused(coral(undefined), /user/);
  await refused(coral([]), /user/);
});

test("Coral looks at the kid only where several secrets are active", async () => {
  const two = [...secrets, { kid: "k2", secret: "another" }];
  assert.equal((await coral(reads, { kid: "x" })).ok, true);
  await refused(coral(reads, { kid: "x", secrets: two }), /no matching keys/);
  await refused(coral(reads, { kid: "k2", secrets: two }), /signature/);
  assert.equal((await coral(reads, { kid: "k1", secrets: two })).ok, true);
  assert.equal((await coral(reads, { kid: undefined, secrets: two })).ok, true);
  await refused(coral(reads, { key: "x" }), /signature/);
  await refused(coral(reads, { claims: { exp: 100 }, now: 100 }), /expired/);
});

test("Coral takes a token with sub, iss, aud and exp for an ID token", async () => {
  const taken = async (more) => (await ask({ op: "id-token", token: await signed("HS256", { claims: { ...claims, ...more } }) })).taken;
  assert.equal(await taken({}), true);
  assert.equal(await taken({ aud: ["talk"] }), false);
  assert.equal(await taken({ exp: undefined }), false);
});
