/** Usage as charts and tables have it: no time is left out, and reasons are summed up. */
import type { Schema } from "../../api/client";
import { locale } from "../../lib/format";
import { t } from "../../texts";

export type UsagePage = Schema<"UsagePage">;
export type UsageRow = Schema<"UsageOut">;
export type Step = "hour" | "day" | "month";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** A stretch of time, as the API is asked for it, and the steps in which it is drawn. */
export interface Span {
  by: "hour" | "day";
  step: Step;
  from: Date;
  to: Date;
}

export type RangeName = "hours" | "week" | "days" | "months";

export function spanOf(range: RangeName, now: Date): Span {
  const to = now;
  switch (range) {
    case "hours":
      // The hour that is running is the twenty-fourth.
      return { by: "hour", step: "hour", from: new Date(now.getTime() - 23 * HOUR), to };
    case "week":
      return { by: "hour", step: "hour", from: new Date(now.getTime() - 7 * DAY + HOUR), to };
    case "days":
      return { by: "day", step: "day", from: new Date(now.getTime() - 29 * DAY), to };
    case "months":
      return {
        by: "day",
        step: "month",
        from: new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - 11, 1)),
        to,
      };
  }
}

/** The span of two days, such as `2026-01-31`, the last one included; `null` where they make none. */
export function spanOfDays(first: string, last: string): Span | null {
  const from = Date.parse(`${first}T00:00:00Z`);
  const to = Date.parse(`${last}T00:00:00Z`) + DAY;
  if (Number.isNaN(from) || Number.isNaN(to) || from >= to || to - from > 400 * DAY) return null;
  return { by: "day", step: to - from > 92 * DAY ? "month" : "day", from: new Date(from), to: new Date(to) };
}

export const FAIR = "ok";
const isToken = (operation: string): boolean => operation !== "manage";

/** A point of a chart: when, what it is called, and how many of each. */
export interface Point {
  at: string;
  label: string;
  [series: string]: string | number;
}

const startOf = (time: Date, step: Step): Date => {
  const year = time.getUTCFullYear();
  const month = time.getUTCMonth();
  if (step === "month") return new Date(Date.UTC(year, month, 1));
  return new Date(Math.floor(time.getTime() / (step === "day" ? DAY : HOUR)) * (step === "day" ? DAY : HOUR));
};

const after = (time: Date, step: Step): Date =>
  step === "month"
    ? new Date(Date.UTC(time.getUTCFullYear(), time.getUTCMonth() + 1, 1))
    : new Date(time.getTime() + (step === "day" ? DAY : HOUR));

export function labelOf(time: Date, step: Step, long: boolean): string {
  const options: Record<Step, Intl.DateTimeFormatOptions> = {
    // Hours are the reader's own; days and months are UTC's, as they are counted.
    hour: long ? { day: "numeric", month: "short", hour: "numeric" } : { hour: "numeric", minute: "2-digit" },
    day: { day: "numeric", month: "short", timeZone: "UTC" },
    month: { month: "short", year: "numeric", timeZone: "UTC" },
  };
  return new Intl.DateTimeFormat(locale(), options[step]).format(time);
}

/** A chart's points: one for every step from the beginning to the end, also where nothing was. */
export function pointsOf(
  page: UsagePage,
  step: Step,
  series: readonly string[],
  seriesOf: (row: UsageRow) => string | null,
): Point[] {
  const points = new Map<number, Point>();
  const end = new Date(page.to).getTime();
  const begin = new Date(page.from);
  const long = end - begin.getTime() > 26 * HOUR;
  for (let at = startOf(begin, step); at.getTime() < end; at = after(at, step)) {
    const point: Point = { at: at.toISOString(), label: labelOf(at, step, long) };
    for (const name of series) point[name] = 0;
    points.set(at.getTime(), point);
  }
  for (const row of page.data) {
    const name = seriesOf(row);
    const point = points.get(startOf(new Date(row.at), step).getTime());
    if (name !== null && point) point[name] = Number(point[name] ?? 0) + row.count;
  }
  return [...points.values()];
}

