import { expect, test } from "vitest";
import { SORTS, sorted } from "./sort";

const row = (slug: string, name: string, day: number, status = "active") => ({
  id: slug,
  slug,
  name,
  status,
  created_at: `2026-01-0${day}T00:00:00Z`,
});
const rows = [row("a", "Zebra", 2), row("b", "apple", 3, "suspended"), row("c", "Äpfel 10", 1), row("d", "Äpfel 9", 4)];

test("newsrooms are sorted by what is asked for, and by slug where that is the same", () => {
  const orders = SORTS.map((sort) => [
    sort,
    sorted(rows, sort)
      .map(({ slug }) => slug)
      .join(""),
  ]);
  expect(Object.fromEntries(orders)).toEqual({
    "": "abcd",
    name: "dcba",
    newest: "dbac",
    oldest: "cabd",
    suspended: "bacd",
  });
});
