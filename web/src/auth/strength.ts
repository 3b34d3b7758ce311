import { useEffect, useState } from "react";
import type * as Policy from "./password-policy";

export interface Strength {
  verdict: "tooShort" | "control" | "guessable" | "good" | "strong";
  /** Characters that are missing. */
  missing: number;
  percent: number;
}

/** How good a password is, by the server's own rules; `null` while there is none, or the rules are loading. */
export function useStrength(password: string, email: string): Strength | null {
  const [policy, setPolicy] = useState<typeof Policy | null>(null);
  const started = password !== "";
  useEffect(() => {
    if (!started) return;
    let gone = false;
    // The list of common passwords comes with it: nobody needs it before the first letter.
    import("./password-policy").then(
      (loaded) => gone || setPolicy(loaded),
      () => undefined,
    );
    return () => {
      gone = true;
    };
  }, [started]);
  return policy && started ? policy.judge(password, email) : null;
}
