import { expect, test } from "vitest";
import { stepsDone } from "./steps";

const nothing = { signs: false, readers: false, cmsSends: false, called: false, seen: false };

test("a new newsroom has all but itself to do", () => {
  expect(stepsDone(nothing)).toEqual(["newsroom"]);
});

test("readers are there, or will be sent", () => {
  expect(stepsDone({ ...nothing, readers: true })).toContain("readers");
  expect(stepsDone({ ...nothing, cmsSends: true })).toContain("readers");
});

test("all is done once a token was seen", () => {
  expect(stepsDone({ signs: true, readers: true, cmsSends: false, called: true, seen: true })).toHaveLength(5);
});
