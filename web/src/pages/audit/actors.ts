import { useQuery } from "@tanstack/react-query";
import { api, ok } from "../../api/client";
import { useMe } from "../../auth/session";
import { useMaybeTenant } from "../../lib/useTenant";
import { t } from "../../texts";

export interface Actors {
  /** Those that are known by name, to choose from. */
  known: readonly { value: string; label: string }[];
  name: (actor: string) => string;
}

/** Whoever may be behind an event, by name where there is one. */
export function useActors(): Actors {
  const { account } = useMe();
  const tenant = useMaybeTenant();
  const path = { tenant: tenant?.slug ?? "" };
  const query = { limit: 200 };
  const members = useQuery({
    queryKey: [...(tenant?.key ?? []), "members", "names"],
    queryFn: () => ok(api.GET("/v1/tenants/{tenant}/members", { params: { path, query } })),
    enabled: tenant !== null,
  });
  const keys = useQuery({
    queryKey: [...(tenant?.key ?? []), "api-keys", "names"],
    queryFn: () => ok(api.GET("/v1/tenants/{tenant}/api-keys", { params: { path, query } })),
    enabled: tenant !== null,
  });
  const names = new Map<string, string>([[`account:${account.id}`, t.audit.actors.you(account.name)]]);
  for (const { id, name } of members.data?.data ?? []) {
    if (id !== account.id) names.set(`account:${id}`, name);
  }
  for (const { id, name, tail } of keys.data?.data ?? []) {
    names.set(`api_key:${id}`, `${t.audit.actors.apiKey(name)} …${tail}`);
  }
  return {
    known: [...names].map(([value, label]) => ({ value, label })),
    name: (actor) => names.get(actor) ?? otherwise(actor),
  };
}

/** An actor whose name isn't to be had: an account that has left, or somebody at a terminal. */
export function otherwise(actor: string): string {
  const [kind, ...rest] = actor.split(":");
  if (kind === "operator") return t.audit.actors.operator(rest.join(":"));
  if (kind === "account") return t.audit.actors.account;
  if (kind === "api_key") return t.audit.actors.apiKey(null);
  if (kind === "server") return t.audit.actors.server;
  return actor;
}
