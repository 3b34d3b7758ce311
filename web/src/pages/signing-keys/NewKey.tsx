import { Button, Group, Modal, Radio, Select, Stack, Text, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useState } from "react";
import { api, ok, type Schema } from "../../api/client";
import { ProblemAlert } from "../../components/ProblemAlert";
import { useChange } from "../../lib/useChange";
import { useTenant } from "../../lib/useTenant";
import { t } from "../../texts";
import type { Deployment } from "../deployments/queries";
import { ALGORITHMS } from "./algorithms";
import { Outcome } from "./Outcome";
import { afterKeyChange } from "./queries";

const [HOUR, DAY, WEEK] = [3600, 86_400, 604_800];

export interface DialogueProps {
  opened: boolean;
  close: () => void;
  deployment: Deployment;
}

/** Makes a key: it waits until Talk knows it, or takes the place of the one that signs at once. */
export function NewKey(props: DialogueProps) {
  return (
    <Modal
      opened={props.opened}
      onClose={props.close}
      title={t.signingKeys.make.title}
      size="lg"
      closeButtonProps={{ "aria-label": t.common.close }}
    >
      <Body {...props} />
    </Modal>
  );
}

function Body({ close, deployment }: DialogueProps) {
  const tenant = useTenant();
  const [made, setMade] = useState<Schema<"NewKeyOut"> | null>(null);
  const first = !deployment.active_kid;
  const least = deployment.token_lifetime;
  const choices = [HOUR, DAY, WEEK, 30 * DAY].filter((seconds) => seconds > least);
  const overlaps = [least, ...choices];
  const form = useForm({
    initialValues: { how: "later", algorithm: "", kid: "", overlap: String(Math.max(WEEK, deployment.token_lifetime)) },
  });
  const make = useChange({
    form,
    invalidate: afterKeyChange(tenant, deployment.name),
    run: ({ how, algorithm, kid, overlap }: typeof form.values) => {
      const params = { path: { tenant: tenant.slug, deployment: deployment.name } };
      if (!first && how === "now") {
        return ok(
          api.POST("/v1/tenants/{tenant}/deployments/{deployment}/signing-keys/rotate", {
            params,
            body: { overlap: Number(overlap) },
          }),
        );
      }
      return ok(
        api.POST("/v1/tenants/{tenant}/deployments/{deployment}/signing-keys", {
          params,
          body: { ...(algorithm !== "" && { algorithm }), ...(kid.trim() !== "" && { kid: kid.trim() }) },
        }),
      );
    },
    done: setMade,
  });
  if (made) {
    return (
      <Outcome
        title={t.signingKeys.make.done}
        replaced={made.replaced}
        notes={made.notes}
        secrets={[
          { label: t.signingKeys.make.secret, value: made.secret },
          { label: t.signingKeys.make.publicKey, value: made.public_key },
          { label: t.signingKeys.make.settings, value: made.talk_settings },
        ]}
        close={close}
      >
        <Text size="sm">{t.signingKeys.make.again}</Text>
      </Outcome>
    );
  }
  const rotates = !first && form.values.how === "now";
  return (
    <form onSubmit={form.onSubmit((values) => make.send(values))}>
      <Stack>
        <ProblemAlert problem={make.problem} rest={make.rest} />
        {first ? (
          <Text size="sm">{t.signingKeys.make.first}</Text>
        ) : (
          <Radio.Group label={t.signingKeys.make.how} {...form.getInputProps("how")}>
            <Stack gap="sm" mt="xs">
              <Radio
                value="later"
                label={t.signingKeys.make.later}
                description={t.signingKeys.make.laterHelp}
                data-autofocus
              />
              <Radio value="now" label={t.signingKeys.make.atOnce} description={t.signingKeys.make.atOnceHelp} />
            </Stack>
          </Radio.Group>
        )}
        {rotates && (
          <Select
            label={t.signingKeys.make.overlap}
            description={t.signingKeys.make.overlapHelp}
            data={overlaps.map((seconds) => ({ value: String(seconds), label: t.signingKeys.make.overlapOf(seconds) }))}
            allowDeselect={false}
            {...form.getInputProps("overlap")}
          />
        )}
        {!rotates && (
          <Group grow align="flex-start" preventGrowOverflow={false}>
            <Select
              label={`${t.signingKeys.algorithm} (${t.common.optional})`}
              description={t.signingKeys.algorithmHelp}
              data={ALGORITHMS}
              placeholder="HS256"
              clearable
              style={{ flex: "1 1 14rem" }}
              {...form.getInputProps("algorithm")}
              value={form.values.algorithm || null}
              onChange={(value) => form.setFieldValue("algorithm", value ?? "")}
            />
            <TextInput
              label={`${t.signingKeys.kid} (${t.common.optional})`}
              description={t.signingKeys.kidHelp}
              maxLength={128}
              autoComplete="off"
              spellCheck={false}
              style={{ flex: "1 1 14rem" }}
              {...form.getInputProps("kid")}
            />
          </Group>
        )}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={close}>
            {t.common.cancel}
          </Button>
          <Button type="submit" loading={make.busy}>
            {rotates ? t.signingKeys.make.rotate : t.signingKeys.make.submit}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
