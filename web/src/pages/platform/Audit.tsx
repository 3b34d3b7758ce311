import { api, ok } from "../../api/client";
import { Page } from "../../components/Page";
import { t } from "../../texts";
import { EventLog } from "../audit/EventLog";

/** What was done on the platform. */
export default function Audit() {
  return (
    <Page title={t.platform.audit} lead={t.audit.platformLead}>
      <EventLog
        label={t.platform.audit}
        queryKey={["platform", "audit"]}
        read={(query) => ok(api.GET("/v1/platform/audit-events", { params: { query } }))}
        groups={t.audit.platformActions}
      />
    </Page>
  );
}
