import { expect, test } from "vitest";
import { lives, scaleOf } from "./lives";
import type { SigningKey } from "./queries";

const HOUR = 3_600_000;
const NOW = Date.parse("2026-11-24T12:00:00Z");
const at = (hours: number) => new Date(NOW + hours * HOUR).toISOString();

const key = (kid: string, more: Partial<SigningKey>): SigningKey => ({
  kid,
  algorithm: "HS256",
  state: "pending",
  origin: "generated",
  weak: false,
  created_at: at(-1),
  ...more,
});

const drawn = (keys: SigningKey[]) =>
  lives(keys, NOW).map(({ stretches }) =>
    stretches.map(({ phase, from, to, planned }) => [phase, (from - NOW) / HOUR, (to - NOW) / HOUR, planned]),
  );

test("a key waits, signs, and verifies once the next one signs", () => {
  const keys = [
    key("b", { state: "active", created_at: at(-5), activated_at: at(-2) }),
    key("a", { state: "retiring", created_at: at(-40), activated_at: at(-40), verifies_until: at(4) }),
  ];
  expect(drawn(keys)).toEqual([
    [
      ["pending", -5, -2, false],
      ["active", -2, 0, false],
    ],
    [
      ["active", -40, -2, false],
      ["retiring", -2, 0, false],
      ["retiring", 0, 4, true],
    ],
  ]);
});

test("a key that ended early has nothing ahead", () => {
  const keys = [
    key("b", { state: "active", activated_at: at(-9), created_at: at(-9) }),
    key("a", { state: "revoked", created_at: at(-20), activated_at: at(-20), ended_at: at(-3), verifies_until: at(4) }),
  ];
  expect(drawn(keys)[1]).toEqual([
    ["active", -20, -9, false],
    ["retiring", -9, -3, false],
  ]);
  expect(lives(keys, NOW)[1]?.ended).toBe(NOW - 3 * HOUR);
});

test("a key that signed until it was revoked never only verified", () => {
  const keys = [key("a", { state: "revoked", created_at: at(-20), activated_at: at(-20), ended_at: at(-3) })];
  expect(drawn(keys)).toEqual([[["active", -20, -3, false]]]);
});

test("a key that never signed waits, or only verifies", () => {
  expect(drawn([key("a", {})])).toEqual([[["pending", -1, 0, false]]]);
  expect(drawn([key("a", { state: "retiring", verifies_until: at(2) })])).toEqual([
    [
      ["retiring", -1, 0, false],
      ["retiring", 0, 2, true],
    ],
  ]);
});

test("all of it has its place, and a short life isn't stretched", () => {
  const all = lives([key("a", { state: "active", created_at: at(-1), activated_at: at(-1) })], NOW);
  const { place } = scaleOf(all, NOW);
  expect(place(NOW - HOUR)).toBeGreaterThan(0);
  expect(place(NOW)).toBeLessThan(25);
  const long = scaleOf(lives([key("a", { state: "active", created_at: at(-900), activated_at: at(-900) })], NOW), NOW);
  expect(long.place(NOW)).toBeGreaterThan(90);
  expect(long.place(NOW)).toBeLessThan(100);
});
