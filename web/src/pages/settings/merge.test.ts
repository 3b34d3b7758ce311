import { expect, test } from "vitest";
import { changes, conflicts, merged } from "./merge";

const base = { name: "The Post", sites: ["https://a.example"], flag: false };

test("only what was changed is sent", () => {
  expect(changes(base, base)).toEqual({});
  expect(changes(base, { ...base, sites: [] })).toEqual({ sites: [] });
});

test("what only one has changed is no conflict", () => {
  const yours = { ...base, name: "The Daily Post" };
  const theirs = { ...base, flag: true };
  expect(conflicts(base, yours, theirs)).toEqual([]);
  expect(merged(base, yours, theirs, [])).toEqual({ ...base, name: "The Daily Post", flag: true });
});

test("in a conflict somebody chooses", () => {
  const yours = { ...base, name: "Yours", flag: true };
  const theirs = { ...base, name: "Theirs", flag: true };
  expect(conflicts(base, yours, theirs)).toEqual(["name"]);
  expect(merged(base, yours, theirs, []).name).toBe("Yours");
  expect(merged(base, yours, theirs, ["name"]).name).toBe("Theirs");
});
