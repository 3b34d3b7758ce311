import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { api, ok } from "../../api/client";
import { useTenant } from "../../lib/useTenant";
import type { Span, UsagePage } from "./usage";

const MINUTE = 60_000;

/** What is shown, with the steps that belong to it: while another time loads, the one before stays. */
export interface Shown {
  page: UsagePage;
  span: Span;
}

/** Reads a newsroom's usage, and keeps it up to date. `name` tells the times apart. */
export function useUsage(name: string, span: () => Span | null) {
  const tenant = useTenant();
  return useQuery({
    queryKey: [...tenant.key, "usage", name],
    placeholderData: keepPreviousData,
    refetchInterval: MINUTE,
    enabled: span() !== null,
    queryFn: async (): Promise<Shown> => {
      const asked = span() as Span;
      const page = await ok(
        api.GET("/v1/tenants/{tenant}/usage", {
          params: {
            path: { tenant: tenant.slug },
            query: { by: asked.by, from: asked.from.toISOString(), to: asked.to.toISOString() },
          },
        }),
      );
      return { page, span: asked };
    },
  });
}
