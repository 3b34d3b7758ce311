import {
  Button,
  Checkbox,
  FileButton,
  Group,
  Modal,
  NumberInput,
  Radio,
  Select,
  Stack,
  Text,
  Textarea,
  TextInput,
} from "@mantine/core";
import { useForm } from "@mantine/form";
import { useState } from "react";
import { api, ok, type Schema } from "../../api/client";
import { IconUpload } from "../../components/icons";
import { ProblemAlert } from "../../components/ProblemAlert";
import { useChange } from "../../lib/useChange";
import { useTenant } from "../../lib/useTenant";
import { t } from "../../texts";
import { ALGORITHMS } from "./algorithms";
import type { DialogueProps } from "./NewKey";
import { Outcome } from "./Outcome";
import { afterKeyChange } from "./queries";

const DAY = 86_400;

/** Takes in a key that Talk or Coral uses already. What is pasted is kept in this component's state only. */
export function ImportKey(props: DialogueProps) {
  return (
    <Modal
      opened={props.opened}
      onClose={props.close}
      title={t.signingKeys.import.title}
      size="lg"
      closeButtonProps={{ "aria-label": t.common.close }}
    >
      <ImportKeyForm {...props} />
    </Modal>
  );
}

export function ImportKeyForm({ close, deployment }: Omit<DialogueProps, "opened">) {
  const tenant = useTenant();
  const [taken, setTaken] = useState<Schema<"ImportedKeyOut"> | null>(null);
  const coral = deployment.kind === "coral";
  const form = useForm({
    initialValues: {
      key: "",
      kid: "",
      algorithm: "",
      use: "activate",
      accept_weak: false,
      accept_lifetime: "" as number | string,
    },
  });
  const take = useChange({
    form,
    invalidate: afterKeyChange(tenant, deployment.name),
    run: ({ key, kid, algorithm, use, accept_weak, accept_lifetime }: typeof form.values) =>
      ok(
        api.POST("/v1/tenants/{tenant}/deployments/{deployment}/signing-keys/import", {
          params: { path: { tenant: tenant.slug, deployment: deployment.name } },
          body: {
            key,
            ...(kid.trim() !== "" && { kid: kid.trim() }),
            ...(algorithm !== "" && { algorithm }),
            ...(use === "activate" && { activate: true }),
            ...(use === "verify" && { verify_only: true }),
            ...(accept_weak && { accept_weak }),
            ...(typeof accept_lifetime === "number" && { accept_lifetime: Math.round(accept_lifetime * DAY) }),
          },
        }),
      ),
    done: (answer) => {
      form.reset();
      setTaken(answer);
    },
  });
  if (taken) {
    return (
      <Outcome
        title={`${t.signingKeys.import.done}: ${taken.kid}`}
        warnings={taken.warnings}
        replaced={taken.replaced}
        notes={taken.notes}
        close={close}
      />
    );
  }
  return (
    <form onSubmit={form.onSubmit((values) => take.send(values))}>
      <Stack>
        <Text size="sm">{t.signingKeys.import.lead}</Text>
        <ProblemAlert problem={take.problem} rest={take.rest} />
        <Textarea
          label={t.signingKeys.import.key}
          description={coral ? t.signingKeys.import.keyCoral : t.signingKeys.import.keyTalk}
          autosize
          minRows={3}
          maxRows={10}
          autoComplete="off"
          spellCheck={false}
          required
          data-autofocus
          styles={{ input: { fontFamily: "var(--mantine-font-family-monospace)", wordBreak: "break-all" } }}
          {...form.getInputProps("key")}
        />
        <FileButton
          onChange={(file) => {
            void file?.text().then((text) => form.setFieldValue("key", text));
          }}
        >
          {(props) => (
            <Button
              {...props}
              variant="default"
              size="xs"
              leftSection={<IconUpload size={14} aria-hidden />}
              style={{ alignSelf: "flex-start" }}
            >
              {t.signingKeys.import.file}
            </Button>
          )}
        </FileButton>
        <Group align="flex-start">
          <TextInput
            label={coral ? t.signingKeys.kid : `${t.signingKeys.kid} (${t.common.optional})`}
            description={coral ? t.signingKeys.import.kidCoral : t.signingKeys.kidHelp}
            maxLength={128}
            autoComplete="off"
            spellCheck={false}
            required={coral}
            style={{ flex: "1 1 14rem" }}
            {...form.getInputProps("kid")}
          />
          {!coral && (
            <Select
              label={`${t.signingKeys.algorithm} (${t.common.optional})`}
              description={t.signingKeys.algorithmHelp}
              data={ALGORITHMS}
              placeholder="HS256"
              clearable
              style={{ flex: "1 1 14rem" }}
              error={form.errors.algorithm}
              value={form.values.algorithm || null}
              onChange={(value) => form.setFieldValue("algorithm", value ?? "")}
            />
          )}
        </Group>
        <Radio.Group label={t.signingKeys.import.use} {...form.getInputProps("use")}>
          <Stack gap="sm" mt="xs">
            {(["activate", "wait", "verify"] as const).map((use) => (
              <Radio
                key={use}
                value={use}
                label={t.signingKeys.import.uses[use].label}
                description={t.signingKeys.import.uses[use].help}
              />
            ))}
          </Stack>
        </Radio.Group>
        <NumberInput
          label={`${t.signingKeys.import.lifetime} (${t.common.optional})`}
          description={t.signingKeys.import.lifetimeHelp}
          min={0}
          max={400}
          placeholder="260"
          {...form.getInputProps("accept_lifetime")}
        />
        <Checkbox
          label={t.signingKeys.import.weak}
          description={t.signingKeys.import.weakHelp}
          {...form.getInputProps("accept_weak", { type: "checkbox" })}
        />
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={close}>
            {t.common.cancel}
          </Button>
          <Button type="submit" loading={take.busy}>
            {t.signingKeys.import.submit}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
