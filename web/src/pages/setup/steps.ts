/** What the API knows of a newsroom, as far as setting it up goes. */
export interface Known {
  /** Whether a key signs. */
  signs: boolean;
  /** Whether the directory has a reader. */
  readers: boolean;
  /** Whether somebody here has said that the CMS sends the readers. */
  cmsSends: boolean;
  /** Whether an API key was ever used. */
  called: boolean;
  /** Whether a token was ever found good. */
  seen: boolean;
}

export const STEPS = ["newsroom", "secret", "readers", "connect", "check"] as const;
export type Step = (typeof STEPS)[number];

/** The steps that are behind. */
export function stepsDone(known: Known): readonly Step[] {
  const done: Record<Step, boolean> = {
    newsroom: true,
    secret: known.signs,
    readers: known.readers || known.cmsSends,
    connect: known.called,
    check: known.seen,
  };
  return STEPS.filter((step) => done[step]);
}
