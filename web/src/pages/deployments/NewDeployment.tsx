import { Button, Group, Modal, Radio, Stack, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { api, ok } from "../../api/client";
import { ProblemAlert } from "../../components/ProblemAlert";
import { useChange } from "../../lib/useChange";
import { useDraft } from "../../lib/useDraft";
import { useTenant } from "../../lib/useTenant";
import { navigate } from "../../router";
import { to } from "../../routes";
import { t } from "../../texts";
import { deploymentsKey } from "./queries";

interface NewDeploymentProps {
  opened: boolean;
  close: () => void;
}

/** Asks for what a deployment needs; the rest has good defaults, and is changed on its page. */
export function NewDeployment({ opened, close }: NewDeploymentProps) {
  return (
    <Modal
      opened={opened}
      onClose={close}
      title={t.deployments.make.title}
      closeButtonProps={{ "aria-label": t.common.close }}
    >
      <Form close={close} />
    </Modal>
  );
}

function Form({ close }: { close: () => void }) {
  const tenant = useTenant();
  const form = useForm({ initialValues: { kind: "talk", name: "", root_url: "" } });
  const draft = useDraft(`deployment:new:${tenant.slug}`, form);
  const make = useChange({
    form,
    said: t.deployments.make.done,
    invalidate: [deploymentsKey(tenant)],
    run: ({ root_url, ...body }: typeof form.values) =>
      ok(
        api.POST("/v1/tenants/{tenant}/deployments", {
          params: { path: { tenant: tenant.slug } },
          body: { ...body, ...(root_url !== "" && { root_url }) },
        }),
      ),
    done: ({ name }) => {
      draft.discard();
      close();
      navigate(to("deployment", { tenant: tenant.slug, deployment: name }));
    },
  });
  return (
    <form onSubmit={form.onSubmit((values) => make.send(values))}>
      <Stack>
        <ProblemAlert problem={make.problem} rest={make.rest} />
        <Radio.Group label={t.deployments.fields.kind} {...form.getInputProps("kind")}>
          <Stack gap="xs" mt="xs">
            {(["talk", "coral"] as const).map((kind) => (
              <Radio key={kind} value={kind} label={t.setUp.kinds[kind].label} description={t.setUp.kinds[kind].help} />
            ))}
          </Stack>
        </Radio.Group>
        <TextInput
          label={t.deployments.fields.name}
          description={t.deployments.fields.nameHelp}
          maxLength={63}
          autoComplete="off"
          spellCheck={false}
          required
          data-autofocus
          {...form.getInputProps("name")}
        />
        <TextInput
          label={t.deployments.fields.rootUrl}
          description={t.deployments.fields.rootUrlHelp}
          placeholder="https://comments.example"
          inputMode="url"
          required
          {...form.getInputProps("root_url")}
        />
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={close}>
            {t.common.cancel}
          </Button>
          <Button type="submit" loading={make.busy}>
            {t.deployments.make.submit}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
