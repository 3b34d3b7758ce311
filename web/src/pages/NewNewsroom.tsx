import { Button, Collapse, Group, Paper, Radio, Stack, Text, TextInput } from "@mantine/core";
import { type UseFormReturnType, useForm } from "@mantine/form";
import { useDisclosure } from "@mantine/hooks";
import { useId, useState } from "react";
import { api, ok, type Schema } from "../api/client";
import { refreshSession } from "../auth/session";
import { IconChevronDown } from "../components/icons";
import { Page } from "../components/Page";
import { ProblemAlert } from "../components/ProblemAlert";
import { SecretOnce } from "../components/SecretOnce";
import { useChange } from "../lib/useChange";
import { useDraft } from "../lib/useDraft";
import { navigate } from "../router";
import { to } from "../routes";
import { t } from "../texts";

type Form = UseFormReturnType<Record<"name" | "kind" | "root_url" | "slug" | "issuer" | "audience", string>>;

/** The least that a newsroom needs. */
export default function NewNewsroom() {
  const [made, setMade] = useState<Schema<"NewTenantOut"> | null>(null);
  const form = useForm({ initialValues: { name: "", kind: "talk", root_url: "", slug: "", issuer: "", audience: "" } });
  const draft = useDraft("new-newsroom", form);
  const make = useChange({
    form,
    run: async ({ slug, issuer, audience, ...body }: typeof form.values) => {
      const talks = body.kind === "talk" && {
        ...(issuer.trim() && { issuer: issuer.trim() }),
        ...(audience.trim() && { audience: audience.trim() }),
      };
      const made = await ok(
        api.POST("/v1/tenants", { body: { ...body, ...(slug.trim() && { slug: slug.trim() }), ...talks } }),
      );
      await refreshSession();
      return made;
    },
    done: (made) => {
      draft.discard();
      setMade(made);
    },
  });
  const coral = form.values.kind === "coral";
  if (made) {
    const secrets = [
      { label: t.account.newNewsroom.apiKey, value: made.api_key.api_key },
      ...(made.talk_settings ? [{ label: t.account.newNewsroom.talkSettings, value: made.talk_settings }] : []),
    ];
    return (
      <Page key="made" title={t.account.newNewsroom.made}>
        <SecretOnce secrets={secrets} done={() => navigate(to("setUp", { tenant: made.tenant.slug }))}>
          {made.deployment.kind === "coral" && <Text size="sm">{t.setUp.madeCoral}</Text>}
        </SecretOnce>
      </Page>
    );
  }
  return (
    <Page title={t.account.newNewsroom.title} lead={t.account.newNewsroom.lead}>
      <Paper withBorder p="lg" maw={560}>
        <form onSubmit={form.onSubmit((values) => make.send(values))}>
          <Stack>
            <ProblemAlert problem={make.problem} rest={make.rest} />
            <TextInput
              label={t.account.newNewsroom.name}
              placeholder={t.account.newNewsroom.namePlaceholder}
              maxLength={255}
              required
              {...form.getInputProps("name")}
            />
            <Radio.Group label={t.setUp.kind} {...form.getInputProps("kind")}>
              <Stack gap="xs" mt="xs">
                {(["talk", "coral"] as const).map((kind) => (
                  <Radio
                    key={kind}
                    value={kind}
                    label={t.setUp.kinds[kind].label}
                    description={t.setUp.kinds[kind].help}
                  />
                ))}
              </Stack>
            </Radio.Group>
            <TextInput
              label={coral ? t.setUp.coralUrl : t.account.newNewsroom.rootUrl}
              description={coral ? t.setUp.coralUrlHelp : t.account.newNewsroom.rootUrlHelp}
              placeholder={coral ? "https://coral.example" : "https://talk.example"}
              inputMode="url"
              required
              {...form.getInputProps("root_url")}
            />
            <More form={form} coral={coral} />
            <Group justify="flex-end">
              <Button type="submit" loading={make.busy}>
                {t.account.newNewsroom.submit}
              </Button>
            </Group>
          </Stack>
        </form>
      </Paper>
    </Page>
  );
}

/** What follows from the name and the address unless it is said. */
function More({ form, coral }: { form: Form; coral: boolean }) {
  const texts = t.account.newNewsroom;
  const set = [form.values.slug, form.values.issuer, form.values.audience].some((value) => value !== "");
  const [open, { toggle }] = useDisclosure(set);
  const wrong = ["slug", "issuer", "audience"].some((field) => field in form.errors);
  const id = useId();
  return (
    <div>
      <Button
        variant="subtle"
        color="gray"
        size="compact-sm"
        c="dimmed"
        onClick={toggle}
        aria-expanded={open || wrong}
        aria-controls={id}
        px={0}
        rightSection={<IconChevronDown size={15} aria-hidden style={{ rotate: open || wrong ? "180deg" : "0deg" }} />}
      >
        {texts.more}
      </Button>
      <Collapse expanded={open || wrong} id={id}>
        <Stack pt="sm">
          <TextInput
            label={`${t.settings.slug.label} (${t.common.optional})`}
            description={texts.slugHelp}
            maxLength={63}
            spellCheck={false}
            autoComplete="off"
            {...form.getInputProps("slug")}
          />
          {!coral && (
            <>
              <TextInput
                label={`${t.deployments.fields.issuer} (${t.common.optional})`}
                description={t.deployments.fields.issuerHelp}
                placeholder={form.values.root_url || "https://talk.example"}
                spellCheck={false}
                {...form.getInputProps("issuer")}
              />
              <TextInput
                label={`${t.deployments.fields.audience} (${t.common.optional})`}
                description={t.deployments.fields.audienceHelp}
                placeholder="talk"
                spellCheck={false}
                {...form.getInputProps("audience")}
              />
            </>
          )}
        </Stack>
      </Collapse>
    </div>
  );
}
