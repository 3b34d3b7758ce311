import { Skeleton, Stack } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { api, versioned } from "../../api/client";
import { Problem } from "../../api/problem";
import { Page } from "../../components/Page";
import { ProblemAlert } from "../../components/ProblemAlert";
import { useTenant } from "../../lib/useTenant";
import { t } from "../../texts";
import { SettingsForm } from "./SettingsForm";

/** What holds for the whole newsroom. */
export default function Settings() {
  const tenant = useTenant();
  const settings = useQuery({
    queryKey: [...tenant.key, "settings", "form"],
    queryFn: () => versioned(api.GET("/v1/tenants/{tenant}/settings", { params: { path: { tenant: tenant.slug } } })),
    // The form begins with what is true when it is opened, and keeps that: a later version is met on saving.
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
  });
  return (
    <Page
      title={t.settings.title}
      lead={tenant.may("admin") ? t.settings.lead : `${t.settings.lead} ${t.settings.adminsOnly}`}
    >
      <Stack>
        {settings.data ? (
          <SettingsForm {...settings.data} />
        ) : settings.error ? (
          <ProblemAlert problem={Problem.from(settings.error)} retry={() => void settings.refetch()} />
        ) : (
          [220, 200, 130, 260].map((height) => <Skeleton key={height} height={height} radius="md" />)
        )}
      </Stack>
    </Page>
  );
}
