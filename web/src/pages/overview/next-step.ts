/** What a key asks for next. */
import type { Schema } from "../../api/client";

export type Key = Schema<"Page_SigningKeyOut">["data"][number];
export type NextStep = "weak" | "old" | "fine" | "pending" | "retire" | "wait";

const DAY = 86_400_000;
const OLD = 365;

export const daysOf = (key: Key, now: Date): number =>
  Math.max(0, Math.floor((now.getTime() - new Date(key.created_at).getTime()) / DAY));

export function nextStep(key: Key, now: Date): NextStep {
  if (key.state === "pending") return "pending";
  if (key.state === "retiring") {
    if (!key.safe_to_retire_at) return "fine";
    return new Date(key.safe_to_retire_at) <= now ? "retire" : "wait";
  }
  if (key.weak) return "weak";
  return daysOf(key, now) >= OLD ? "old" : "fine";
}
