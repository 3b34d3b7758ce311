import { useQuery } from "@tanstack/react-query";
import { api, ok, type Schema, versioned } from "../../api/client";
import { type Tenant, useTenant } from "../../lib/useTenant";

export type Deployment = Schema<"DeploymentOut">;

export const deploymentsKey = (tenant: Pick<Tenant, "key">) => [...tenant.key, "deployments"] as const;

/** All of them: a newsroom has a handful. */
export function useDeployments() {
  const tenant = useTenant();
  return useQuery({
    queryKey: [...deploymentsKey(tenant), "all"],
    queryFn: async () =>
      (
        await ok(
          api.GET("/v1/tenants/{tenant}/deployments", {
            params: { path: { tenant: tenant.slug }, query: { limit: 200 } },
          }),
        )
      ).data,
  });
}

/** One, with its version. */
export function useDeployment(deployment: string) {
  const tenant = useTenant();
  return useQuery({
    queryKey: [...deploymentsKey(tenant), "one", deployment],
    queryFn: () =>
      versioned(
        api.GET("/v1/tenants/{tenant}/deployments/{deployment}", {
          params: { path: { tenant: tenant.slug, deployment } },
        }),
      ),
  });
}

/** The path of a deployment's signing keys. */
export const keysPath = (path: string, deployment: string): string =>
  `${path}?${new URLSearchParams({ deployment }).toString()}`;
