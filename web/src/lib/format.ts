/** Numbers, dates and plurals, in the reader's language and time zone. */

export const locale = (): string => document.documentElement.lang || "en";

export const number = (value: number): string => new Intl.NumberFormat(locale()).format(value);

export const percent = (value: number, digits = 1): string =>
  new Intl.NumberFormat(locale(), { style: "percent", maximumFractionDigits: digits }).format(value);

/** `plural(n, { one: "1 member", other: "… members" })`, with the forms that the language has. */
export function plural(count: number, forms: { other: string } & Partial<Record<Intl.LDMLPluralRule, string>>): string {
  return (forms[new Intl.PluralRules(locale()).select(count)] ?? forms.other).replace("#", number(count));
}

export const dateTime = (time: Date | string): string =>
  new Intl.DateTimeFormat(locale(), { dateStyle: "medium", timeStyle: "short" }).format(new Date(time));

export const date = (time: Date | string): string =>
  new Intl.DateTimeFormat(locale(), { dateStyle: "medium" }).format(new Date(time));

/** To the second, with the zone: for what is compared with a log. */
export const exactTime = (time: Date | string): string =>
  new Intl.DateTimeFormat(locale(), { dateStyle: "full", timeStyle: "long" }).format(new Date(time));

const UNITS: readonly [Intl.RelativeTimeFormatUnit & string, number][] = [
  ["year", 31_557_600],
  ["month", 2_629_800],
  ["week", 604_800],
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
];

/** `3 minutes ago`, `in 2 days`, `now` within the minute. */
export function ago(time: Date | string, now: Date): string {
  const seconds = (new Date(time).getTime() - now.getTime()) / 1000;
  const format = new Intl.RelativeTimeFormat(locale(), { numeric: "auto" });
  for (const [unit, size] of UNITS) {
    if (Math.abs(seconds) >= size) return format.format(Math.trunc(seconds / size), unit);
  }
  return format.format(0, "second");
}

/** A length of time in its two greatest units: `6 hours`, `1 day, 12 hours`. */
export function duration(seconds: number): string {
  const parts: string[] = [];
  let left = Math.max(0, Math.round(seconds));
  const units: readonly [string, number][] = [
    ["day", 86_400],
    ["hour", 3_600],
    ["minute", 60],
    ["second", 1],
  ];
  for (const [unit, size] of units) {
    const count = Math.floor(left / size);
    left -= count * size;
    if (count > 0) {
      parts.push(new Intl.NumberFormat(locale(), { style: "unit", unit, unitDisplay: "long" }).format(count));
    }
  }
  const shown = parts.length > 0 ? parts.slice(0, 2) : [`${number(0)}`];
  return new Intl.ListFormat(locale(), { type: "unit", style: "long" }).format(shown);
}

/** A number of bytes: `4.2 MB`. */
export function bytes(count: number): string {
  const units = ["byte", "kilobyte", "megabyte", "gigabyte"] as const;
  const step = Math.min(units.length - 1, count < 1 ? 0 : Math.floor(Math.log10(count) / 3));
  const unit = units[step] ?? "byte";
  return new Intl.NumberFormat(locale(), {
    style: "unit",
    unit,
    unitDisplay: "short",
    maximumFractionDigits: 1,
  }).format(count / 1000 ** step);
}
