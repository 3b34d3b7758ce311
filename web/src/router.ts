/** Where we are, and how to get elsewhere: the part of a router that the dashboard needs. */
import { useSyncExternalStore } from "react";

export interface Place {
  readonly path: string;
  readonly search: string;
  readonly hash: string;
  /** What the entry of the history holds: it is still there after going back. */
  readonly state: Readonly<Record<string, unknown>>;
}

/** The names of a pattern's parameters: `"/newsrooms/:tenant"` has `"tenant"`. */
export type ParamNames<Pattern extends string> = Pattern extends `${infer Head}/${infer Tail}`
  ? ParamNames<Head> | ParamNames<Tail>
  : Pattern extends `:${infer Name}`
    ? Name
    : never;

export type Params<Pattern extends string> = Readonly<Record<ParamNames<Pattern>, string>>;

function read(): Place {
  const { pathname, search, hash } = window.location;
  const state: unknown = window.history.state;
  const held = typeof state === "object" && state !== null ? (state as Record<string, unknown>) : {};
  return { path: pathname, search, hash, state: held };
}

let place = read();
let moves = 0;
const listeners = new Set<() => void>();

function moved(): void {
  place = read();
  for (const listener of listeners) listener();
}

window.addEventListener("popstate", () => {
  moves += 1;
  moved();
});

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function usePlace(): Place {
  return useSyncExternalStore(subscribe, () => place);
}

export const currentPlace = (): Place => place;

/** Whether another page was open before this one: the first must not steal the focus. */
export const hasMoved = (): boolean => moves > 0;

export interface Move {
  replace?: boolean;
  state?: Record<string, unknown>;
}

/** Goes to a path of the dashboard, such as `to("users", { tenant })` makes. */
export function navigate(target: string, { replace = false, state = {} }: Move = {}): void {
  moves += 1;
  if (replace) {
    window.history.replaceState(state, "", target);
  } else {
    window.history.pushState(state, "", target);
    window.scrollTo(0, 0);
  }
  moved();
}

/** Puts something into this entry of the history, without going anywhere. */
export function keepInHistory(name: string, value: unknown): void {
  window.history.replaceState({ ...place.state, [name]: value }, "");
  moved();
}

/** Changes parameters of the query in place; an empty value removes one. */
export function setQuery(changes: Record<string, string | null>): void {
  const query = new URLSearchParams(place.search);
  for (const [name, value] of Object.entries(changes)) {
    if (value) query.set(name, value);
    else query.delete(name);
  }
  const text = query.toString();
  window.history.replaceState(place.state, "", `${place.path}${text && `?${text}`}`);
  moved();
}

/** The parameters of a path, decoded; `null` when the pattern doesn't have it. */
export function match(pattern: string, path: string): Record<string, string> | null {
  const names = pattern.split("/");
  const parts = path.length > 1 && path.endsWith("/") ? path.slice(0, -1).split("/") : path.split("/");
  if (names.length !== parts.length) return null;
  const params: Record<string, string> = {};
  for (const [index, name] of names.entries()) {
    const part = parts[index] ?? "";
    if (!name.startsWith(":")) {
      if (name !== part) return null;
      continue;
    }
    try {
      params[name.slice(1)] = decodeURIComponent(part);
    } catch {
      return null;
    }
    if (part === "") return null;
  }
  return params;
}

/** The path of a pattern with these parameters. */
export function fill<Pattern extends string>(pattern: Pattern, params: Params<Pattern>): string {
  const values = params as Record<string, string>;
  return pattern
    .split("/")
    .map((part) => (part.startsWith(":") ? encodeURIComponent(values[part.slice(1)] ?? "") : part))
    .join("/");
}

/** What follows `#` as parameters: links in letters have their secret there, where no server and no log sees it. */
export const hashParams = (hash: string): URLSearchParams => new URLSearchParams(hash.replace(/^#/, ""));
