import { Stack, Text, UnstyledButton } from "@mantine/core";
import { useState } from "react";
import type { Schema } from "../../api/client";
import { type Column, DataTable } from "../../components/DataTable";
import { When } from "../../components/Time";
import { type ListPage, usePagedQuery } from "../../lib/queries";
import { usePlace } from "../../router";
import { t } from "../../texts";
import { actionName } from "./action-name";
import { useActors } from "./actors";
import { EventDialogue } from "./EventDialogue";
import { Filter } from "./Filter";
import { filterOf, queryOf } from "./filters";

export type AuditEvent = Schema<"AuditEvent">;
type Query = ReturnType<typeof queryOf> & { cursor?: string; limit: number };

interface EventLogProps {
  label: string;
  queryKey: readonly unknown[];
  read: (query: Query) => Promise<ListPage<AuditEvent>>;
  groups?: readonly string[];
}

/** A log with its filter; each event opens. */
export function EventLog({ label, queryKey, read, groups }: EventLogProps) {
  const [opened, setOpened] = useState<AuditEvent | null>(null);
  const actors = useActors();
  const filter = filterOf(usePlace().search);
  const list = usePagedQuery([...queryKey, filter], (cursor) => read({ ...queryOf(filter), limit: 50, ...cursor }));
  const columns: Column<AuditEvent>[] = [
    {
      head: t.audit.list.action,
      cell: (event) => (
        <>
          <UnstyledButton
            onClick={() => setOpened(event)}
            aria-label={t.audit.list.open(actionName(event.action), event.sequence)}
          >
            <Text size="sm" fw={550} c="var(--accent-text)" miw={130}>
              {actionName(event.action)}
            </Text>
          </UnstyledButton>
          <Text size="xs" c="dimmed" hiddenFrom="sm">
            <When value={event.at} />
          </Text>
        </>
      ),
    },
    {
      head: t.audit.list.actor,
      cell: ({ actor }) => (
        <Text size="sm" maw={240} miw={110} style={{ overflowWrap: "anywhere" }}>
          {actors.name(actor)}
        </Text>
      ),
    },
    {
      head: t.audit.list.target,
      cell: ({ target }) => (
        <Text size="xs" ff="monospace" c="dimmed" maw={300} truncate title={target}>
          {target}
        </Text>
      ),
      wideOnly: true,
    },
    { head: t.audit.list.at, cell: ({ at }) => <When value={at} />, width: "14rem", wideOnly: true },
  ];
  return (
    <Stack>
      <Filter filter={filter} actors={actors} {...(groups && { groups })} />
      <DataTable
        label={label}
        columns={columns}
        rowKey={({ sequence }) => String(sequence)}
        list={list}
        empty={Object.values(filter).some(Boolean) ? t.audit.emptyFiltered : t.audit.empty}
      />
      {opened && <EventDialogue event={opened} actors={actors} close={() => setOpened(null)} />}
    </Stack>
  );
}
