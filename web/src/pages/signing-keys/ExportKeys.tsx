import { Button, Checkbox, Group, Modal, Select, Stack, Text } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useState } from "react";
import { api, ok, type Schema } from "../../api/client";
import { IconDownload } from "../../components/icons";
import { ProblemAlert } from "../../components/ProblemAlert";
import { download } from "../../lib/download";
import { useChange } from "../../lib/useChange";
import { useTenant } from "../../lib/useTenant";
import { t } from "../../texts";
import type { DialogueProps } from "./NewKey";
import { Outcome } from "./Outcome";

const FILES: Record<string, string> = {
  env: "talk.env",
  compose: "compose.override.yaml",
  kubernetes: "talk-jwt.yaml",
  systemd: "jwt.env",
  jwks: "jwks.json",
  pem: "keys.pem",
};

interface ExportProps extends DialogueProps {
  /** Whether Talk takes several keys by now. */
  several?: boolean;
}

/** Settings with all their secrets, for an owner who has proved the password. */
export function ExportKeys(props: ExportProps) {
  return (
    <Modal
      opened={props.opened}
      onClose={props.close}
      title={t.signingKeys.export.title}
      size="lg"
      closeButtonProps={{ "aria-label": t.common.close }}
    >
      <Body {...props} />
    </Modal>
  );
}

/** Forms that are the keys alone, not Talk's settings. */
const isKeys = (form: string): boolean => form === "jwks" || form === "pem";

function Body({ close, deployment, several = false }: ExportProps) {
  const tenant = useTenant();
  const [got, setGot] = useState<Schema<"ExportOut"> | null>(null);
  const forms = Object.entries(t.signingKeys.export.formats).filter(
    ([form]) => deployment.kind === "talk" || isKeys(form),
  );
  const form = useForm({ initialValues: { format: forms[0]?.[0] ?? "env", with_private: false, several } });
  const ask = useChange({
    form,
    run: ({ format, with_private, several }: typeof form.values) =>
      ok(
        api.POST("/v1/tenants/{tenant}/deployments/{deployment}/signing-keys/export", {
          params: { path: { tenant: tenant.slug, deployment: deployment.name } },
          body: { format, ...(with_private && { with_private }), ...(several && !isKeys(format) && { several }) },
        }),
      ),
    done: setGot,
  });
  if (got) {
    const { format } = form.values;
    return (
      <Outcome
        title={t.signingKeys.export.done}
        notes={got.notes}
        secrets={[{ label: t.signingKeys.export.formats[format] ?? format, value: got.text }]}
        close={close}
      >
        <Button
          variant="default"
          size="xs"
          leftSection={<IconDownload size={14} aria-hidden />}
          style={{ alignSelf: "flex-start" }}
          onClick={() => download(FILES[format] ?? "keys.txt", `${got.text}\n`, "text/plain")}
        >
          {t.common.download}
        </Button>
      </Outcome>
    );
  }
  return (
    <form onSubmit={form.onSubmit((values) => ask.send(values))}>
      <Stack>
        <Text size="sm">{t.signingKeys.export.lead}</Text>
        <ProblemAlert problem={ask.problem} rest={ask.rest} />
        <Select
          label={t.signingKeys.export.format}
          data={forms.map(([value, label]) => ({ value, label }))}
          {...form.getInputProps("format")}
        />
        {!isKeys(form.values.format) && (
          <Checkbox
            label={t.deployments.paste.several}
            description={t.deployments.paste.severalHelp}
            {...form.getInputProps("several", { type: "checkbox" })}
          />
        )}
        <Checkbox
          label={t.signingKeys.export.withPrivate}
          description={t.signingKeys.export.withPrivateHelp}
          {...form.getInputProps("with_private", { type: "checkbox" })}
        />
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={close}>
            {t.common.cancel}
          </Button>
          <Button type="submit" loading={ask.busy}>
            {t.signingKeys.export.submit}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
