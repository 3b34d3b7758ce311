import { Anchor, Button, CloseButton, Group, Menu, SegmentedControl, Stack, Text, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { type KeyboardEvent, lazy, Suspense, useEffect, useRef, useState } from "react";
import { api, ok } from "../../api/client";
import { type Column, DataTable } from "../../components/DataTable";
import { IconChevronDown, IconDownload, IconPlus, IconSearch, IconUpload } from "../../components/icons";
import { Link } from "../../components/Link";
import { Page } from "../../components/Page";
import { StatusBadge } from "../../components/StatusBadge";
import { TimeAgo } from "../../components/Time";
import { usePagedQuery } from "../../lib/queries";
import { useTenant } from "../../lib/useTenant";
import { setQuery, usePlace } from "../../router";
import { to } from "../../routes";
import { t } from "../../texts";
import type { Reader } from "./record";

const newUser = () => import("./NewUser");
const NewUser = lazy(newUser);

const TYPING = 200;

/** The directory of readers: searched as one types, page by page. */
export default function Users() {
  const tenant = useTenant();
  const query = new URLSearchParams(usePlace().search);
  const [typed, setTyped] = useState(query.get("q") ?? "");
  const [search] = useDebouncedValue(typed.trim(), TYPING);
  // The dialogue is drawn when it is first asked for.
  const [making, setMaking] = useState<boolean | null>(null);
  const shown = query.get("show") ?? "all";
  const admin = tenant.mayChange("admin");
  useEffect(() => setQuery({ q: search }), [search]);
  const list = usePagedQuery([...tenant.key, "users", { search, shown }], (cursor) =>
    ok(
      api.GET("/v1/tenants/{tenant}/users", {
        params: {
          path: { tenant: tenant.slug },
          query: {
            limit: 50,
            ...(search && { search }),
            ...(shown !== "all" && { disabled: shown === "disabled" }),
            ...cursor,
          },
        },
      }),
    ),
  );
  // Its code comes once the list is there: a server that is away by then takes nothing from what is being typed.
  const listed = list.rows !== undefined;
  useEffect(() => {
    if (listed && admin) newUser().catch(() => undefined);
  }, [listed, admin]);
  const box = useRef<HTMLDivElement>(null);
  const field = useRef<HTMLInputElement>(null);
  return (
    <Page
      title={t.users.title}
      lead={t.users.lead}
      actions={
        admin && (
          <>
            <Export />
            <Button
              component={Link}
              to={to("importUsers", { tenant: tenant.slug })}
              variant="default"
              leftSection={<IconUpload size={16} aria-hidden />}
            >
              {t.users.importFile}
            </Button>
            <Button onClick={() => setMaking(true)} leftSection={<IconPlus size={16} aria-hidden />}>
              {t.users.add}
            </Button>
          </>
        )
      }
    >
      <Stack gap="sm" ref={box} onKeyDown={(event) => walk(event, box.current, field.current)}>
        <Group gap="sm">
          <TextInput
            ref={field}
            type="search"
            aria-label={t.users.search}
            placeholder={t.users.searchHelp}
            title={t.users.searchHelp}
            value={typed}
            onChange={(event) => setTyped(event.currentTarget.value)}
            maxLength={255}
            spellCheck={false}
            autoComplete="off"
            leftSection={<IconSearch size={16} aria-hidden />}
            rightSection={
              typed && (
                <CloseButton
                  size="sm"
                  aria-label={t.users.clear}
                  onClick={() => {
                    setTyped("");
                    field.current?.focus();
                  }}
                />
              )
            }
            flex="1 1 18rem"
          />
          <SegmentedControl
            aria-label={t.users.shown}
            value={shown}
            onChange={(value) => setQuery({ show: value === "all" ? null : value })}
            data={[
              { value: "all", label: t.users.all },
              { value: "active", label: t.users.active },
              { value: "disabled", label: t.users.disabled },
            ]}
          />
        </Group>
        <DataTable
          label={t.users.title}
          columns={columns(tenant.slug)}
          rowKey={({ user }) => user.id}
          list={list}
          expected={8}
          empty={<NoReaders search={search} shown={shown} />}
        />
      </Stack>
      {making !== null && (
        <Suspense>
          <NewUser opened={making} close={() => setMaking(false)} />
        </Suspense>
      )}
    </Page>
  );
}

function columns(tenant: string): Column<Reader>[] {
  return [
    {
      head: t.users.username,
      cell: ({ user }) => (
        <Stack gap={0} maw={320}>
          <Anchor
            component={Link}
            to={to("user", { tenant, user: user.id })}
            size="sm"
            fw={550}
            c="var(--accent-text)"
            data-row
            style={{ overflowWrap: "anywhere" }}
          >
            {user.username || t.users.noName}
          </Anchor>
          <Text size="xs" c="dimmed" hiddenFrom="sm" style={{ overflowWrap: "anywhere" }}>
            {user.email}
          </Text>
        </Stack>
      ),
    },
    {
      head: t.users.id,
      cell: ({ user }) => (
        <Text size="sm" ff="monospace" maw={220} style={{ overflowWrap: "anywhere" }}>
          {user.id}
        </Text>
      ),
    },
    {
      head: t.users.email,
      wideOnly: true,
      cell: ({ user }) => (
        <Text size="sm" maw={280} style={{ overflowWrap: "anywhere" }}>
          {user.email}
        </Text>
      ),
    },
    {
      head: t.users.state,
      width: "7rem",
      cell: ({ disabled_at }) => <StatusBadge status={disabled_at ? "disabled" : "active"} />,
    },
    {
      head: t.users.updated,
      width: "9rem",
      wideOnly: true,
      cell: ({ updated_at }) => <TimeAgo value={updated_at} />,
    },
  ];
}

/** Up and down lead from row to row, and from the search into the rows. */
function walk(event: KeyboardEvent, box: HTMLElement | null, field: HTMLElement | null) {
  if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
  const links = Array.from(box?.querySelectorAll<HTMLElement>("[data-row]") ?? []);
  const here = links.indexOf(event.target as HTMLElement);
  if (here < 0 && event.target !== field) return;
  const next = event.key === "ArrowDown" ? links[here + 1] : here <= 0 ? field : links[here - 1];
  if (!next) return;
  event.preventDefault();
  next.focus();
}

function NoReaders({ search, shown }: { search: string; shown: string }) {
  if (search) return t.users.empty.noMatch(search);
  if (shown !== "all") return shown === "disabled" ? t.users.empty.noneDisabled : t.users.empty.noneActive;
  return (
    <>
      <Text fw={550} c="var(--mantine-color-text)">
        {t.users.empty.title}
      </Text>
      <Text size="sm">{t.users.empty.body}</Text>
    </>
  );
}

function Export() {
  const tenant = useTenant();
  const path = `/v1/tenants/${encodeURIComponent(tenant.slug)}/users/export`;
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <Button
          variant="default"
          leftSection={<IconDownload size={16} aria-hidden />}
          rightSection={<IconChevronDown size={14} aria-hidden />}
        >
          {t.users.exportAll}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {/* The browser writes it to the disk as it comes, however many readers there are. */}
        <Menu.Item component="a" href={`${path}?format=csv`} download>
          {t.users.exportCsv}
        </Menu.Item>
        <Menu.Item component="a" href={`${path}?format=ndjson`} download>
          {t.users.exportNdjson}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
