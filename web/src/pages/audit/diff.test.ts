import { expect, test } from "vitest";
import { explain } from "./diff";

test("a change shows what has changed, and counts the rest", () => {
  const detail = { before: { name: "A", sites: ["x"], same: 1 }, after: { name: "B", sites: ["x", "y"], same: 1 } };
  expect(explain(detail)).toEqual({
    kind: "change",
    lines: [
      { field: "name", before: "A", after: "B" },
      { field: "sites", before: "x", after: "x\ny" },
    ],
    unchanged: 1,
  });
});

test("a change of one value has no field's name, and what else is said follows", () => {
  expect(explain({ before: "owner", after: "viewer", invitations_withdrawn: 2 }).lines).toEqual([
    { field: "", before: "owner", after: "viewer" },
    { field: "invitations_withdrawn", after: "2" },
  ]);
});

test("fields within fields have a path, and what is nothing is empty", () => {
  const { lines, kind } = explain({ a: { b: null, c: [{ d: 1 }] }, e: false });
  expect(kind).toBe("values");
  expect(lines).toEqual([
    { field: "a.b", after: "" },
    { field: "a.c", after: '[{"d":1}]' },
    { field: "e", after: "false" },
  ]);
});

test("no detail has no lines", () => {
  expect(explain({}).lines).toEqual([]);
});
