// The short form of tests/e2e/measure, with its bars.
import assert from "node:assert/strict";
import { test } from "node:test";
import { bars, measure, table } from "./speed.mjs";
import { stage } from "./story.mjs";

const on = stage();

test("pages are there within a second, and nothing holds them up", async () => {
  const figures = await measure({ users: 2000, on });
  console.log(table(figures));
  const missed = bars(figures).filter(({ value, most }) => !(value <= most));
  assert.deepEqual(missed, []);
  assert.ok(figures.pages.login.gzip > 50_000, "scripts were seen");
});