export type Outcome = "issued" | "validated" | "refused";
export const OUTCOMES: readonly Outcome[] = ["issued", "validated", "refused"];

/** What a token's request came to; `null` for what has nothing to do with tokens. */
export function outcomeOf({ operation, reason }: UsageRow): Outcome | null {
  if (!isToken(operation)) return null;
  if (reason !== FAIR) return "refused";
  if (operation === "issue") return "issued";
  return operation === "validate" || operation === "introspect" ? "validated" : null;
}

export function totals(page: UsagePage): Record<Outcome, number> {
  const sums = { issued: 0, validated: 0, refused: 0 };
  for (const row of page.data) {
    const outcome = outcomeOf(row);
    if (outcome) sums[outcome] += row.count;
  }
  return sums;
}

/** The reasons of refusals, the most frequent first. */
export function topReasons(page: UsagePage, most: number): { reasons: string[]; more: boolean } {
  const counts = new Map<string, number>();
  for (const row of page.data) {
    if (outcomeOf(row) === "refused") counts.set(row.reason, (counts.get(row.reason) ?? 0) + row.count);
  }
  const sorted = [...counts].sort(([, one], [, other]) => other - one).map(([reason]) => reason);
  return sorted.length <= most ? { reasons: sorted, more: false } : { reasons: sorted.slice(0, most - 1), more: true };
}

/** A percentile as far as buckets tell: a bound in microseconds, and whether it is below or above. */
export interface Latency {
  microseconds: number;
  above: boolean;
}

export function percentile(rows: readonly UsageRow[], bounds: readonly number[], share: number): Latency | null {
  const sums = new Array<number>(bounds.length + 1).fill(0);
  for (const { latency } of rows) {
    for (const [index, count] of latency.entries()) sums[index] = (sums[index] ?? 0) + count;
  }
  const all = sums.reduce((sum, one) => sum + one, 0);
  if (all === 0) return null;
  let below = 0;
  for (const [index, bound] of bounds.entries()) {
    below += sums[index] ?? 0;
    if (below >= share * all) return { microseconds: bound, above: false };
  }
  return { microseconds: bounds.at(-1) ?? 0, above: true };
}

/** The p99 of what has to do with tokens. */
export const tokenLatency = (page: UsagePage): Latency | null =>
  percentile(
    page.data.filter(({ operation }) => isToken(operation)),
    page.latency_bounds_us,
    0.99,
  );

export interface Sum {
  operation: string;
  reason: string;
  count: number;
  p99: Latency | null;
}

/** All rows summed up by operation and reason, the greatest first. */
export function sums(page: UsagePage): Sum[] {
  const groups = new Map<string, UsageRow[]>();
  for (const row of page.data) {
    const name = `${row.operation} ${row.reason}`;
    const group = groups.get(name);
    if (group) group.push(row);
    else groups.set(name, [row]);
  }
  const all = [...groups.values()].flatMap((rows) => {
    const [first] = rows;
    if (!first) return [];
    return {
      operation: first.operation,
      reason: first.reason,
      count: rows.reduce((sum, { count }) => sum + count, 0),
      p99: percentile(rows, page.latency_bounds_us, 0.99),
    };
  });
  return all.sort((one, other) => other.count - one.count);
}

/** A time in microseconds: `200 μs`, `5 ms`, `1 s`. */
export function shortTime(microseconds: number): string {
  const units = ["microsecond", "millisecond", "second"] as const;
  const step = microseconds >= 1_000_000 ? 2 : microseconds >= 1000 ? 1 : 0;
  return new Intl.NumberFormat(locale(), { style: "unit", unit: units[step] ?? "second", unitDisplay: "short" }).format(
    microseconds / 1000 ** step,
  );
}

export const latencyText = (latency: Latency | null): string =>
  latency === null
    ? t.overview.noTime
    : (latency.above ? t.usage.moreThan : t.usage.upTo)(shortTime(latency.microseconds));
