import {
  Button,
  Checkbox,
  Fieldset,
  Group,
  Input,
  Modal,
  MultiSelect,
  Select,
  SimpleGrid,
  Stack,
  Switch,
  Text,
  TextInput,
} from "@mantine/core";
import { useForm } from "@mantine/form";
import { useState } from "react";
import { api, ok, type Schema } from "../../api/client";
import { ProblemAlert } from "../../components/ProblemAlert";
import { SecretOnce } from "../../components/SecretOnce";
import { useChange } from "../../lib/useChange";
import { useDraft } from "../../lib/useDraft";
import { useTenant } from "../../lib/useTenant";
import { t } from "../../texts";
import { useDeployments } from "../deployments/queries";

type Made = Schema<"NewApiKeyOut">;

const options = (labels: Record<string, string>) => Object.entries(labels).map(([value, label]) => ({ value, label }));

/** Asks what a key is to be, makes it, and shows it this once. */
export function NewKey({ opened, close }: { opened: boolean; close: () => void }) {
  const [made, setMade] = useState<Made | null>(null);
  const done = () => {
    close();
    setMade(null);
  };
  return (
    <Modal
      opened={opened}
      onClose={done}
      title={made ? t.apiKeys.made.title : t.apiKeys.create}
      size="lg"
      closeOnClickOutside={!made}
      closeOnEscape={!made}
      withCloseButton={!made}
      closeButtonProps={{ "aria-label": t.common.close }}
    >
      {made ? <Shown made={made} done={done} /> : <KeyForm close={close} made={setMade} />}
    </Modal>
  );
}

/** The key itself. */
export function Shown({ made, done }: { made: Made; done: () => void }) {
  return (
    <SecretOnce secrets={[{ label: t.apiKeys.made.label(made.name), value: made.api_key }]} done={done}>
      <Text size="sm">{t.apiKeys.made.once}</Text>
    </SecretOnce>
  );
}

function KeyForm({ close, made }: { close: () => void; made: (key: Made) => void }) {
  const tenant = useTenant();
  const path = { tenant: tenant.slug };
  const form = useForm({
    initialValues: {
      name: "",
      scopes: ["tokens:issue", "tokens:introspect", "tokens:revoke"],
      deployments: [] as string[],
      expires_in: "",
      max_role: "",
      badges: false,
    },
  });
  const draft = useDraft(`api-key:${tenant.slug}`, form);
  const deployments = useDeployments();
  const make = useChange({
    form,
    invalidate: [[...tenant.key, "api-keys"]],
    run: ({ deployments, expires_in, max_role, ...body }: typeof form.values) =>
      ok(
        api.POST("/v1/tenants/{tenant}/api-keys", {
          params: { path },
          body: {
            ...body,
            ...(deployments.length > 0 && { deployments }),
            ...(expires_in && { expires_in: Number(expires_in) }),
            ...(max_role && { max_role }),
          },
        }),
      ),
    done: (key) => {
      draft.discard();
      form.reset();
      made(key);
    },
  });
  const hasCoral = deployments.data?.some(({ kind }) => kind === "coral");
  return (
    <form onSubmit={form.onSubmit((values) => make.send(values))}>
      <Stack>
        <TextInput
          label={t.apiKeys.form.name}
          description={t.apiKeys.form.nameHelp}
          maxLength={255}
          required
          data-autofocus
          {...form.getInputProps("name")}
        />
        <Fieldset legend={<b>{t.apiKeys.form.scopes}</b>} variant="unstyled">
          <Checkbox.Group {...form.getInputProps("scopes")}>
            <SimpleGrid cols={{ base: 1, xs: 2 }} mt="xs" verticalSpacing="md">
              {t.apiKeys.groups.map(({ name, scopes }) => (
                <Stack key={name} gap={6} role="group" aria-label={name}>
                  <Text size="sm" c="dimmed" aria-hidden>
                    {name}
                  </Text>
                  {Object.entries(scopes).map(([scope, label]) => (
                    <Checkbox key={scope} value={scope} label={label} size="sm" />
                  ))}
                </Stack>
              ))}
            </SimpleGrid>
          </Checkbox.Group>
        </Fieldset>
        <SimpleGrid cols={{ base: 1, xs: 2 }}>
          <MultiSelect
            label={t.apiKeys.form.deployments}
            description={t.apiKeys.form.deploymentsHelp}
            data={deployments.data?.map(({ name }) => name) ?? []}
            {...(form.values.deployments.length === 0 && { placeholder: t.apiKeys.form.deploymentsAll })}
            {...form.getInputProps("deployments")}
          />
          <Select label={t.apiKeys.form.ends} data={options(t.apiKeys.ends)} {...form.getInputProps("expires_in")} />
        </SimpleGrid>
        {hasCoral && (
          <Input.Wrapper label={t.apiKeys.form.coral} labelElement="div">
            <Stack gap="sm" mt={4}>
              <Select
                label={t.apiKeys.form.maxRole}
                description={t.apiKeys.form.maxRoleHelp}
                data={options(t.apiKeys.roles)}
                {...form.getInputProps("max_role")}
              />
              <Switch label={t.apiKeys.form.badges} {...form.getInputProps("badges", { type: "checkbox" })} />
            </Stack>
          </Input.Wrapper>
        )}
        <ProblemAlert problem={make.problem} rest={make.rest} />
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={close}>
            {t.common.cancel}
          </Button>
          <Button type="submit" loading={make.busy}>
            {t.apiKeys.form.submit}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
