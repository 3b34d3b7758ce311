import { Text } from "@mantine/core";
import { api, ok } from "../../api/client";
import { ConfirmByTyping } from "../../components/ConfirmByTyping";
import { TimeAgo } from "../../components/Time";
import { useChange } from "../../lib/useChange";
import { useTenant } from "../../lib/useTenant";
import { t } from "../../texts";
import type { ApiKey } from "./ApiKeys";

/** Names longer than this, or with a space at an end, are no fun to type: the last four characters stand for them. */
const LONGEST = 40;

/** Refuses a key from now on. */
export function Revoke({ apiKey, close }: { apiKey: ApiKey; close: () => void }) {
  const tenant = useTenant();
  const revoke = useChange({
    invalidate: [[...tenant.key, "api-keys"]],
    said: t.apiKeys.revoke.done,
    run: () =>
      ok(
        api.DELETE("/v1/tenants/{tenant}/api-keys/{api_key}", {
          params: { path: { tenant: tenant.slug, api_key: apiKey.id } },
        }),
      ),
    done: close,
  });
  const typeable = apiKey.name.length <= LONGEST && apiKey.name.trim() === apiKey.name;
  return (
    <ConfirmByTyping
      opened
      close={close}
      title={t.apiKeys.revoke.title(apiKey.name)}
      action={t.apiKeys.revoke.submit}
      change={revoke}
      word={typeable ? apiKey.name : apiKey.tail}
    >
      <Text size="sm">{t.apiKeys.revoke.body}</Text>
      <Text size="sm" fw={550}>
        {apiKey.last_used_at ? (
          <>
            {t.apiKeys.revoke.used} <TimeAgo value={apiKey.last_used_at} />.
          </>
        ) : (
          t.apiKeys.revoke.unused
        )}
      </Text>
      <Text size="sm" c="dimmed">
        {t.apiKeys.revoke.tokens}
      </Text>
    </ConfirmByTyping>
  );
}
