import { describe, expect, it } from "vitest";
import { changedMembers, fromForm, mergePatch, type ReaderRecord, readOthers, toForm, userPath } from "./record";

const ann: ReaderRecord = {
  id: "42",
  username: "ann",
  email: "ann@example.org",
  badges: ["gold"],
  premium: true,
  prefs: { dark: true, size: 2 },
};

describe("a record's form", () => {
  it("changes nothing that wasn't touched", () => {
    for (const record of [
      ann,
      { id: "1" },
      { id: "1", email: null, member_since: 5, role: "STAFF" },
    ] as ReaderRecord[]) {
      expect(mergePatch(record, fromForm(record, toForm(record)))).toEqual({});
    }
  });

  it("sends what has changed, and null for what was emptied", () => {
    const form = { ...toForm(ann), username: "anna", email: "", member_since: "1700000000", email_verified: "true" };
    expect(mergePatch(ann, fromForm(ann, form))).toEqual({
      username: "anna",
      email: null,
      member_since: 1_700_000_000,
      email_verified: true,
    });
  });

  it("patches the other members to the depth", () => {
    const form = { ...toForm(ann), other: '{"prefs":{"dark":false,"size":2},"plan":"b"}' };
    expect(mergePatch(ann, fromForm(ann, form))).toEqual({ premium: null, prefs: { dark: false }, plan: "b" });
  });

  it("takes a JSON object for the others and nothing else", () => {
    expect(readOthers(" ")).toEqual({});
    expect(readOthers("[1]")).toBeNull();
    expect(readOthers("{")).toBeNull();
  });
});

it("says which members differ", () => {
  expect(changedMembers(ann, { ...ann, email: "a@example.org", badges: ["gold"] })).toEqual(["email"]);
  expect(changedMembers({ id: "1" }, { id: "1", plan: 1 })).toEqual(["plan"]);
});

it("never takes a reader's id for a route", () => {
  const path = "/v1/tenants/{tenant}/users/{user}/disable";
  expect(userPath(path, { tenant: "a", user: "x/y" })).toBe("/v1/tenants/a/users/x%2Fy/disable");
  expect(userPath(path, { tenant: "a", user: "import" })).toBe("/v1/tenants/a/users/%69mport/disable");
  expect(userPath(path, { tenant: "export", user: "export" })).toBe("/v1/tenants/export/users/%65xport/disable");
});
