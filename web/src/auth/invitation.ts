/** The invitation that somebody registers by, from there until their address is confirmed: perhaps in another tab. */

const KEY = "lanyard:invitation";

/** A secret that is good for the invited address only, and once. */
export function keepInvitation(token: string): void {
  try {
    localStorage.setItem(KEY, token);
  } catch {
    // The store is full or switched off: the invitation's letter leads to it as well.
  }
}

/** The invitation that waits, which waits no more then. */
export function takeInvitation(): string | null {
  try {
    const token = localStorage.getItem(KEY);
    localStorage.removeItem(KEY);
    return token;
  } catch {
    return null;
  }
}
