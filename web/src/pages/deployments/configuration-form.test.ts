import { expect, test } from "vitest";
import { changed, formOf } from "./configuration-form";
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
  const before = formOf(talk);
  expect(changed(before, { ...before })).toEqual({});
  expect(changed(before, { ...before, audience: "comments", token_lifetime: 600 })).toEqual({
    audience: "comments",
    token_lifetime: 600,
  });
});

test("the order in which claims were ticked is no change", () => {
  const before = formOf(talk);
  expect(changed(before, { ...before, profile_claims: ["username", "email"] })).toEqual({});
  expect(changed(before, { ...before, profile_claims: [] })).toEqual({ profile_claims: [] });
});

test("what can be cleared is sent as null, what can't as it is", () => {
  const before = formOf({ ...talk, max_role: "STAFF" });
  expect(changed(before, { ...before, root_url: "", max_role: "", issuer: "" })).toEqual({
    root_url: null,
    max_role: null,
    issuer: "",
  });
});
