import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { api, ok, type Schema } from "../../api/client";
import { queryClient } from "../../lib/queries";
import { type Tenant, useTenant } from "../../lib/useTenant";
import { keysKey } from "../signing-keys/queries";
import { deploymentsKey } from "./queries";

export type CoralRotation = Schema<"CoralRotationOut">;
export type CoralPlan = Schema<"CoralRotationPlanOut">;

const SECOND = 1000;
const MINUTE = 60 * SECOND;

export const rotationsKey = (tenant: Pick<Tenant, "key">, deployment: string) =>
  [...tenant.key, "coral-rotations", deployment] as const;

/** Whether it isn't at its end: no other begins before. */
export const isOpen = ({ state }: CoralRotation): boolean => state === "running" || state === "interrupted";

/** The newest rotation, `null` where there was none; kept up with while somebody works on it. */
export function useNewestRotation(deployment: string) {
  const tenant = useTenant();
  const path = { tenant: tenant.slug, deployment };
  const key = rotationsKey(tenant, deployment);
  const newest = useQuery({
    queryKey: [...key, "newest"],
    queryFn: async () => {
      const page = await ok(
        api.GET("/v1/tenants/{tenant}/deployments/{deployment}/coral-rotations", {
          params: { path, query: { limit: 1 } },
        }),
      );
      return page.data[0] ?? null;
    },
    refetchInterval: MINUTE,
  });
  const id = newest.data && isOpen(newest.data) ? newest.data.id : null;
  const open = useQuery({
    queryKey: [...key, "one", id],
    enabled: id !== null,
    queryFn: () =>
      ok(
        api.GET("/v1/tenants/{tenant}/deployments/{deployment}/coral-rotations/{rotation}", {
          params: { path: { ...path, rotation: id ?? "" } },
        }),
      ),
    refetchInterval: ({ state }) => (state.data?.state === "running" ? SECOND : MINUTE),
  });
  // Once it is at its end the keys are others, and so is the list.
  const state = open.data?.state;
  const before = useRef(state);
  const { slug } = tenant;
  useEffect(() => {
    if (before.current === "running" && state !== undefined && state !== "running") {
      const at = { key: ["tenant", slug] as const };
      for (const queryKey of [rotationsKey(at, deployment), keysKey(at, deployment), deploymentsKey(at)]) {
        void queryClient.invalidateQueries({ queryKey });
      }
    }
    before.current = state;
  }, [state, slug, deployment]);
  return { newest, rotation: id !== null && open.data ? open.data : newest.data };
}

/** What has to be read anew after a rotation was begun, resumed or given up. */
export const afterRotationChange = (tenant: Tenant, deployment: string) => [rotationsKey(tenant, deployment)];
