import { expect, test } from "vitest";
import { ago, bytes, duration, number, plural } from "./format";

const now = new Date("2026-03-01T12:00:00Z");

test("a time is told in the greatest unit that it fills", () => {
  for (const [time, text] of [
    ["2026-03-01T11:59:31Z", "now"],
    ["2026-03-01T11:59:00Z", "1 minute ago"],
    ["2026-03-01T11:01:00Z", "59 minutes ago"],
    ["2026-03-01T10:59:00Z", "1 hour ago"],
    ["2026-02-28T11:00:00Z", "yesterday"],
    ["2026-03-03T12:00:00Z", "in 2 days"],
    ["2026-02-20T12:00:00Z", "last week"],
    ["2024-02-01T12:00:00Z", "2 years ago"],
  ] as const) {
    expect(ago(time, now), time).toBe(text);
  }
});

test("a plural takes the form of its number", () => {
  const forms = { one: "# reader", other: "# readers" };
  expect(plural(0, forms)).toBe("0 readers");
  expect(plural(1, forms)).toBe("1 reader");
  expect(plural(12345, forms)).toBe("12,345 readers");
  expect(number(1e6)).toBe("1,000,000");
});

test("a length of time has two units at the most", () => {
  expect(duration(21_600)).toBe("6 hours");
  expect(duration(90_061)).toBe("1 day, 1 hour");
  expect(duration(59)).toBe("59 seconds");
  expect(duration(0)).toBe("0");
});

test("bytes are told as people do", () => {
  expect(bytes(0)).toBe("0 byte");
  expect(bytes(4_200_000)).toBe("4.2 MB");
  expect(bytes(999)).toBe("999 byte");
});
