import { Button, Group, Modal, Select, Stack, Text } from "@mantine/core";
import { useState } from "react";
import { api, ok, type Schema } from "../../api/client";
import { ProblemAlert } from "../../components/ProblemAlert";
import { useChange } from "../../lib/useChange";
import { useTenant } from "../../lib/useTenant";
import { t } from "../../texts";
import type { ApiKey } from "./ApiKeys";
import { Shown } from "./NewKey";

const WEEK = "604800";

/** Puts a new key in the place of one. */
export function Rotate({ apiKey, close }: { apiKey: ApiKey; close: () => void }) {
  const tenant = useTenant();
  const [overlap, setOverlap] = useState(WEEK);
  const [made, setMade] = useState<Schema<"NewApiKeyOut"> | null>(null);
  const rotate = useChange({
    invalidate: [[...tenant.key, "api-keys"]],
    run: () =>
      ok(
        api.POST("/v1/tenants/{tenant}/api-keys/{api_key}/rotate", {
          params: { path: { tenant: tenant.slug, api_key: apiKey.id } },
          body: { overlap: Number(overlap) },
        }),
      ),
    done: setMade,
  });
  return (
    <Modal
      opened
      onClose={close}
      title={made ? t.apiKeys.rotate.done : t.apiKeys.rotate.title(apiKey.name)}
      closeOnClickOutside={!made}
      closeOnEscape={!made}
      withCloseButton={!made}
      closeButtonProps={{ "aria-label": t.common.close }}
    >
      {made ? (
        <Shown made={made} done={close} />
      ) : (
        <Stack>
          <Text size="sm">{t.apiKeys.rotate.body}</Text>
          <Select
            label={t.apiKeys.rotate.overlap}
            data={Object.entries(t.apiKeys.rotate.overlaps).map(([value, label]) => ({ value, label }))}
            value={overlap}
            onChange={(value) => setOverlap(value ?? WEEK)}
          />
          <ProblemAlert problem={rotate.problem} rest={rotate.rest} />
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={close}>
              {t.common.cancel}
            </Button>
            <Button onClick={() => rotate.send()} loading={rotate.busy}>
              {t.apiKeys.rotate.submit}
            </Button>
          </Group>
        </Stack>
      )}
    </Modal>
  );
}
