import { Button, Group, Stack, Tabs } from "@mantine/core";
import { BackLink } from "../../components/BackLink";
import { IconShieldLock } from "../../components/icons";
import { Link } from "../../components/Link";
import { Loaded } from "../../components/Loaded";
import { Page } from "../../components/Page";
import { StatusBadge } from "../../components/StatusBadge";
import { useParam, useTenant } from "../../lib/useTenant";
import { setQuery, usePlace } from "../../router";
import { to } from "../../routes";
import { t } from "../../texts";
import { Checker } from "./Checker";
import { Configuration } from "./Configuration";
import { CoralRotations } from "./CoralRotations";
import { Paste } from "./Paste";
import { keysPath, useDeployment } from "./queries";

const TABS = ["paste", "check", "rotate", "settings"] as const;
type Tab = (typeof TABS)[number];

/** One Talk or Coral: what connects it, the checker, and what its tokens say. */
export default function Deployment() {
  const tenant = useTenant();
  const name = useParam("deployment");
  const query = useDeployment(name);
  const asked = new URLSearchParams(usePlace().search).get("tab");
  const kind = query.data?.data.kind;
  // Talk's keys are rotated among the signing keys.
  const tabs = TABS.filter((one) => one !== "rotate" || kind === "coral");
  const tab: Tab = (kind === undefined ? TABS : tabs).find((one) => one === asked) ?? "paste";
  return (
    <Page
      title={name}
      above={<BackLink to={to("deployments", { tenant: tenant.slug })}>{t.deployments.all}</BackLink>}
      lead={
        query.data && (
          <Group gap="xs" component="span">
            {t.deployments.kinds[query.data.data.kind]}
            {!query.data.data.active_kid && <StatusBadge status="suspended" label={t.deployments.noKey} />}
          </Group>
        )
      }
      actions={
        <>
          {kind && (
            <Button
              variant="default"
              component={Link}
              to={`${to("moveToCoral", { tenant: tenant.slug })}?${kind === "talk" ? "from" : "to"}=${encodeURIComponent(name)}`}
            >
              {t.deployments.moveToCoral}
            </Button>
          )}
          <Button
            variant="default"
            component={Link}
            to={keysPath(to("signingKeys", { tenant: tenant.slug }), name)}
            leftSection={<IconShieldLock size={16} aria-hidden />}
          >
            {t.deployments.signingKeys}
          </Button>
        </>
      }
    >
      <Tabs value={tab} onChange={(next) => setQuery({ tab: next === "paste" ? null : next })} keepMounted={false}>
        <Tabs.List>
          {tabs.map((one) => (
            <Tabs.Tab key={one} value={one}>
              {t.deployments.tabs[one]}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value="paste" pt="lg">
          <Paste deployment={name} />
        </Tabs.Panel>
        <Tabs.Panel value="check" pt="lg">
          <Checker deployment={name} />
        </Tabs.Panel>
        <Tabs.Panel value="rotate" pt="lg">
          <Loaded query={query}>
            {({ data }) => (
              <Stack>
                <CoralRotations deployment={data} />
              </Stack>
            )}
          </Loaded>
        </Tabs.Panel>
        <Tabs.Panel value="settings" pt="lg">
          <Loaded query={query}>
            {({ data, etag }) => <Configuration key={data.id} deployment={data} etag={etag} />}
          </Loaded>
        </Tabs.Panel>
      </Tabs>
    </Page>
  );
}
