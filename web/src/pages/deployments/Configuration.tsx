import { Alert, Button, Checkbox, Group, NumberInput, Select, Stack, Switch, Text, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useDisclosure } from "@mantine/hooks";
import { useEffect, useRef, useState } from "react";
import { api, ok, type Schema } from "../../api/client";
import { ConfirmByTyping } from "../../components/ConfirmByTyping";
import { IconAlertTriangle } from "../../components/icons";
import { ProblemAlert } from "../../components/ProblemAlert";
import { Section } from "../../components/Section";
import { queryClient } from "../../lib/queries";
import { useChange } from "../../lib/useChange";
import { useDraft } from "../../lib/useDraft";
import { useTenant } from "../../lib/useTenant";
import { navigate } from "../../router";
import { to } from "../../routes";
import { t } from "../../texts";
import { changed, rebased, untouched } from "./configuration-form";
import { Notes } from "./Paste";
import { type Deployment, deploymentsKey } from "./queries";

interface ConfigurationProps {
  deployment: Deployment;
  etag: string;
}

/** What a deployment's tokens say, and its end. */
export function Configuration({ deployment, etag }: ConfigurationProps) {
  const tenant = useTenant();
  return (
    <Stack>
      <Settings deployment={deployment} etag={etag} />
      {tenant.mayChange("owner") && <Remove deployment={deployment} etag={etag} />}
    </Stack>
  );
}

function Settings({ deployment, etag }: ConfigurationProps) {
  const tenant = useTenant();
  const [warnings, setWarnings] = useState<readonly string[]>([]);
  const isTalk = deployment.kind === "talk";
  const mayChange = tenant.may("admin") && !tenant.suspended;
  const form = useForm({ initialValues: untouched(deployment) });
  const draft = useDraft(`deployment:${tenant.slug}:${deployment.id}`, form);
  // The form's functions are new ones each time it is drawn: this is for another deployment only.
  const latest = useRef(form);
  latest.current = form;
  useEffect(() => {
    const { getValues, setInitialValues, setValues } = latest.current;
    const edited = rebased(getValues(), deployment);
    setInitialValues(untouched(deployment));
    setValues(edited);
  }, [deployment]);
  const save = useChange({
    form,
    said: t.common.saved,
    run: (values: typeof form.values) =>
      ok(
        api.PATCH("/v1/tenants/{tenant}/deployments/{deployment}", {
          params: {
            path: { tenant: tenant.slug, deployment: deployment.name },
            header: { "If-Match": etag },
          },
          body: changed(values) as Schema<"DeploymentChange">,
        }),
      ),
    done: async ({ warnings: told, ...now }) => {
      draft.discard();
      form.setInitialValues(untouched(now));
      form.setValues(untouched(now));
      setWarnings(told);
      if (now.name !== deployment.name) {
        const path = to("deployment", { tenant: tenant.slug, deployment: now.name });
        navigate(`${path}?tab=settings`, { replace: true });
      }
      await queryClient.invalidateQueries({ queryKey: deploymentsKey(tenant) });
    },
  });
  const stale = save.problem?.code === "precondition-failed";
  const reload = async () => {
    save.reset();
    await queryClient.invalidateQueries({ queryKey: deploymentsKey(tenant) });
  };
  const field = (name: Exclude<keyof typeof form.values, "base">) => ({
    readOnly: !mayChange,
    ...form.getInputProps(name),
  });
  return (
    <Section
      title={t.deployments.form.title}
      lead={mayChange ? t.deployments.form.lead : t.deployments.form.readOnly}
      side
    >
      <form onSubmit={form.onSubmit((values) => save.send(values))}>
        <Stack>
          <ProblemAlert problem={save.problem} rest={save.rest} {...(stale && { retry: () => void reload() })} />
          {warnings.length > 0 && (
            <Alert
              role="status"
              color="yellow"
              icon={<IconAlertTriangle aria-hidden />}
              title={t.deployments.form.warnings}
              withCloseButton
              closeButtonLabel={t.common.close}
              onClose={() => setWarnings([])}
            >
              <Notes notes={warnings} />
            </Alert>
          )}
          <TextInput
            label={t.deployments.fields.name}
            description={deployment.name === "default" ? t.deployments.fields.nameFixed : t.deployments.fields.nameHelp}
            maxLength={63}
            required
            {...field("name")}
            readOnly={!mayChange || deployment.name === "default"}
          />
          <TextInput
            label={t.deployments.fields.rootUrl}
            description={t.deployments.fields.rootUrlHelp}
            inputMode="url"
            maxLength={255}
            {...field("root_url")}
          />
          {isTalk && (
            <>
              <TextInput
                label={t.deployments.fields.issuer}
                description={t.deployments.fields.issuerHelp}
                maxLength={255}
                required
                {...field("issuer")}
              />
              <TextInput
                label={t.deployments.fields.audience}
                description={t.deployments.fields.audienceHelp}
                maxLength={255}
                required
                {...field("audience")}
              />
              <TextInput
                label={t.deployments.fields.userIdClaim}
                description={t.deployments.fields.userIdClaimHelp}
                required
                {...field("user_id_claim")}
              />
              <Checkbox.Group
                label={t.deployments.fields.profile}
                description={t.deployments.fields.profileHelp}
                readOnly={!mayChange}
                {...form.getInputProps("profile_claims")}
              >
                <Group gap="lg" my={6}>
                  {Object.entries(t.deployments.fields.claims).map(([claim, label]) => (
                    <Checkbox key={claim} value={claim} label={label} />
                  ))}
                </Group>
              </Checkbox.Group>
            </>
          )}
          {!isTalk && (
            <>
              <Select
                label={t.deployments.fields.maxRole}
                description={t.deployments.fields.maxRoleHelp}
                data={Object.entries(t.deployments.fields.roles).map(([value, label]) => ({ value, label }))}
                {...field("max_role")}
              />
              <Switch
                label={t.deployments.fields.badges}
                description={t.deployments.fields.badgesHelp}
                disabled={!mayChange}
                {...form.getInputProps("badges", { type: "checkbox" })}
              />
            </>
          )}
          <NumberInput
            label={t.deployments.fields.lifetime}
            description={t.deployments.fields.lifetimeHelp(Number(form.values.token_lifetime) || 0)}
            min={60}
            max={34_560_000}
            allowDecimal={false}
            required
            {...field("token_lifetime")}
          />
          {mayChange && (
            <Group justify="flex-end" gap="xs">
              {form.isDirty() && (
                <Button
                  variant="default"
                  onClick={() => {
                    draft.discard();
                    form.setValues(untouched(deployment));
                  }}
                >
                  {t.common.startOver}
                </Button>
              )}
              <Button type="submit" loading={save.busy} disabled={!form.isDirty()}>
                {t.common.save}
              </Button>
            </Group>
          )}
        </Stack>
      </form>
    </Section>
  );
}

