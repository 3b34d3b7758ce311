import { Anchor, Button, Group, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { api, ok } from "../../api/client";
import { CopyValue } from "../../components/Copy";
import { type Column, DataTable } from "../../components/DataTable";
import { IconPlus } from "../../components/icons";
import { Link } from "../../components/Link";
import { Page } from "../../components/Page";
import { StatusBadge } from "../../components/StatusBadge";
import { When } from "../../components/Time";
import { duration } from "../../lib/format";
import { usePagedQuery } from "../../lib/queries";
import { useTenant } from "../../lib/useTenant";
import { to } from "../../routes";
import { t } from "../../texts";
import { NewDeployment } from "./NewDeployment";
import { type Deployment, deploymentsKey, keysPath } from "./queries";

/** Each Talk and Coral of the newsroom. */
export default function Deployments() {
  const tenant = useTenant();
  const [making, modal] = useDisclosure(false);
  const list = usePagedQuery([...deploymentsKey(tenant), "list"], (cursor) =>
    ok(
      api.GET("/v1/tenants/{tenant}/deployments", {
        params: { path: { tenant: tenant.slug }, query: { limit: 50, ...cursor } },
      }),
    ),
  );
  const columns: Column<Deployment>[] = [
    {
      head: t.deployments.columns.name,
      cell: ({ name, root_url, issuer }) => (
        <div style={{ minWidth: 0, maxWidth: "22rem" }}>
          <Anchor component={Link} to={to("deployment", { tenant: tenant.slug, deployment: name })} fw={550} size="sm">
            {name}
          </Anchor>
          <Text size="xs" c="dimmed" style={{ overflowWrap: "anywhere" }}>
            {root_url ?? issuer}
          </Text>
        </div>
      ),
    },
    { head: t.deployments.columns.kind, cell: ({ kind }) => t.deployments.kinds[kind] ?? kind },
    {
      head: t.deployments.columns.keys,
      cell: ({ name, active_kid, pending_keys }) => (
        <Group gap="xs" wrap="nowrap" style={{ whiteSpace: "nowrap" }}>
          {active_kid ? (
            <CopyValue value={active_kid} label={t.deployments.signs} />
          ) : (
            <Anchor component={Link} to={keysPath(to("signingKeys", { tenant: tenant.slug }), name)} underline="never">
              <StatusBadge status="suspended" label={t.deployments.noKey} />
            </Anchor>
          )}
          {pending_keys > 0 && <StatusBadge status="pending" label={t.deployments.waiting(pending_keys)} />}
        </Group>
      ),
    },
    {
      head: t.deployments.columns.lifetime,
      cell: ({ token_lifetime }) => duration(token_lifetime),
      wideOnly: true,
    },
    { head: t.deployments.columns.made, cell: ({ created_at }) => <When value={created_at} />, wideOnly: true },
  ];
  const talks = list.rows?.some(({ kind }) => kind === "talk") ?? false;
  return (
    <Page
      title={t.deployments.title}
      lead={t.deployments.lead}
      actions={
        <>
          {talks && (
            <Button variant="default" component={Link} to={to("moveToCoral", { tenant: tenant.slug })}>
              {t.deployments.moveToCoral}
            </Button>
          )}
          {tenant.may("admin") && (
            <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={modal.open} disabled={tenant.suspended}>
              {t.deployments.add}
            </Button>
          )}
        </>
      }
    >
      <DataTable
        label={t.deployments.title}
        columns={columns}
        rowKey={({ id }) => id}
        list={list}
        expected={2}
        empty={t.deployments.empty}
      />
      <NewDeployment opened={making} close={modal.close} />
    </Page>
  );
}
