import { expect, test } from "vitest";
import { changed, rebased, untouched } from "./configuration-form";
import type { Deployment } from "./queries";

const talk: Deployment = {
  id: "01a20af8-ce06-7546-9665-50990fb68b40",
  name: "default",
  kind: "talk",
  root_url: "https://talk.example",
  issuer: "https://talk.example",
  audience: "talk",
  user_id_claim: "sub",
  profile_claims: ["username", "email"],
  max_role: null,
  badges: null,
  token_lifetime: 21_600,
  active_kid: null,
  verifying_keys: 0,
  pending_keys: 0,
  created_at: "2026-11-24T00:33:27Z",
};

test("only what was changed is sent", () => {
  expect(changed(untouched(talk))).toEqual({});
  expect(changed({ ...untouched(talk), audience: "comments", token_lifetime: 600 })).toEqual({
    audience: "comments",
    token_lifetime: 600,
  });
});

test("the order in which claims were ticked is no change", () => {
  expect(changed({ ...untouched(talk), profile_claims: ["username", "email"] })).toEqual({});
  expect(changed({ ...untouched(talk), profile_claims: [] })).toEqual({ profile_claims: [] });
});

test("what can be cleared is sent as null, what can't as it is", () => {
  const edited = untouched({ ...talk, max_role: "STAFF" });
  expect(changed({ ...edited, root_url: "", max_role: "", issuer: "" })).toEqual({
    root_url: null,
    max_role: null,
    issuer: "",
  });
});

test("what somebody else has changed meanwhile is kept", () => {
  const mine = { ...untouched(talk), audience: "comments" };
  const now = rebased(mine, { ...talk, token_lifetime: 7200, audience: "talk-2" });
  expect(now.token_lifetime).toBe(7200);
  expect(changed(now)).toEqual({ audience: "comments" });
});
