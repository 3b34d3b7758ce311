import { Button, Paper, Select, Stack } from "@mantine/core";
import { useEffect, useState } from "react";
import { Empty } from "../../components/DataTable";
import { IconPlus } from "../../components/icons";
import { Link } from "../../components/Link";
import { Loaded } from "../../components/Loaded";
import { Page } from "../../components/Page";
import { useTenant } from "../../lib/useTenant";
import { setQuery, usePlace } from "../../router";
import { to } from "../../routes";
import { t } from "../../texts";
import { type Deployment, useDeployments } from "../deployments/queries";
import { ExportKeys } from "./ExportKeys";
import { ImportKey } from "./ImportKey";
import { KeyCard } from "./KeyCard";
import { type Deed, KeyDialogues } from "./KeyDialogues";
import { KeyTimeline } from "./KeyTimeline";
import { NewKey } from "./NewKey";
import { hasEnded, type SigningKey, useKeys } from "./queries";
import { RotationState } from "./RotationState";

/** The keys of a deployment, which the address names: `?deployment=default`. */
export default function SigningKeys() {
  const query = useDeployments();
  const asked = new URLSearchParams(usePlace().search).get("deployment");
  const all = query.data ?? [];
  const chosen = all.find(({ name }) => name === (asked ?? "default")) ?? all[0];
  return (
    <Page title={t.signingKeys.title} lead={t.signingKeys.lead} actions={chosen && <Actions deployment={chosen} />}>
      <Loaded query={query} lines={6}>
        {(deployments) =>
          chosen ? (
            <Stack>
              {deployments.length > 1 && (
                <Select
                  label={t.signingKeys.deployment}
                  data={deployments.map(({ name, kind }) => ({
                    value: name,
                    label: `${name} (${t.deployments.kinds[kind] ?? kind})`,
                  }))}
                  value={chosen.name}
                  onChange={(name) => setQuery({ deployment: name })}
                  maw={320}
                />
              )}
              <Keys key={chosen.id} deployment={chosen} />
            </Stack>
          ) : (
            <Paper withBorder>
              <Empty>{t.signingKeys.noDeployment}</Empty>
            </Paper>
          )
        }
      </Loaded>
    </Page>
  );
}

type Dialogue = "new" | "import" | "export";

function Actions({ deployment }: { deployment: Deployment }) {
  const tenant = useTenant();
  const [open, setOpen] = useState<Dialogue | null>(null);
  // A link from the settings to paste leads here, to have them with secrets.
  const query = new URLSearchParams(usePlace().search);
  const wantsExport = query.has("export");
  const wantsSeveral = query.has("several");
  const [several, setSeveral] = useState(false);
  useEffect(() => {
    if (!wantsExport) return;
    setQuery({ export: null, several: null });
    setSeveral(wantsSeveral);
    setOpen("export");
  }, [wantsExport, wantsSeveral]);
  if (!tenant.may("admin")) return null;
  const coral = deployment.kind === "coral";
  const close = () => setOpen(null);
  const off = tenant.suspended;
  return (
    <>
      {tenant.mayChange("owner") && (
        <Button variant="default" onClick={() => setOpen("export")}>
          {t.signingKeys.export.action}
        </Button>
      )}
      {coral && (
        <Button
          variant="default"
          component={Link}
          to={`${to("deployment", { tenant: tenant.slug, deployment: deployment.name })}?tab=rotate`}
        >
          {t.deployments.tabs.rotate}
        </Button>
      )}
      <Button variant={coral ? "filled" : "default"} onClick={() => setOpen("import")} disabled={off}>
        {t.signingKeys.import.action}
      </Button>
      {!coral && (
        <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={() => setOpen("new")} disabled={off}>
          {t.signingKeys.make.action}
        </Button>
      )}
      <NewKey opened={open === "new"} close={close} deployment={deployment} />
      <ImportKey opened={open === "import"} close={close} deployment={deployment} />
      <ExportKeys opened={open === "export"} close={close} deployment={deployment} several={several} />
    </>
  );
}

function Keys({ deployment }: { deployment: Deployment }) {
  const query = useKeys(deployment.name);
  const [asked, setAsked] = useState<{ deed: Deed; key: SigningKey } | null>(null);
  const [showEnded, setShowEnded] = useState(false);
  const start = (deed: Deed, kid: string) => {
    const key = query.data?.find((one) => one.kid === kid);
    if (key) setAsked({ deed, key });
  };
  return (
    <Stack>
      <RotationState deployment={deployment.name} coral={deployment.kind === "coral"} start={start} />
      <Loaded query={query} lines={6}>
        {(keys) => {
          if (keys.length === 0) {
            return (
              <Paper withBorder>
                <Empty>{t.signingKeys.none}</Empty>
              </Paper>
            );
          }
          const ended = keys.filter(hasEnded);
          const shown = showEnded ? keys : keys.filter((key) => !hasEnded(key));
          return (
            <>
              <KeyTimeline keys={keys.slice(0, 12)} />
              {shown.map((key) => (
                <KeyCard key={key.kid} signingKey={key} start={start} />
              ))}
              {ended.length > 0 && (
                <Button
                  variant="subtle"
                  color="gray"
                  c="dimmed"
                  onClick={() => setShowEnded(!showEnded)}
                  aria-expanded={showEnded}
                >
                  {showEnded ? t.signingKeys.hideEnded : t.signingKeys.showEnded(ended.length)}
                </Button>
              )}
            </>
          );
        }}
      </Loaded>
      <KeyDialogues deployment={deployment} asked={asked} close={() => setAsked(null)} />
    </Stack>
  );
}
