import type { Schema } from "../../api/client";
import { t } from "../../texts";

type Health = Schema<"Health">;

/** Servers say every five seconds that they live. */
const LATE = 12;
const MAIL_LATE = 10 * 60_000;
const texts = t.platform.state;

/** What needs a look, in words. */
export function findings({ nodes, postgres, redis, mail, sealed }: Health, now: Date): string[] {
  const found: string[] = [];
  if (!postgres.reachable) found.push(texts.noAnswer(texts.postgres));
  if (redis && !redis.reachable) found.push(texts.noAnswer(texts.redis));
  if (mail.oldest_at && now.getTime() - Date.parse(mail.oldest_at) > MAIL_LATE) found.push(texts.mailLate);
  if (nodes.length === 0) found.push(texts.noNodes);
  for (const { name, heartbeat_age, vitals } of nodes) {
    if (heartbeat_age > LATE) found.push(texts.late(name));
    if ((vitals as Record<string, unknown>).ready === false) found.push(texts.notReady(name));
  }
  const versions = [...new Set(nodes.map(({ version }) => version))];
  if (versions.length > 1) found.push(texts.versions(versions.join(", ")));
  for (const [key, count] of Object.entries(sealed)) {
    if (count > 0 && nodes.some(({ master_keys }) => !master_keys.includes(key))) found.push(texts.keyMissing(key));
  }
  return found;
}

/** How far the newest master key has come with sealing anew what others sealed; `null` where nothing is left. */
export function rotationProgress(
  keys: readonly MasterKey[],
  rotations: readonly Pick<Schema<"AuditEvent">, "target" | "detail">[],
): { done: number; total: number } | null {
  const left = keys.reduce((sum, { seals, state }) => sum + (state === "sealing" ? 0 : seals), 0);
  if (left === 0) return null;
  const all = keys.reduce((sum, { seals }) => sum + seals, 0);
  const newest = rotations.find(({ target }) => keys.some(({ id, state }) => state === "sealing" && id === target));
  const asked = (newest?.detail as { secrets?: unknown } | undefined)?.secrets;
  // What was made since is sealed by the new key at once, and isn't counted.
  const total = Math.max(typeof asked === "number" ? asked : all, left);
  return { done: total - left, total };
}

export interface MasterKey {
  id: string;
  seals: number;
  heldBy: number;
  state: "sealing" | "going" | "free" | "missing";
}

/** Each master key that seals something or that a server holds. */
export function masterKeys({ nodes, sealed }: Pick<Health, "nodes" | "sealed">): MasterKey[] {
  const ids = new Set([...nodes.flatMap(({ master_keys }) => master_keys), ...Object.keys(sealed)]);
  return [...ids].toSorted().map((id) => {
    const seals = sealed[id] ?? 0;
    const heldBy = nodes.filter(({ master_keys }) => master_keys.includes(id)).length;
    const first = nodes.some(({ master_keys }) => master_keys[0] === id);
    const lacking = seals > 0 && heldBy < nodes.length;
    const state = lacking ? "missing" : first ? "sealing" : seals > 0 ? "going" : "free";
    return { id, seals, heldBy, state };
  });
}

/** Of the readers that a server was asked for, the share that its memory had; `null` before the first. */
export function hitRate(vitals: Record<string, unknown>): number | null {
  const [memory, redis, postgres] = ["memory", "redis", "postgres"].map((from) =>
    Number(vitals[`readers_from_${from}`]),
  );
  const all = (memory ?? 0) + (redis ?? 0) + (postgres ?? 0);
  return all > 0 ? (memory ?? 0) / all : null;
}
