import { Alert, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { api, ok } from "../api/client";
import type { Tenant } from "../lib/useTenant";
import { t } from "../texts";

/** That a newsroom is suspended, and why: its own log says that to its admins. */
export function Suspended({ tenant }: { tenant: Tenant }) {
  const last = useQuery({
    queryKey: [...tenant.key, "audit", "suspended"],
    enabled: tenant.may("admin"),
    queryFn: async () => {
      const query = { action: "tenant.suspend", limit: 1 };
      const path = { tenant: tenant.slug };
      return (await ok(api.GET("/v1/tenants/{tenant}/audit-events", { params: { path, query } }))).data[0] ?? null;
    },
  });
  const reason = (last.data?.detail as { reason?: unknown } | undefined)?.reason;
  return (
    <Alert color="orange" mb="md">
      {t.shell.suspended}
      {tenant.may("admin") && (
        // Its line is there before the reason is: nothing jumps.
        <Text size="sm" mt={4} mih="1.55em" style={{ overflowWrap: "anywhere" }}>
          {typeof reason === "string" && t.shell.suspendedReason(reason)}
        </Text>
      )}
    </Alert>
  );
}
