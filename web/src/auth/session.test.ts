import { afterEach, expect, test, vi } from "vitest";
import { hooks } from "../api/send";
import { queryClient } from "../lib/queries";
import { entered } from "./session";

const answers = (account: string | null) =>
  vi.stubGlobal("fetch", async () => {
    const body =
      account === null
        ? { type: "urn:lanyard:problem:session-invalid", status: 401 }
        : { account: { id: account }, csrf_token: account };
    const type = account === null ? "application/problem+json" : "application/json";
    return new Response(JSON.stringify(body), {
      status: account === null ? 401 : 200,
      headers: { "content-type": type },
    });
  });

afterEach(() => {
  vi.unstubAllGlobals();
  queryClient.clear();
});

test("a request that waits for a password is given up when the session ends", async () => {
  answers("a");
  await entered();
  const proved = hooks.prove();
  hooks.ended();
  expect(await proved).toBe(false);
});

test("a request that waits for a password is given up when somebody else logs in", async () => {
  answers("a");
  await entered();
  const proved = hooks.prove();
  answers("b");
  await entered();
  expect(await proved).toBe(false);
});

test("a request is sent again with the session of who sent it, and with no other's", async () => {
  answers("a");
  await entered();
  expect(await hooks.renew()).toBe(true);
  answers("b");
  expect(await hooks.renew()).toBe(false);
  answers(null);
  expect(await hooks.renew()).toBe(false);
});
