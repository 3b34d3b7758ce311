/** Forms that weren't sent yet, kept for the tab: through a log-in, a reload, and going back. */

const PREFIX = "draft:";

const keyOf = (owner: string, name: string): string => `${PREFIX}${owner}:${name}`;

export function saveDraft(owner: string, name: string, values: Record<string, unknown>): void {
  try {
    sessionStorage.setItem(keyOf(owner, name), JSON.stringify(values));
  } catch {
    // The store is full or switched off: a form works without.
  }
}

export function loadDraft(owner: string, name: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(sessionStorage.getItem(keyOf(owner, name)) ?? "null");
    return typeof value === "object" && !Array.isArray(value) ? (value as Record<string, unknown> | null) : null;
  } catch {
    return null;
  }
}

export function dropDraft(owner: string, name: string): void {
  sessionStorage.removeItem(keyOf(owner, name));
}

export function forgetDrafts(): void {
  for (const key of Object.keys(sessionStorage)) {
    if (key.startsWith(PREFIX)) sessionStorage.removeItem(key);
  }
}
