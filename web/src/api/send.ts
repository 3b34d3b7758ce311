/** One request: its CSRF token, its idempotency key, the password asked for where it must be proved, problems thrown. */
import { Problem } from "./problem";

/** What a request needs of the session. session.ts fills it in, so that this file knows nothing of pages. */
export const hooks = {
  csrfToken: (): string | null => null,
  /** Reads the session anew; whether there is one. */
  renew: async (): Promise<boolean> => false,
  /** The session has ended, whoever ended it. */
  ended: (): void => undefined,
  /** Asks for the password; false when whoever sits there doesn't give it. */
  prove: async (): Promise<boolean> => false,
};

const LOGGED_OUT = ["session-invalid", "credentials-missing"];

/** Keys of changes whose answer never came: the same again must not be done twice. */
const pending = new Map<string, string>();

async function attempt(request: Request): Promise<Response> {
  const copy = request.clone();
  const token = hooks.csrfToken();
  if (token !== null && !["GET", "HEAD"].includes(copy.method)) copy.headers.set("x-csrf-token", token);
  try {
    return await fetch(copy);
  } catch (thrown) {
    if (thrown instanceof DOMException && thrown.name === "AbortError") throw thrown;
    throw new Problem({ type: "network" });
  }
}

/** What tells a change from others, without keeping what it holds; `null` where it needs no key. */
async function fingerprint(request: Request): Promise<string | null> {
  const json = request.headers.get("content-type")?.startsWith("application/json") ?? false;
  const takesKey = /^\/v1\/(tenants|invitations)\b/.test(new URL(request.url).pathname);
  if (request.method !== "POST" || !json || !takesKey || request.headers.has("idempotency-key")) return null;
  const text = new TextEncoder().encode(`${request.url}\n${await request.clone().text()}`);
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", text));
  return Array.from(hash, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Sends a request until its answer is one to go on with. Throws a Problem otherwise. */
export async function send(request: Request): Promise<Response> {
  const print = await fingerprint(request);
  if (print !== null) {
    const key = pending.get(print) ?? crypto.randomUUID();
    pending.set(print, key);
    request.headers.set("idempotency-key", key);
  }
  let asked = false;
  let renewed = false;
  for (;;) {
    const response = await attempt(request);
    if (response.ok) {
      if (print !== null) pending.delete(print);
      return response;
    }
    const problem = await Problem.of(response);
    // Another tab has proved the password or logged in again, and the session goes by another token since.
    if (problem.code === "csrf-token-invalid" && !renewed) {
      renewed = true;
      if (await hooks.renew()) continue;
    }
    if (problem.code === "password-proof-needed" && !asked) {
      asked = true;
      if (await hooks.prove()) continue;
    }
    if (LOGGED_OUT.includes(problem.code)) hooks.ended();
    if (print !== null && !problem.isPassing) pending.delete(print);
    throw problem;
  }
}
