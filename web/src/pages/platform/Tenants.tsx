import { Anchor, Group, SegmentedControl, Select, Stack, Text, TextInput } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { useState } from "react";
import { api, ok, type Schema } from "../../api/client";
import { type Column, DataTable } from "../../components/DataTable";
import { IconSearch } from "../../components/icons";
import { Link } from "../../components/Link";
import { Page } from "../../components/Page";
import { StatusBadge } from "../../components/StatusBadge";
import { When } from "../../components/Time";
import { usePagedQuery } from "../../lib/queries";
import { setQuery, usePlace } from "../../router";
import { to } from "../../routes";
import { t } from "../../texts";
import { SORTS, sorted } from "./sort";

type Tenant = Schema<"PlatformTenantOut">;
const texts = t.platform.list;
const STATUSES = ["active", "suspended"];
/** As long as people need for the next letter, in milliseconds. */
const PAUSE = 250;

/** All newsrooms. */
export default function Tenants() {
  const query = new URLSearchParams(usePlace().search);
  const search = query.get("q") ?? "";
  const status = STATUSES.find((status) => status === query.get("status")) ?? "";
  const [typed, setTyped] = useState(search);
  const apply = useDebouncedCallback((q: string) => setQuery({ q: q.trim() }), PAUSE);
  const list = usePagedQuery(["platform", "tenants", search, status], (cursor) =>
    ok(
      api.GET("/v1/platform/tenants", {
        params: { query: { limit: 200, ...(search && { search }), ...(status && { status }), ...cursor } },
      }),
    ),
  );
  // The API has one order; a list that is here as a whole can have others.
  const whole = list.page === 1 && list.next === null;
  const sort = (whole && SORTS.find((one) => one === query.get("sort"))) || "";
  const shown = { ...list, rows: list.rows && sorted(list.rows, sort) };
  const columns: Column<Tenant>[] = [
    {
      head: texts.name,
      cell: ({ slug, name }) => (
        <Stack gap={0} miw={140}>
          <Anchor component={Link} to={to("platformTenant", { tenant: slug })} size="sm" fw={550} style={wrap}>
            {name}
          </Anchor>
          <Text size="xs" c="dimmed" style={wrap}>
            {slug}
          </Text>
        </Stack>
      ),
    },
    {
      head: texts.status,
      cell: ({ status, suspended_reason }) => (
        <Group gap="xs">
          <StatusBadge status={status} />
          {suspended_reason && (
            <Text size="xs" c="dimmed" maw={260} truncate title={suspended_reason} visibleFrom="sm">
              {suspended_reason}
            </Text>
          )}
        </Group>
      ),
    },
    { head: texts.made, cell: ({ created_at }) => <When value={created_at} />, wideOnly: true, width: "13rem" },
  ];
  return (
    <Page title={t.platform.tenants} lead={texts.lead}>
      <Stack>
        <Group gap="sm" role="search" align="flex-end">
          <TextInput
            type="search"
            aria-label={texts.search}
            placeholder={texts.searchPlaceholder}
            leftSection={<IconSearch size={16} aria-hidden />}
            value={typed}
            onChange={(event) => {
              setTyped(event.currentTarget.value);
              apply(event.currentTarget.value);
            }}
            w={{ base: "100%", xs: 320 }}
          />
          <SegmentedControl
            aria-label={texts.status}
            value={status}
            onChange={(status) => setQuery({ status })}
            data={[
              { value: "", label: texts.all },
              ...STATUSES.map((value) => ({ value, label: t.common.status[value] ?? value })),
            ]}
          />
          <Select
            aria-label={texts.sort}
            title={whole ? texts.sort : texts.sortMany}
            data={SORTS.map((value) => ({ value, label: texts.sorts[value] ?? value }))}
            value={sort}
            onChange={(sort) => setQuery({ sort })}
            allowDeselect={false}
            disabled={!whole}
            w={{ base: "100%", xs: 200 }}
          />
        </Group>
        <DataTable
          label={t.platform.tenants}
          columns={columns}
          rowKey={({ id }) => id}
          list={shown}
          empty={search || status ? texts.emptyFiltered : texts.empty}
        />
      </Stack>
    </Page>
  );
}

const wrap = { overflowWrap: "anywhere" } as const;
