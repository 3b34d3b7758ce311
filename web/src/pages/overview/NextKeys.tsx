import { Anchor, Group, Skeleton, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { api, ok } from "../../api/client";
import { Problem } from "../../api/problem";
import { Link } from "../../components/Link";
import { ProblemAlert } from "../../components/ProblemAlert";
import { Section } from "../../components/Section";
import { StatusBadge } from "../../components/StatusBadge";
import { TimeAgo } from "../../components/Time";
import { useNow } from "../../lib/useNow";
import { useTenant } from "../../lib/useTenant";
import { to } from "../../routes";
import { t } from "../../texts";
import { daysOf, type Key, nextStep } from "./next-step";
import classes from "./Overview.module.css";

const LIVING = ["active", "pending", "retiring"];

/** The keys that aren't ended, of all deployments: how old they are, and what comes next. */
export function NextKeys() {
  const tenant = useTenant();
  const keys = useQuery({
    queryKey: [...tenant.key, "signing-keys", "next"],
    queryFn: async () => {
      const path = { tenant: tenant.slug };
      const { data } = await ok(api.GET("/v1/tenants/{tenant}/deployments", { params: { path } }));
      const lists = await Promise.all(
        data.map(async ({ name, kind }) => {
          const page = await ok(
            api.GET("/v1/tenants/{tenant}/deployments/{deployment}/signing-keys", {
              params: { path: { ...path, deployment: name } },
            }),
          );
          return page.data
            .filter(({ state }) => LIVING.includes(state))
            .map((key) => ({ deployment: name, kind, key }));
        }),
      );
      return lists.flat();
    },
  });
  return (
    <Section
      title={t.overview.keys.title}
      actions={
        <Anchor component={Link} to={to("signingKeys", { tenant: tenant.slug })} size="sm" c="var(--accent-text)">
          {t.overview.keys.all}
        </Anchor>
      }
    >
      <ProblemAlert problem={keys.error ? Problem.from(keys.error) : null} retry={() => void keys.refetch()} />
      {keys.isPending && <Skeleton height={160} />}
      {keys.data?.length === 0 && (
        <Text size="sm" c="dimmed">
          {t.overview.keys.none}
        </Text>
      )}
      <ul className={classes.rows}>
        {keys.data?.map(({ deployment, kind, key }) => (
          <OneKey key={`${deployment} ${key.kid}`} deployment={deployment} coral={kind === "coral"} signingKey={key} />
        ))}
      </ul>
    </Section>
  );
}

function OneKey({ deployment, coral, signingKey }: { deployment: string; coral: boolean; signingKey: Key }) {
  const now = useNow();
  const next = nextStep(signingKey, now);
  return (
    <Stack gap={2} component="li">
      <Group gap="xs" justify="space-between">
        <Group gap="xs">
          <Text size="sm" ff="monospace" style={{ overflowWrap: "anywhere" }}>
            {signingKey.kid}
          </Text>
          <StatusBadge status={signingKey.state} label={t.signingKeys.states[signingKey.state] ?? signingKey.state} />
        </Group>
        <Text size="sm" c="dimmed">
          {t.overview.keys.days(daysOf(signingKey, now))}
        </Text>
      </Group>
      <Text size="sm" c="dimmed" style={{ overflowWrap: "anywhere" }}>
        {deployment} · {t.overview.keys[coral && next === "pending" ? "pendingCoral" : next]}{" "}
        {next === "wait" && <TimeAgo value={signingKey.safe_to_retire_at} />}
      </Text>
    </Stack>
  );
}
