import { expect, test } from "vitest";
import { filterOf, queryOf } from "./filters";

test("the filter of an address is what the API is asked for", () => {
  const filter = filterOf("?actor=account:1&action=key.rotate&target=k1&from=2026-01-30&to=2026-01-31");
  expect(queryOf(filter)).toEqual({
    actor: "account:1",
    action: "key.rotate",
    target: "k1",
    from: new Date(2026, 0, 30).toISOString(),
    to: new Date(2026, 1, 1).toISOString(),
  });
});

test("nothing, or no day, is no filter", () => {
  expect(queryOf(filterOf(""))).toEqual({});
  expect(queryOf(filterOf("?from=yesterday&to=2026-99-99"))).toEqual({});
});
