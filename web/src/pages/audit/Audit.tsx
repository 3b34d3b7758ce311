import { Alert, Button, Stack, Text, Tooltip } from "@mantine/core";
import { useState } from "react";
import { api, ok, type Schema } from "../../api/client";
import { CopyBlock } from "../../components/Copy";
import { IconAlertTriangle, IconDownload, IconShieldCheck } from "../../components/icons";
import { Page } from "../../components/Page";
import { ProblemAlert } from "../../components/ProblemAlert";
import { useChange } from "../../lib/useChange";
import { useTenant } from "../../lib/useTenant";
import { NotFound } from "../../shell/NotFound";
import { t } from "../../texts";
import { EventLog } from "./EventLog";

/** Who did what in the newsroom. The server shows it to admins. */
export default function Audit() {
  return useTenant().may("admin") ? <Log /> : <NotFound />;
}

function Log() {
  const tenant = useTenant();
  const path = { tenant: tenant.slug };
  const [verdict, setVerdict] = useState<Schema<"LogVerdict"> | null>(null);
  const verify = useChange({
    run: () => ok(api.GET("/v1/tenants/{tenant}/audit-events/verify", { params: { path } })),
    done: setVerdict,
  });
  return (
    <Page
      title={t.audit.title}
      lead={t.audit.lead}
      actions={
        <>
          {!tenant.suspended && (
            <Tooltip label={t.audit.exportHint}>
              <Button
                component="a"
                href={`/v1/tenants/${encodeURIComponent(tenant.slug)}/audit-events/export`}
                download
                variant="default"
                leftSection={<IconDownload size={16} aria-hidden />}
              >
                {t.audit.export}
              </Button>
            </Tooltip>
          )}
          <Button
            variant="default"
            onClick={() => verify.send()}
            loading={verify.busy}
            leftSection={<IconShieldCheck size={16} aria-hidden />}
          >
            {t.audit.verify.action}
          </Button>
        </>
      }
    >
      <ProblemAlert problem={verify.problem} />
      {verdict && <Verdict verdict={verdict} close={() => setVerdict(null)} />}
      <EventLog
        label={t.audit.title}
        queryKey={[...tenant.key, "audit"]}
        read={(query) => ok(api.GET("/v1/tenants/{tenant}/audit-events", { params: { path, query } }))}
      />
    </Page>
  );
}

function Verdict({ verdict, close }: { verdict: Schema<"LogVerdict">; close: () => void }) {
  const { intact, events, fault, head } = verdict;
  return (
    <Alert
      role="status"
      color={intact ? "petrol" : "red"}
      icon={intact ? <IconShieldCheck aria-hidden /> : <IconAlertTriangle aria-hidden />}
      title={intact ? t.audit.verify.whole : t.audit.verify.broken}
      withCloseButton
      onClose={close}
      closeButtonLabel={t.common.close}
    >
      <Stack gap="xs">
        <Text size="sm">{intact ? t.audit.verify.wholeBody(events) : t.audit.verify.brokenBody(events)}</Text>
        {fault && (
          <Text size="sm" fw={550}>
            {fault}
          </Text>
        )}
        {head && (
          <>
            <CopyBlock label={t.audit.verify.head} value={head} wrap />
            <Text size="sm">{t.audit.verify.headHelp}</Text>
          </>
        )}
      </Stack>
    </Alert>
  );
}
