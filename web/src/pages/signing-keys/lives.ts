import type { SigningKey } from "./queries";

export type Phase = "pending" | "active" | "retiring";

/** A stretch of a key's life, in milliseconds. */
export interface Stretch {
  phase: Phase;
  from: number;
  to: number;
  /** Whether it lies ahead, all of it. */
  planned: boolean;
}

export interface Life {
  key: SigningKey;
  stretches: readonly Stretch[];
  /** When it ended, if it has. */
  ended: number | null;
}

const LEAST_SPAN = 6 * 3_600_000;
const MARGIN = 0.04;

const time = (text: string | null | undefined): number | null => (text ? new Date(text).getTime() : null);

/** What each key did when, and will do as far as one knows. The newest key comes first. */
export function lives(keys: readonly SigningKey[], now: number): Life[] {
  const begins = keys.map(({ activated_at }) => time(activated_at)).filter((begin) => begin !== null);
  return keys.map((key) => {
    const created = time(key.created_at) ?? now;
    const activated = time(key.activated_at);
    const ended = time(key.ended_at);
    // No key signs beside another: one stopped when the next began.
    const next = activated === null ? null : begins.filter((begin) => begin > activated).sort((a, b) => a - b)[0];
    const until = ended ?? now;
    const stopped = key.state === "active" ? now : Math.min(next ?? until, until);
    const stretches: Stretch[] = [];
    const add = (phase: Phase, from: number, to: number, planned = false) => {
      if (to > from) stretches.push({ phase, from, to, planned });
    };
    if (activated !== null) {
      add("pending", created, activated);
      add("active", activated, Math.max(stopped, activated));
      add("retiring", stopped, key.state === "active" ? stopped : until);
    } else {
      // It never signed: it waits, or came only to verify.
      add(key.state === "retiring" || key.verifies_until ? "retiring" : "pending", created, until);
    }
    const verifies = time(key.verifies_until);
    if (ended === null && verifies !== null) add("retiring", Math.max(now, stopped), verifies, true);
    return { key, stretches, ended };
  });
}

export interface Scale {
  from: number;
  to: number;
  /** Where a time stands, in per cent. */
  place: (time: number) => number;
}

/** From the first beginning to the last end that is known, and a little more on both sides. */
export function scaleOf(all: readonly Life[], now: number): Scale {
  const times = all.flatMap(({ stretches, ended }) => [
    ...stretches.flatMap(({ from, to }) => [from, to]),
    ...(ended === null ? [] : [ended]),
  ]);
  const first = Math.min(now, ...times);
  const last = Math.max(now, ...times);
  const span = Math.max(last - first, LEAST_SPAN);
  const from = first - span * MARGIN;
  const to = first + span + span * MARGIN;
  return { from, to, place: (time) => ((time - from) / (to - from)) * 100 };
}
