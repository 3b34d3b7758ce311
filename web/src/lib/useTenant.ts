import { useMe } from "../auth/session";
import { usePlace } from "../router";
import { find } from "../routes";

export type Role = "viewer" | "admin" | "owner";
const RANK: Record<Role, number> = { viewer: 0, admin: 1, owner: 2 };

export interface Tenant {
  slug: string;
  name: string;
  role: Role;
  suspended: boolean;
  /** Whether the role suffices: `may("admin")`. The server asks again; this only decides what is offered. */
  may: (role: Role) => boolean;
  /** Whether the role suffices to change something: a suspended newsroom is only read, and secrets of it aren't shown. */
  mayChange: (role: Role) => boolean;
  /** The beginning of the query keys of all that is the newsroom's. */
  key: readonly ["tenant", string];
}

/** The newsroom of the path; `null` where there is none, or the account isn't a member. */
export function useMaybeTenant(): Tenant | null {
  const me = useMe();
  const slug = find(usePlace().path)?.params.tenant;
  const membership = me.memberships.find(({ tenant }) => tenant === slug);
  if (!membership) return null;
  const role = membership.role as Role;
  const suspended = membership.status === "suspended";
  const may = (needed: Role) => RANK[role] >= RANK[needed];
  return {
    slug: membership.tenant,
    name: membership.name,
    role,
    suspended,
    may,
    mayChange: (needed) => !suspended && may(needed),
    key: ["tenant", membership.tenant],
  };
}

/** The newsroom of the path, on its members' pages. */
export function useTenant(): Tenant {
  const tenant = useMaybeTenant();
  if (!tenant) throw new Error("this page belongs to a newsroom");
  return tenant;
}

/** A parameter of the path: `useParam("user")`. */
export function useParam(name: string): string {
  const value = find(usePlace().path)?.params[name];
  if (value === undefined) throw new Error(`the path has no ${name}`);
  return value;
}