function Remove({ deployment: { name, verifying_keys }, etag }: ConfigurationProps) {
  const tenant = useTenant();
  const [asking, dialogue] = useDisclosure(false);
  const remove = useChange({
    said: t.deployments.remove.done,
    run: () =>
      ok(
        api.DELETE("/v1/tenants/{tenant}/deployments/{deployment}", {
          params: {
            path: { tenant: tenant.slug, deployment: name },
            query: { ...(verifying_keys > 0 && { force: true }) },
            header: { "If-Match": etag },
          },
        }),
      ),
    done: async () => {
      navigate(to("deployments", { tenant: tenant.slug }), { replace: true });
      await queryClient.invalidateQueries({ queryKey: deploymentsKey(tenant) });
    },
  });
  return (
    <Section
      title={t.deployments.remove.title}
      lead={t.deployments.remove.lead}
      actions={
        <Button variant="light" color="red" onClick={dialogue.open}>
          {t.deployments.remove.action}
        </Button>
      }
    >
      <ConfirmByTyping
        opened={asking}
        close={dialogue.close}
        title={t.deployments.remove.confirmTitle(name)}
        action={t.deployments.remove.action}
        word={name}
        change={remove}
      >
        <Text size="sm">{t.deployments.remove.body}</Text>
        {verifying_keys > 0 && (
          <Text size="sm" fw={550}>
            {t.deployments.remove.live(verifying_keys)}
          </Text>
        )}
        <Text size="sm">{t.deployments.remove.elsewhere}</Text>
      </ConfirmByTyping>
    </Section>
  );
}
