import { ActionIcon, Button, Group, Menu, Stack, Text } from "@mantine/core";
import { useState } from "react";
import { api, ok, type Schema } from "../../api/client";
import { type Column, DataTable } from "../../components/DataTable";
import { IconDots, IconPlus } from "../../components/icons";
import { Page } from "../../components/Page";
import { StatusBadge } from "../../components/StatusBadge";
import { TimeAgo } from "../../components/Time";
import { usePagedQuery } from "../../lib/queries";
import { useTenant } from "../../lib/useTenant";
import { t } from "../../texts";
import { NewKey } from "./NewKey";
import { Revoke } from "./Revoke";
import { Rotate } from "./Rotate";
import { inWords } from "./scopes";

export type ApiKey = Schema<"ApiKeyOut">;
type Doing = { what: "rotate" | "revoke"; key: ApiKey };

/** Which programs may ask for tokens, and for what else. */
export default function ApiKeys() {
  const tenant = useTenant();
  const [making, setMaking] = useState(false);
  const [doing, setDoing] = useState<Doing | null>(null);
  const mayChange = tenant.may("admin") && !tenant.suspended;
  const path = { tenant: tenant.slug };
  const list = usePagedQuery([...tenant.key, "api-keys"], (cursor) =>
    ok(api.GET("/v1/tenants/{tenant}/api-keys", { params: { path, query: { limit: 50, ...cursor } } })),
  );
  const make = (
    <Button onClick={() => setMaking(true)} leftSection={<IconPlus size={16} aria-hidden />}>
      {t.apiKeys.create}
    </Button>
  );
  const columns: Column<ApiKey>[] = [
    { head: t.apiKeys.list.name, cell: (key) => <Name apiKey={key} /> },
    {
      head: t.apiKeys.list.may,
      cell: ({ scopes }) => (
        <Text size="sm" maw={320} miw={140}>
          {inWords(scopes)}
        </Text>
      ),
      wideOnly: true,
    },
    {
      head: t.apiKeys.list.deployments,
      cell: ({ deployments }) => deployments?.join(", ") ?? t.apiKeys.list.all,
      wideOnly: true,
    },
    { head: t.apiKeys.list.lastUsed, cell: ({ last_used_at }) => <TimeAgo value={last_used_at} /> },
    { head: t.apiKeys.list.ends, cell: ({ expires_at }) => <TimeAgo value={expires_at} />, wideOnly: true },
    { head: t.apiKeys.list.state, cell: ({ state }) => <StatusBadge status={state} /> },
  ];
  if (mayChange) {
    columns.push({
      head: t.common.actions,
      quiet: true,
      align: "right",
      cell: (key) => key.state === "active" && <Actions apiKey={key} open={(what) => setDoing({ what, key })} />,
    });
  }
  return (
    <Page title={t.apiKeys.title} lead={t.apiKeys.lead} actions={mayChange && make}>
      <DataTable
        label={t.apiKeys.title}
        columns={columns}
        rowKey={({ id }) => id}
        list={list}
        expected={2}
        empty={
          <>
            <Text fw={550} c="var(--mantine-color-text)">
              {t.apiKeys.empty}
            </Text>
            <Text size="sm">{t.apiKeys.emptyMore}</Text>
          </>
        }
      />
      <NewKey opened={making} close={() => setMaking(false)} />
      {doing?.what === "rotate" && <Rotate apiKey={doing.key} close={() => setDoing(null)} />}
      {doing?.what === "revoke" && <Revoke apiKey={doing.key} close={() => setDoing(null)} />}
    </Page>
  );
}

function Name({ apiKey: { name, tail } }: { apiKey: ApiKey }) {
  return (
    <Stack gap={0} maw={240} miw={110}>
      <Text size="sm" fw={550} style={{ overflowWrap: "anywhere" }}>
        {name}
      </Text>
      <Text size="xs" c="dimmed" ff="monospace">
        …{tail}
      </Text>
    </Stack>
  );
}

function Actions({ apiKey, open }: { apiKey: ApiKey; open: (what: Doing["what"]) => void }) {
  return (
    <Group justify="flex-end">
      <Menu position="bottom-end">
        <Menu.Target>
          <ActionIcon variant="subtle" color="gray" aria-label={t.apiKeys.list.actionsOf(apiKey.name)}>
            <IconDots size={18} aria-hidden />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item onClick={() => open("rotate")}>{t.apiKeys.rotate.action}…</Menu.Item>
          <Menu.Item onClick={() => open("revoke")} c="var(--mantine-color-error)">
            {t.apiKeys.revoke.action}…
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
    </Group>
  );
}
