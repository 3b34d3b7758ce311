import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { hooks, send } from "./send";

const URL_OF_KEYS = "https://lanyard.example/v1/tenants/demo/api-keys";

const problem = (status: number, code: string) =>
  Response.json({ type: `urn:lanyard:problem:${code}`, title: "", status, detail: "" }, { status });
const post = (body: unknown, url = URL_OF_KEYS) =>
  new Request(url, { method: "POST", body: JSON.stringify(body), headers: { "content-type": "application/json" } });

let sent: Request[] = [];
const answers = (...replies: (Response | Error)[]) => {
  vi.stubGlobal("fetch", async (request: Request) => {
    sent.push(request);
    const reply = replies.shift();
    if (!reply || reply instanceof Error) throw reply ?? new Error("nothing more was expected");
    return reply;
  });
};
const before = { ...hooks };

beforeEach(() => {
  sent = [];
  hooks.csrfToken = () => "csrf-1";
});
afterEach(() => {
  Object.assign(hooks, before);
  vi.unstubAllGlobals();
});

test("changes bear the CSRF token, and nothing else does", async () => {
  answers(Response.json({}), Response.json({}));
  await send(new Request(URL_OF_KEYS));
  await send(post({ name: "cms" }));
  expect(sent.map((request) => request.headers.get("x-csrf-token"))).toEqual([null, "csrf-1"]);
});

test("a change whose answer was lost is sent again under the same key, and the next one under another", async () => {
  answers(new Error("gone"), problem(503, "unavailable"), Response.json({}), Response.json({}));
  await expect(send(post({ name: "cms" }))).rejects.toMatchObject({ code: "network" });
  await expect(send(post({ name: "cms" }))).rejects.toMatchObject({ code: "unavailable" });
  await send(post({ name: "cms" }));
  await send(post({ name: "cms" }));
  const keys = sent.map((request) => request.headers.get("idempotency-key"));
  expect(keys[0]).toBeTruthy();
  expect(keys[1]).toBe(keys[0]);
  expect(keys[2]).toBe(keys[0]);
  expect(keys[3]).not.toBe(keys[0]);
});

test("a refusal ends the key, and a log-in has none", async () => {
  answers(problem(422, "fields-invalid"), Response.json({}), Response.json({}));
  await expect(send(post({ name: "" }))).rejects.toMatchObject({ code: "fields-invalid" });
  await send(post({ name: "" }));
  await send(post({ password: "…" }, "https://lanyard.example/v1/sessions"));
  const keys = sent.map((request) => request.headers.get("idempotency-key"));
  expect(keys[1]).not.toBe(keys[0]);
  expect(keys[2]).toBeNull();
});

test("where the password must be proved it is asked for, and the request is sent again with the new token", async () => {
  answers(problem(403, "password-proof-needed"), Response.json({ done: true }));
  hooks.prove = async () => {
    hooks.csrfToken = () => "csrf-2";
    return true;
  };
  const answer = await send(post({ name: "cms" }));
  expect(await answer.json()).toEqual({ done: true });
  expect(sent[1]?.headers.get("x-csrf-token")).toBe("csrf-2");
  expect(await sent[1]?.json()).toEqual({ name: "cms" });
  expect(sent[1]?.headers.get("idempotency-key")).toBe(sent[0]?.headers.get("idempotency-key"));
});

test("whoever doesn't prove the password is told, and isn't asked twice", async () => {
  answers(
    problem(403, "password-proof-needed"),
    problem(403, "password-proof-needed"),
    problem(403, "password-proof-needed"),
  );
  hooks.prove = async () => false;
  await expect(send(post({}))).rejects.toMatchObject({ code: "password-proof-needed" });
  hooks.prove = async () => true;
  await expect(send(post({}))).rejects.toMatchObject({ code: "password-proof-needed" });
  expect(sent).toHaveLength(3);
});

test("a session that another tab renewed is read anew once", async () => {
  answers(problem(403, "csrf-token-invalid"), Response.json({}), problem(403, "csrf-token-invalid"));
  hooks.renew = async () => true;
  await send(post({}));
  hooks.renew = async () => false;
  await expect(send(post({}))).rejects.toMatchObject({ code: "csrf-token-invalid" });
});

test("a session that has ended is told to the pages; a refused log-in isn't one", async () => {
  answers(problem(401, "session-invalid"), problem(401, "login-refused"));
  const ended = vi.fn();
  hooks.ended = ended;
  await expect(send(post({}))).rejects.toMatchObject({ code: "session-invalid" });
  await expect(send(post({}, "https://lanyard.example/v1/sessions"))).rejects.toMatchObject({ code: "login-refused" });
  expect(ended).toHaveBeenCalledOnce();
});
