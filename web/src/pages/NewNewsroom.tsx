import { Button, Group, Paper, Stack, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useState } from "react";
import { api, ok, type Schema } from "../api/client";
import { refreshSession } from "../auth/session";
import { Page } from "../components/Page";
import { ProblemAlert } from "../components/ProblemAlert";
import { SecretOnce } from "../components/SecretOnce";
import { useChange } from "../lib/useChange";
import { useDraft } from "../lib/useDraft";
import { navigate } from "../router";
import { to } from "../routes";
import { t } from "../texts";

/** The least that a newsroom needs. */
export default function NewNewsroom() {
  const [made, setMade] = useState<Schema<"NewTenantOut"> | null>(null);
  const form = useForm({ initialValues: { name: "", root_url: "" } });
  const draft = useDraft("new-newsroom", form);
  const make = useChange({
    form,
    run: async (body: typeof form.values) => {
      const made = await ok(api.POST("/v1/tenants", { body }));
      await refreshSession();
      return made;
    },
    done: (made) => {
      draft.discard();
      setMade(made);
    },
  });
  if (made) {
    const secrets = [
      { label: t.account.newNewsroom.apiKey, value: made.api_key.api_key },
      ...(made.talk_settings ? [{ label: t.account.newNewsroom.talkSettings, value: made.talk_settings }] : []),
    ];
    return (
      <Page key="made" title={t.account.newNewsroom.made}>
        <SecretOnce secrets={secrets} done={() => navigate(to("overview", { tenant: made.tenant.slug }))} />
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
            <TextInput
              label={t.account.newNewsroom.rootUrl}
              description={t.account.newNewsroom.rootUrlHelp}
              placeholder="https://talk.example"
              inputMode="url"
              required
              {...form.getInputProps("root_url")}
            />
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
