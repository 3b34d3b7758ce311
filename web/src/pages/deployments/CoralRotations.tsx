import { Anchor, Text } from "@mantine/core";
import { api, ok } from "../../api/client";
import { type Column, DataTable } from "../../components/DataTable";
import { Link } from "../../components/Link";
import { Loaded } from "../../components/Loaded";
import { Section } from "../../components/Section";
import { StatusBadge } from "../../components/StatusBadge";
import { When } from "../../components/Time";
import { duration } from "../../lib/format";
import { usePagedQuery } from "../../lib/queries";
import { useTenant } from "../../lib/useTenant";
import { to } from "../../routes";
import { t } from "../../texts";
import { CoralRotationCard, STATUS } from "./CoralRotationCard";
import { type CoralRotation, isOpen, rotationsKey, useNewestRotation } from "./coral-rotations";
import { NewCoralRotation } from "./NewCoralRotation";
import type { Deployment } from "./queries";

const texts = t.coralRotation;

/** Rotating a Coral's secret on both sides: what would be done, what is being done, and what was. */
export function CoralRotations({ deployment }: { deployment: Deployment }) {
  const tenant = useTenant();
  const { newest, rotation } = useNewestRotation(deployment.name);
  return (
    <Loaded query={newest} lines={6}>
      {() => (
        <>
          {rotation && <CoralRotationCard key={rotation.id} rotation={rotation} deployment={deployment.name} />}
          {!(rotation && isOpen(rotation)) && (
            <Section title={texts.title} lead={texts.lead}>
              {!tenant.may("owner") ? (
                <Text size="sm">{texts.notOwner}</Text>
              ) : !deployment.root_url ? (
                <Text size="sm">
                  {texts.noAddress}{" "}
                  <Anchor
                    component={Link}
                    inherit
                    underline="always"
                    to={`${to("deployment", { tenant: tenant.slug, deployment: deployment.name })}?tab=settings`}
                  >
                    {texts.toAddress}
                  </Anchor>
                </Text>
              ) : (
                <NewCoralRotation deployment={deployment.name} address={deployment.root_url} />
              )}
            </Section>
          )}
          <History deployment={deployment.name} />
        </>
      )}
    </Loaded>
  );
}

function History({ deployment }: { deployment: string }) {
  const tenant = useTenant();
  const list = usePagedQuery([...rotationsKey(tenant, deployment), "list"], (cursor) =>
    ok(
      api.GET("/v1/tenants/{tenant}/deployments/{deployment}/coral-rotations", {
        params: { path: { tenant: tenant.slug, deployment }, query: { limit: 20, ...cursor } },
      }),
    ),
  );
  const columns: Column<CoralRotation>[] = [
    {
      head: texts.history.began,
      cell: ({ started_at }) => (
        <Text size="sm" style={{ whiteSpace: "nowrap" }}>
          <When value={started_at} />
        </Text>
      ),
      width: "13rem",
    },
    {
      head: texts.history.state,
      cell: ({ state }) => <StatusBadge status={STATUS[state] ?? state} label={texts.run.states[state] ?? state} />,
    },
    {
      head: texts.history.keys,
      cell: ({ old_kid, new_kid }) => (
        <Text size="xs" ff="monospace" miw={140} style={{ overflowWrap: "anywhere" }}>
          {texts.history.from(old_kid ?? texts.run.noKey, new_kid ?? texts.run.notYet)}
        </Text>
      ),
    },
    { head: texts.history.overlap, cell: ({ overlap }) => duration(overlap), wideOnly: true },
  ];
  return (
    <Section title={texts.history.title}>
      <DataTable
        label={texts.history.title}
        columns={columns}
        rowKey={({ id }) => id}
        list={list}
        expected={1}
        empty={texts.history.empty}
      />
    </Section>
  );
}
