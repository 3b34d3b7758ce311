import { Badge, Button, Group, Text } from "@mantine/core";
import { api, ok, type Schema } from "../../api/client";
import { type Column, DataTable } from "../../components/DataTable";
import { ProblemAlert } from "../../components/ProblemAlert";
import { Section } from "../../components/Section";
import { TimeAgo } from "../../components/Time";
import { usePagedQuery } from "../../lib/queries";
import { useChange } from "../../lib/useChange";
import { t } from "../../texts";
import { browserName } from "./browser";

type Session = Schema<"SessionEntry">;

export const SESSIONS = ["sessions"] as const;

/** Where one is logged in. */
export function Sessions() {
  const list = usePagedQuery(SESSIONS, () => ok(api.GET("/v1/sessions")));
  const end = useChange({
    invalidate: [SESSIONS],
    said: t.account.sessions.ended,
    run: (session: string) => ok(api.DELETE("/v1/sessions/{session}", { params: { path: { session } } })),
  });
  const endOthers = useChange({
    invalidate: [SESSIONS],
    said: t.account.sessions.othersEnded,
    run: () => ok(api.DELETE("/v1/sessions")),
  });
  const columns: Column<Session>[] = [
    {
      head: t.account.sessions.browser,
      cell: ({ user_agent, current }) => (
        <Group gap="xs">
          <Text size="sm" title={user_agent}>
            {browserName(user_agent)}
          </Text>
          {current && (
            <Badge size="sm" variant="light" tt="none" fw={550} radius="sm">
              {t.account.sessions.current}
            </Badge>
          )}
        </Group>
      ),
    },
    { head: t.account.sessions.address, cell: ({ address }) => address, wideOnly: true },
    { head: t.account.sessions.lastSeen, cell: ({ last_seen_at }) => <TimeAgo value={last_seen_at} /> },
    {
      head: t.common.actions,
      quiet: true,
      align: "right",
      cell: ({ id, current, user_agent }) =>
        !current && (
          <Button
            size="compact-sm"
            variant="default"
            onClick={() => end.send(id)}
            disabled={end.busy}
            aria-label={t.account.sessions.endOf(browserName(user_agent))}
          >
            {t.account.sessions.end}
          </Button>
        ),
    },
  ];
  const others = (list.rows?.length ?? 0) > 1;
  return (
    <Section
      title={t.account.sessions.title}
      lead={t.account.sessions.lead}
      actions={
        others && (
          <Button variant="default" size="xs" onClick={() => endOthers.send()} loading={endOthers.busy}>
            {t.account.sessions.endOthers}
          </Button>
        )
      }
    >
      <ProblemAlert problem={end.problem ?? endOthers.problem} />
      <DataTable label={t.account.sessions.title} columns={columns} rowKey={({ id }) => id} list={list} expected={1} />
    </Section>
  );
}
