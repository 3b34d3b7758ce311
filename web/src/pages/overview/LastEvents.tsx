import { Anchor, Group, Skeleton, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { api, ok } from "../../api/client";
import { Problem } from "../../api/problem";
import { Link } from "../../components/Link";
import { ProblemAlert } from "../../components/ProblemAlert";
import { Section } from "../../components/Section";
import { TimeAgo } from "../../components/Time";
import { useTenant } from "../../lib/useTenant";
import { to } from "../../routes";
import { t } from "../../texts";
import { actionName } from "../audit/action-name";
import { useActors } from "../audit/actors";
import classes from "./Overview.module.css";

const EVENTS = 6;

/** What was done last, and by whom. */
export function LastEvents() {
  const tenant = useTenant();
  const actors = useActors();
  const events = useQuery({
    queryKey: [...tenant.key, "audit", "last"],
    queryFn: () =>
      ok(
        api.GET("/v1/tenants/{tenant}/audit-events", {
          params: { path: { tenant: tenant.slug }, query: { limit: EVENTS } },
        }),
      ),
  });
  const rows = events.data?.data;
  return (
    <Section
      title={t.overview.audit.title}
      actions={
        <Anchor component={Link} to={to("audit", { tenant: tenant.slug })} size="sm" c="var(--accent-text)">
          {t.overview.audit.all}
        </Anchor>
      }
    >
      <ProblemAlert problem={events.error ? Problem.from(events.error) : null} retry={() => void events.refetch()} />
      {events.isPending && <Skeleton height={160} />}
      {rows?.length === 0 && (
        <Text size="sm" c="dimmed">
          {t.overview.audit.none}
        </Text>
      )}
      <ul className={classes.rows}>
        {rows?.map(({ sequence, action, actor, at }) => (
          <Group key={sequence} component="li" justify="space-between" gap="sm" wrap="nowrap">
            <Group gap="4px 10px" style={{ minWidth: 0 }}>
              <Text size="sm" fw={550} style={{ overflowWrap: "anywhere" }}>
                {actionName(action)}
              </Text>
              <Text size="sm" c="dimmed">
                {actors.name(actor)}
              </Text>
            </Group>
            <Text size="sm" c="dimmed" style={{ whiteSpace: "nowrap" }}>
              <TimeAgo value={at} />
            </Text>
          </Group>
        ))}
      </ul>
    </Section>
  );
}
