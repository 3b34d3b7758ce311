/** Newsrooms in another order than the API has. It has one only, so that is for a list that is here as a whole. */
import type { Schema } from "../../api/client";
import { locale } from "../../lib/format";

type Tenant = Schema<"PlatformTenantOut">;

export type Sort = "" | "name" | "newest" | "oldest" | "suspended";
export const SORTS: readonly Sort[] = ["", "name", "newest", "oldest", "suspended"];

export function sorted(rows: readonly Tenant[], sort: Sort): Tenant[] {
  const names = new Intl.Collator(locale(), { numeric: true, sensitivity: "base" });
  const made = ({ created_at }: Tenant) => Date.parse(created_at);
  const orders: Record<Sort, (one: Tenant, other: Tenant) => number> = {
    "": () => 0,
    name: (one, other) => names.compare(one.name, other.name),
    newest: (one, other) => made(other) - made(one),
    oldest: (one, other) => made(one) - made(other),
    suspended: (one, other) => Number(other.status === "suspended") - Number(one.status === "suspended"),
  };
  return rows.toSorted(orders[sort]);
}
