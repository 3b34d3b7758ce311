// What single sign-on of Coral 5 to 9 makes of a token, given its active secrets: a
// restatement of its rules (9.11.8), not its code. Left out: the revocation list and the
// database. The schema of the claims is checked by hand, as Joi checks it.
import jsonwebtoken from "jsonwebtoken";

const ROLES = ["COMMENTER", "MEMBER", "STAFF", "MODERATOR", "ADMIN"];

// RFC 3986, appendix A, with the scheme that Joi asks for.
const PCHAR = "(?:[A-Za-z0-9\\-._~!$&'()*+,;=:@]|%[0-9A-Fa-f]{2})";
const REG_NAME = "(?:[A-Za-z0-9\\-._~!$&'()*+,;=]|%[0-9A-Fa-f]{2})+";
const USER = "(?:[A-Za-z0-9\\-._~!$&'()*+,;=:]|%[0-9A-Fa-f]{2})*@";
const HOST = `(?:\\[[0-9A-Fa-f:.]+\\]|${REG_NAME})`;
const AUTHORITY = `(?:${USER})?${HOST}(?::[0-9]*)?`;
const PATH = `(?://${AUTHORITY}(?:/${PCHAR}*)*|/?${PCHAR}+(?:/${PCHAR}*)*|/)`;
const REST = `(?:${PCHAR}|[/?])*`;
const URI = new RegExp(`^[A-Za-z][A-Za-z0-9+.\\-]*:${PATH}(?:\\?${REST})?(?:#${REST})?$`);

const text = (value) => typeof value === "string" && value !== "";
const number = (value) => typeof value === "number";
const uri = (value) => text(value) && URI.test(value);
const badges = (value) => Array.isArray(value) && value.every(text);

/** Each member, whether it has to be there, and what it may be. `null` is a value like any other. */
function check(object, schema, name) {
  if (object === null || typeof object !== "object" || Array.isArray(object)) throw new Error(`${name} is no object`);
  for (const [member, [required, good]] of Object.entries(schema)) {
    if (object[member] === undefined) {
      if (required) throw new Error(`${name}.${member} is required`);
    } else if (!good(object[member])) {
      throw new Error(`${name}.${member} is wrong`);
    }
  }
}

function checkReader(user) {
  if (user?.username === undefined && user?.url !== undefined) throw new Error("USERNAME_NOT_PROVIDED");
  check(
    user,
    {
      ...{ id: [true, text], email: [true, text], username: [true, text] },
      ...{ badges: [false, badges], role: [false, (role) => ROLES.includes(role)], url: [false, uri], avatar: [false, uri] },
    },
    "user",
  );
  const email = user.email.toLowerCase();
  if (!/^\S+@\S+.\S+$/.test(email) || email.length > 100) throw new Error("EMAIL_INVALID_FORMAT");
}

// The kid is looked at only when several secrets are active; without one all are tried.
function candidates(secrets, kid) {
  if (secrets.length < 2 || kid === undefined) return secrets;
  const named = secrets.filter((secret) => secret.kid === kid);
  if (named.length === 0) throw new Error("kid was specified but no matching keys were found");
  return named;
}

function verify(secrets, token, now) {
  const kid = jsonwebtoken.decode(token, { complete: true })?.header.kid;
  let last = new Error("there is no secret");
  for (const { secret } of candidates(secrets, kid)) {
    try {
      return jsonwebtoken.verify(token, secret, { algorithms: ["HS256"], clockTimestamp: now });
    } catch (error) {
      last = error;
    }
  }
  throw last;
}

/** Whether Coral takes a token for an ID token while OpenID Connect is on. */
export function isIdToken(token) {
  const claims = jsonwebtoken.decode(token);
  return text(claims?.sub) && text(claims.iss) && text(claims.aud) && number(claims.exp);
}

/** The reader whom Coral logs in, or an error when the token is refused. */
export function coralUser(secrets, token, now) {
  const claims = verify(secrets, token, now);
  check(claims, { jti: [false, text], iat: [false, number], exp: [false, number], user: [true, () => true] }, "token");
  checkReader(claims.user);
  return claims.user;
}
