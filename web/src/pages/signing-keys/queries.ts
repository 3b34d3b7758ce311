import { useQuery } from "@tanstack/react-query";
import { api, ok, type Schema } from "../../api/client";
import { type Tenant, useTenant } from "../../lib/useTenant";
import { deploymentsKey } from "../deployments/queries";

export type SigningKey = Schema<"SigningKeyOut">;

const MINUTE = 60_000;

export const keysKey = (tenant: Pick<Tenant, "key">, deployment: string) =>
  [...tenant.key, "signing-keys", deployment] as const;

/** What has to be read anew after a change of a deployment's keys. */
export const afterKeyChange = (tenant: Tenant, deployment: string) => [
  keysKey(tenant, deployment),
  deploymentsKey(tenant),
];

/** A deployment's keys, the newest first. When they were last seen changes all the time. */
export function useKeys(deployment: string) {
  const tenant = useTenant();
  return useQuery({
    queryKey: [...keysKey(tenant, deployment), "all"],
    queryFn: async () =>
      (
        await ok(
          api.GET("/v1/tenants/{tenant}/deployments/{deployment}/signing-keys", {
            params: { path: { tenant: tenant.slug, deployment }, query: { limit: 100 } },
          }),
        )
      ).data,
    refetchInterval: MINUTE,
  });
}

/** How far the rotation has come. */
export function useRotation(deployment: string) {
  const tenant = useTenant();
  return useQuery({
    queryKey: [...keysKey(tenant, deployment), "rotation"],
    queryFn: () =>
      ok(
        api.GET("/v1/tenants/{tenant}/deployments/{deployment}/rotation", {
          params: { path: { tenant: tenant.slug, deployment } },
        }),
      ),
    refetchInterval: MINUTE,
  });
}

export const hasEnded = ({ state }: SigningKey): boolean => state === "retired" || state === "revoked";
