// What Talk v4 makes of a token, given its settings: a restatement of its rules
// (4.12.1), not its code. Left out: cookies, the revocation list and the database.
import jsonwebtoken from "jsonwebtoken";

const BASE64 = "base64:";
const isHmac = (algorithm) => algorithm.startsWith("HS");

// An HMAC secret is the text itself, even where it looks like JSON. After the
// prefix it is decoded to text, so bytes that are not UTF-8 turn into U+FFFD.
function hmacKey(secret) {
  if (typeof secret !== "string" || secret === "") throw new Error("the secret is empty");
  return secret.startsWith(BASE64)
    ? Buffer.from(secret.slice(BASE64.length), "base64").toString()
    : secret;
}

// The PEM may have its newlines as backslash and n.
function publicKey(entry) {
  if (typeof entry?.public !== "string") throw new Error("the secret has no public key");
  return entry.public.replace(/\\n/g, "\n");
}

/** The keys of TALK_JWT_SECRETS by kid; Talk doesn't start when a kid is missing or there twice. */
function manyKeys(json, algorithm) {
  const keys = new Map();
  for (const entry of JSON.parse(json)) {
    if (typeof entry.kid !== "string" || entry.kid === "") throw new Error("a secret has no kid");
    if (keys.has(entry.kid)) throw new Error(`kid ${entry.kid} is there twice`);
    keys.set(entry.kid, isHmac(algorithm) ? hmacKey(entry.secret) : publicKey(entry));
  }
  return keys;
}

// With one secret the token's kid is ignored; with a list it must be in the list.
function verificationKey(env, algorithm, token) {
  if (env.TALK_JWT_SECRETS) {
    const keys = manyKeys(env.TALK_JWT_SECRETS, algorithm);
    const kid = jsonwebtoken.decode(token, { complete: true })?.header.kid;
    if (!keys.has(kid)) throw new Error(`expected kid ${kid} was not available`);
    return keys.get(kid);
  }
  return isHmac(algorithm)
    ? hmacKey(env.TALK_JWT_SECRET)
    : publicKey(JSON.parse(env.TALK_JWT_SECRET));
}

// A dot path, except that a claim whose own name has the dots goes first.
function claimAt(claims, path) {
  if (Object.hasOwn(claims, path)) return claims[path];
  return path.split(".").reduce((value, name) => value?.[name], claims);
}

/**
 * The id that Talk looks its user up by, or an error when the token is refused.
 * Ids that Talk takes but must never be given (objects, which are Mongo operators
 * to it, and empty ones) are errors here too, and so is `pat`.
 */
export function talkUserId(env, token, now) {
  const algorithm = env.TALK_JWT_ALG || "HS256";
  const claims = jsonwebtoken.verify(token, verificationKey(env, algorithm, token), {
    algorithms: [algorithm],
    clockTimestamp: now,
    issuer:
      env.TALK_JWT_DISABLE_ISSUER === "TRUE" ? undefined : required(env, "TALK_JWT_ISSUER", env.TALK_ROOT_URL),
    audience:
      env.TALK_JWT_DISABLE_AUDIENCE === "TRUE" ? undefined : required(env, "TALK_JWT_AUDIENCE", "talk"),
  });
  if (claims.pat === true) throw new Error("Talk takes it for a personal access token");
  const id = claimAt(claims, env.TALK_JWT_USER_ID_CLAIM || "sub");
  if (typeof id !== "string" || id === "") throw new Error("the user id is not a non-empty string");
  return id;
}

// jsonwebtoken skips a check whose value is undefined, so a forgotten setting must not pass.
function required(env, name, fallback) {
  const value = env[name] || fallback;
  if (!value) throw new Error(`${name} is not set`);
  return value;
}
