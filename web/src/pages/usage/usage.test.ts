import { expect, it } from "vitest";
import {
  OUTCOMES,
  outcomeOf,
  percentile,
  pointsOf,
  shortTime,
  spanOf,
  spanOfDays,
  sums,
  topReasons,
  totals,
  type UsagePage,
  type UsageRow,
} from "./usage";

const row = (
  at: string,
  operation: string,
  reason: string,
  count: number,
  latency: number[] = [count, 0, 0],
): UsageRow => ({
  at,
  operation,
  reason,
  count,
  latency,
});
const page = (data: UsageRow[], from = "2026-01-31T00:00:00Z", to = "2026-02-03T00:00:00Z"): UsagePage => ({
  from,
  to,
  latency_bounds_us: [50, 200],
  data,
});

it("leaves no day out, and sums months up", () => {
  const data = [
    row("2026-01-31T00:00:00Z", "issue", "ok", 2),
    row("2026-02-01T00:00:00Z", "validate", "expired", 3),
    row("2026-02-01T00:00:00Z", "introspect", "ok", 4),
    row("2026-02-01T00:00:00Z", "manage", "not-found", 9),
  ];
  const days = pointsOf(page(data), "day", OUTCOMES, outcomeOf);
  expect(days.map(({ issued, validated, refused }) => [issued, validated, refused])).toEqual([
    [2, 0, 0],
    [0, 4, 3],
    [0, 0, 0],
  ]);
  const months = pointsOf(page(data), "month", OUTCOMES, outcomeOf);
  expect(months.map(({ label, issued, refused }) => [label, issued, refused])).toEqual([
    ["Jan 2026", 2, 0],
    ["Feb 2026", 0, 3],
  ]);
  expect(totals(page(data))).toEqual({ issued: 2, validated: 4, refused: 3 });
  expect(pointsOf(page([]), "day", OUTCOMES, outcomeOf)).toHaveLength(3);
});

it("finds the percentile's bucket", () => {
  expect(percentile([], [50, 200], 0.99)).toBeNull();
  expect(percentile([row("", "issue", "ok", 100, [99, 1, 0])], [50, 200], 0.99)).toEqual({
    microseconds: 50,
    above: false,
  });
  expect(percentile([row("", "issue", "ok", 100, [98, 2, 0])], [50, 200], 0.99)).toEqual({
    microseconds: 200,
    above: false,
  });
  expect(percentile([row("", "issue", "ok", 2, [1, 0, 1])], [50, 200], 0.99)).toEqual({
    microseconds: 200,
    above: true,
  });
});

it("names the frequent reasons and sums the rest up", () => {
  const at = "2026-01-31T00:00:00Z";
  const data = ["expired", "bad_signature", "unknown_key"].map((reason, index) =>
    row(at, "validate", reason, 9 - index),
  );
  expect(topReasons(page(data), 3)).toEqual({ reasons: ["expired", "bad_signature", "unknown_key"], more: false });
  expect(topReasons(page(data), 2)).toEqual({ reasons: ["expired"], more: true });
  expect(sums(page([...data, ...data])).map(({ count }) => count)).toEqual([18, 16, 14]);
});

it("asks for the time that is shown", () => {
  const now = new Date("2026-03-31T10:20:00Z");
  expect(spanOf("months", now).from.toISOString()).toBe("2025-04-01T00:00:00.000Z");
  expect(spanOf("hours", now).from.toISOString()).toBe("2026-03-30T11:20:00.000Z");
  expect(spanOfDays("2026-01-02", "2026-01-01")).toBeNull();
  expect(spanOfDays("", "2026-01-01")).toBeNull();
  expect(spanOfDays("2026-01-01", "2026-01-01")).toMatchObject({ step: "day" });
  expect(spanOfDays("2026-01-01", "2026-12-31")).toMatchObject({ by: "day", step: "month" });
});

it("writes short times short", () => {
  expect([50, 5000, 1_000_000].map(shortTime)).toEqual(["50 μs", "5 ms", "1 sec"]);
});
