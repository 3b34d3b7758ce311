import { Text, Textarea } from "@mantine/core";
import { useState } from "react";
import { api, ok, type Schema } from "../../api/client";
import { refreshSession } from "../../auth/session";
import { ConfirmByTyping } from "../../components/ConfirmByTyping";
import { useChange } from "../../lib/useChange";
import { t } from "../../texts";

const texts = t.platform.one.suspend;

/** Stops serving a newsroom. */
export function Suspend({ one, close }: { one: Schema<"PlatformTenantDetail">; close: () => void }) {
  const [reason, setReason] = useState("");
  const suspend = useChange({
    invalidate: [["platform"]],
    said: texts.done,
    run: () =>
      ok(
        api.POST("/v1/platform/tenants/{tenant}/suspend", {
          params: { path: { tenant: one.slug } },
          body: { reason: reason.trim() },
        }),
      ),
    done: async () => {
      close();
      await refreshSession();
    },
  });
  return (
    <ConfirmByTyping
      opened
      close={close}
      title={texts.title(one.name)}
      action={texts.submit}
      change={suspend}
      word={one.slug}
    >
      <Text size="sm">{texts.body(one.holdings.users)}</Text>
      <Textarea
        label={texts.reason}
        description={texts.reasonHelp}
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
        maxLength={255}
        autosize
        minRows={2}
        required
        data-autofocus
      />
    </ConfirmByTyping>
  );
}
