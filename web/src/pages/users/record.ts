/** A reader's record: what is known of it, and what has changed in it. */
import type { Schema } from "../../api/client";

export type Reader = Schema<"DirectoryUser">;
export type Json = null | boolean | number | string | Json[] | { [name: string]: Json };
export type ReaderRecord = { [name: string]: Json };

/** The members that have a field of their own, in the order in which they are shown. */
export const KNOWN = [
  "username",
  "email",
  "email_verified",
  "role",
  "badges",
  "url",
  "avatar",
  "member_since",
] as const;
export const ROLES = ["COMMENTER", "MEMBER", "STAFF", "MODERATOR", "ADMIN"] as const;

const isObject = (value: Json | undefined): value is ReaderRecord =>
  typeof value === "object" && value !== null && !Array.isArray(value);

export function same(one: Json | undefined, other: Json | undefined): boolean {
  if (one === other) return true;
  if (Array.isArray(one) && Array.isArray(other)) {
    return one.length === other.length && one.every((item, index) => same(item, other[index]));
  }
  if (!isObject(one) || !isObject(other)) return false;
  const names = Object.keys(one);
  return (
    names.length === Object.keys(other).length &&
    names.every((name) => Object.hasOwn(other, name) && same(one[name], other[name]))
  );
}

/** The merge patch (RFC 7396) that makes one record of another: only what differs, and `null` for what is gone. */
export function mergePatch(before: ReaderRecord, after: ReaderRecord): ReaderRecord {
  const patch: [string, Json][] = [];
  for (const name of Object.keys(before)) {
    // A member that is null already is as good as gone.
    if (!Object.hasOwn(after, name) && before[name] !== null) patch.push([name, null]);
  }
  for (const [name, value] of Object.entries(after)) {
    const was = Object.hasOwn(before, name) ? before[name] : undefined;
    if (same(was, value) || (was === undefined && value === null)) continue;
    patch.push([name, isObject(was) && isObject(value) ? mergePatch(was, value) : value]);
  }
  return Object.fromEntries(patch);
}

/** The members that differ, by name. */
export const changedMembers = (before: ReaderRecord, after: ReaderRecord): string[] =>
  [...new Set([...Object.keys(before), ...Object.keys(after)])].filter((name) => !same(before[name], after[name]));

/** What no field shows: the newsroom's own members. */
export function otherMembers(record: ReaderRecord): ReaderRecord {
  const known: readonly string[] = ["id", ...KNOWN];
  return Object.fromEntries(Object.entries(record).filter(([name]) => !known.includes(name)));
}

/** The record's fields as a form has them. */
export interface RecordForm extends Record<string, unknown> {
  username: string;
  email: string;
  email_verified: string;
  role: string;
  badges: string[];
  url: string;
  avatar: string;
  member_since: string;
  other: string;
}

const text = (value: Json | undefined): string =>
  value === null || value === undefined ? "" : typeof value === "string" ? value : JSON.stringify(value);

export function toForm(record: ReaderRecord): RecordForm {
  const others = otherMembers(record);
  const { badges } = record;
  return {
    username: text(record.username),
    email: text(record.email),
    email_verified: text(record.email_verified),
    role: text(record.role),
    badges: Array.isArray(badges) ? badges.map(text) : [],
    url: text(record.url),
    avatar: text(record.avatar),
    member_since: text(record.member_since),
    other: Object.keys(others).length === 0 ? "" : JSON.stringify(others, null, 2),
  };
}

/** The other members as they were typed; `null` when it isn't a JSON object. */
export function readOthers(typed: string): ReaderRecord | null {
  if (typed.trim() === "") return {};
  try {
    const value = JSON.parse(typed) as Json;
    return isObject(value) ? value : null;
  } catch {
    return null;
  }
}

/** The record that a form makes of the one it began with. What wasn't touched stays as it was. */
export function fromForm(before: ReaderRecord, values: RecordForm): ReaderRecord {
  const began = toForm(before);
  const record: ReaderRecord = {};
  const put = (name: string, value: Json | undefined) => {
    if (value !== undefined) record[name] = value;
  };
  put("id", before.id);
  for (const name of KNOWN) {
    const value = values[name];
    if (same(value as Json, began[name] as Json)) put(name, before[name]);
    else if (value.length > 0) put(name, typed(name, value));
  }
  return { ...record, ...(readOthers(values.other) ?? otherMembers(before)) };
}

function typed(name: (typeof KNOWN)[number], value: string | string[]): Json {
  if (typeof value !== "string") return value;
  if (name === "email_verified") return value === "true";
  return name === "member_since" && /^-?\d+$/.test(value.trim()) ? Number(value) : value.trim();
}

/** Ids are whatever the newsroom likes; two of them would be other routes. */
export function userPath(pathname: string, params: Record<string, unknown>): string {
  return pathname.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = String(params[name]);
    const encoded = encodeURIComponent(value);
    if (name !== "user" || !["import", "export"].includes(value)) return encoded;
    return `%${value.charCodeAt(0).toString(16)}${value.slice(1)}`;
  });
}
