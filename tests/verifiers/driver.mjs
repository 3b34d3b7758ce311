// Asks JWT libraries that are not ours, so that tests can check our tokens both
// ways. One JSON request a line on standard input, one JSON answer a line, in order.
//
//   {"op":"verify","library":L,"algorithm":A,"key":K,"token":T,"issuer":I,"audience":U}
//     -> {"ok":true,"claims":{...}}     K: the HMAC secret as text, or the public key as PEM (SPKI);
//                                       issuer and audience are checked where given
//   {"op":"sign","library":L,"algorithm":A,"key":K,"kid":ID,"claims":{...}}
//     -> {"ok":true,"token":"..."}      K: the HMAC secret as text, or the private key as PEM (PKCS#8);
//                                       kid may be absent
//   {"op":"talk","env":{"TALK_JWT_SECRET":...},"token":T,"now":N}
//     -> {"ok":true,"id":"..."}         what Talk v4 makes of a token: see talk.mjs
//   {"op":"coral","secrets":[{"kid":ID,"secret":K}],"token":T,"now":N}
//     -> {"ok":true,"user":{...}}       what Coral makes of one: see coral.mjs
//   {"op":"id-token","token":T}
//     -> {"ok":true,"taken":true}       whether Coral takes it for an ID token
//   N is the time in unix seconds, now unless given.
//
// L is "jsonwebtoken" or "jose" here, "pyjwt" in driver.py. Anything refused is
// {"ok":false,"error":"..."}. jsonwebtoken has no EdDSA; jose and PyJWT have it.
import { pathToFileURL } from "node:url";
import { createInterface } from "node:readline";
import * as jose from "jose";
import jsonwebtoken from "jsonwebtoken";
import { coralUser, isIdToken } from "./coral.mjs";
import { talkUserId } from "./talk.mjs";

const text = new TextEncoder();
const isHmac = (algorithm) => algorithm.startsWith("HS");

const libraries = {
  jsonwebtoken: {
    verify: ({ algorithm, key, token, issuer, audience }) =>
      jsonwebtoken.verify(token, key, { algorithms: [algorithm], issuer, audience }),
    sign: ({ algorithm, key, kid, claims }) =>
      jsonwebtoken.sign(claims, key, { algorithm, noTimestamp: true, ...(kid && { keyid: kid }) }),
  },
  jose: {
    async verify({ algorithm, key, token, issuer, audience }) {
      const imported = isHmac(algorithm) ? text.encode(key) : await jose.importSPKI(key, algorithm);
      const options = { algorithms: [algorithm], issuer, audience };
      return (await jose.jwtVerify(token, imported, options)).payload;
    },
    async sign({ algorithm, key, kid, claims }) {
      const imported = isHmac(algorithm) ? text.encode(key) : await jose.importPKCS8(key, algorithm);
      return new jose.SignJWT(claims)
        .setProtectedHeader({ alg: algorithm, typ: "JWT", ...(kid && { kid }) })
        .sign(imported);
    },
  },
};

function library(name) {
  if (!Object.hasOwn(libraries, name)) throw new Error(`unknown library ${name}`);
  return libraries[name];
}

const operations = {
  verify: async (request) => ({ claims: await library(request.library).verify(request) }),
  sign: async (request) => ({ token: await library(request.library).sign(request) }),
  talk: ({ env, token, now }) => ({ id: talkUserId(env, token, now) }),
  coral: ({ secrets, token, now }) => ({ user: coralUser(secrets, token, now) }),
  "id-token": ({ token }) => ({ taken: isIdToken(token) }),
};

/** Answers one request, given as a line of JSON; never throws. */
export async function answer(line) {
  try {
    const request = JSON.parse(line);
    if (!Object.hasOwn(operations, request.op)) throw new Error(`unknown op ${request.op}`);
    return { ok: true, ...(await operations[request.op](request)) };
  } catch (error) {
    return { ok: false, error: String(error.message) };
  }
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  for await (const line of createInterface({ input: process.stdin })) {
    process.stdout.write(`${JSON.stringify(await answer(line))}\n`);
  }
}
