import { Anchor, Group, Modal, ScrollArea, Stack, Table, Text } from "@mantine/core";
import type { ReactNode } from "react";
import { CopyValue } from "../../components/Copy";
import { When } from "../../components/Time";
import { setQuery } from "../../router";
import { t } from "../../texts";
import { actionName } from "./action-name";
import type { Actors } from "./actors";
import { explain } from "./diff";
import type { AuditEvent } from "./EventLog";

const texts = t.audit.event;

/** All that an event says. */
export function EventDialogue({ event, actors, close }: { event: AuditEvent; actors: Actors; close: () => void }) {
  const only = (filter: Record<string, string>) => () => {
    close();
    setQuery(filter);
  };
  return (
    <Modal
      opened
      onClose={close}
      size="lg"
      title={`${texts.title(event.sequence)}: ${actionName(event.action)}`}
      closeButtonProps={{ "aria-label": t.common.close }}
    >
      <Stack>
        <Fact head={t.audit.list.at}>
          <When value={event.at} />
        </Fact>
        <Fact head={t.audit.list.actor}>
          {actors.name(event.actor)}
          <Only filter={only({ actor: event.actor })}>{texts.onlyActor}</Only>
        </Fact>
        <Fact head={t.audit.list.target}>
          <CopyValue value={event.target} label={texts.targetId} />
          <Only filter={only({ target: event.target })}>{texts.onlyTarget}</Only>
        </Fact>
        {event.action.startsWith("user.") && (
          <Text size="xs" c="dimmed">
            {texts.readersNote}
          </Text>
        )}
        <DetailTable detail={event.detail as Record<string, unknown>} />
        <Fact head={texts.hash}>
          <Text size="xs" c="dimmed" ff="monospace" style={{ overflowWrap: "anywhere" }}>
            {event.hash}
          </Text>
        </Fact>
      </Stack>
    </Modal>
  );
}

function Fact({ head, children }: { head: string; children: ReactNode }) {
  return (
    <Group gap="xs" align="baseline">
      <Text size="sm" c="dimmed" w={80}>
        {head}
      </Text>
      <Group gap="xs" style={{ flex: 1, minWidth: 180 }}>
        {children}
      </Group>
    </Group>
  );
}

function Only({ filter, children }: { filter: () => void; children: string }) {
  return (
    <Anchor component="button" type="button" size="sm" onClick={filter}>
      {children}
    </Anchor>
  );
}

function DetailTable({ detail }: { detail: Record<string, unknown> }) {
  const { kind, lines, unchanged } = explain(detail);
  if (lines.length === 0)
    return (
      <Text size="sm" c="dimmed">
        {texts.noDetail}
      </Text>
    );
  const change = kind === "change";
  return (
    <Stack gap="xs">
      <ScrollArea type="auto" viewportProps={{ tabIndex: 0, role: "group", "aria-label": texts.field }}>
        <Table withTableBorder verticalSpacing="xs">
          <Table.Thead>
            <Table.Tr>
              <Table.Th scope="col">{texts.field}</Table.Th>
              {change && <Table.Th scope="col">{texts.before}</Table.Th>}
              <Table.Th scope="col">{change ? texts.after : texts.value}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {lines.map(({ field, before, after }) => (
              <Table.Tr key={field}>
                <Table.Td>
                  <Text size="xs" ff="monospace">
                    {field || texts.value.toLowerCase()}
                  </Text>
                </Table.Td>
                {change && <Table.Td>{before !== undefined && <Value struck>{before}</Value>}</Table.Td>}
                <Table.Td>
                  <Value>{after}</Value>
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </ScrollArea>
      {unchanged > 0 && (
        <Text size="xs" c="dimmed">
          {texts.unchanged(unchanged)}
        </Text>
      )}
    </Stack>
  );
}

function Value({ children, struck = false }: { children: string; struck?: boolean }) {
  return (
    <Text
      size="sm"
      miw={90}
      {...(struck && { c: "dimmed" })}
      style={{ overflowWrap: "anywhere", whiteSpace: "pre-wrap" }}
    >
      {children === "" ? texts.nothing : children}
    </Text>
  );
}
