import { expect, it } from "vitest";
import { daysOf, type Key, nextStep } from "./next-step";

const now = new Date("2026-06-01T12:00:00Z");
const key = (changes: Partial<Key>): Key => ({
  kid: "k",
  algorithm: "HS256",
  state: "active",
  origin: "generated",
  weak: false,
  created_at: "2026-05-30T11:00:00Z",
  ...changes,
});

it("says what a key asks for", () => {
  expect(nextStep(key({}), now)).toBe("fine");
  expect(nextStep(key({ weak: true }), now)).toBe("weak");
  expect(nextStep(key({ created_at: "2025-05-30T11:00:00Z" }), now)).toBe("old");
  expect(nextStep(key({ state: "pending" }), now)).toBe("pending");
  expect(nextStep(key({ state: "retiring", safe_to_retire_at: "2026-06-01T11:00:00Z" }), now)).toBe("retire");
  expect(nextStep(key({ state: "retiring", safe_to_retire_at: "2026-06-01T13:00:00Z" }), now)).toBe("wait");
  expect(daysOf(key({}), now)).toBe(2);
});
