import { expect, test } from "vitest";
import { findings, hitRate, masterKeys, rotationProgress } from "./findings";

const node = (name: string, more = {}) => ({
  id: name,
  name,
  version: "1.0.0",
  started_at: "2026-01-01T00:00:00Z",
  heartbeat_age: 3,
  master_keys: ["k2", "k1"],
  vitals: { ready: true } as never,
  ...more,
});
const well = {
  nodes: [node("a"), node("b")],
  postgres: { reachable: true },
  redis: null,
  mail: { waiting: 0 },
  sealed: { k2: 5 },
};
const now = new Date("2026-01-01T01:00:00Z");

test("nothing is found where all is well", () => {
  expect(findings(well, now)).toEqual([]);
});

test("what is wrong is said", () => {
  const ill = {
    ...well,
    nodes: [node("a", { heartbeat_age: 15, vitals: { ready: false } as never }), node("b", { version: "1.1.0" })],
    postgres: { reachable: false },
    redis: { reachable: false },
    mail: { waiting: 2, oldest_at: "2026-01-01T00:30:00Z" },
    sealed: { k0: 1 },
  };
  const found = findings(ill, now);
  expect(found).toHaveLength(7);
  expect(found[0]).toContain("Postgres");
  expect(found.at(-1)).toContain("k0");
});

test("a master key may go once it seals nothing and no server seals with it", () => {
  const states = (sealed: Record<string, number>) =>
    masterKeys({ ...well, sealed }).map(({ id, state }) => `${id} ${state}`);
  expect(states({ k1: 1, k2: 5 })).toEqual(["k1 going", "k2 sealing"]);
  expect(states({ k2: 6 })).toEqual(["k1 free", "k2 sealing"]);
  expect(states({ k0: 1, k2: 6 })).toEqual(["k0 missing", "k1 free", "k2 sealing"]);
});

test("how far a rotation has come is told by what the log says that it began with", () => {
  const keys = (sealed: Record<string, number>) => masterKeys({ ...well, sealed });
  const log = [{ target: "k2", detail: { secrets: 10 } as never }];
  expect(rotationProgress(keys({ k2: 9 }), log)).toBeNull();
  expect(rotationProgress(keys({ k1: 4, k2: 9 }), log)).toEqual({ done: 6, total: 10 });
  expect(rotationProgress(keys({ k1: 4, k2: 9 }), [])).toEqual({ done: 9, total: 13 });
});

test("the hit rate is that of all readers asked for, and of none there is none", () => {
  expect(hitRate({ readers_from_memory: 97, readers_from_redis: 2, readers_from_postgres: 1 })).toBe(0.97);
  expect(hitRate({ readers_from_memory: 0, readers_from_redis: 0, readers_from_postgres: 0 })).toBeNull();
  expect(hitRate({ ready: true })).toBeNull();
});
