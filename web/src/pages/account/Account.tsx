import { Button, Group, Stack, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { api, ok } from "../../api/client";
import { refreshSession, useMe } from "../../auth/session";
import { Page } from "../../components/Page";
import { ProblemAlert } from "../../components/ProblemAlert";
import { Section } from "../../components/Section";
import { useChange } from "../../lib/useChange";
import { useDraft } from "../../lib/useDraft";
import { t } from "../../texts";
import { Password } from "./Password";
import { Sessions } from "./Sessions";
import { Totp } from "./Totp";

/** What is one's own: name, password, authenticator app, sessions. */
export default function Account() {
  return (
    <Page title={t.account.title}>
      <Stack>
        <Profile />
        <Password />
        <Totp />
        <Sessions />
      </Stack>
    </Page>
  );
}

function Profile() {
  const { account } = useMe();
  const form = useForm({ initialValues: { name: account.name } });
  const draft = useDraft("account:name", form);
  const save = useChange({
    form,
    said: t.common.saved,
    run: async (body: typeof form.values) => {
      await ok(api.PATCH("/v1/account", { body }));
      await refreshSession();
    },
    done: (_, { name }) => {
      draft.discard();
      form.resetDirty({ name });
    },
  });
  return (
    <Section title={t.account.profile.title} side>
      <form onSubmit={form.onSubmit((values) => save.send(values))}>
        <Stack>
          <ProblemAlert problem={save.problem} rest={save.rest} />
          <TextInput
            label={t.account.profile.name}
            description={t.account.profile.nameHelp}
            autoComplete="name"
            maxLength={255}
            required
            {...form.getInputProps("name")}
          />
          <TextInput
            label={t.account.profile.email}
            description={t.account.profile.emailHelp}
            value={account.email}
            readOnly
          />
          <Group justify="flex-end">
            <Button type="submit" loading={save.busy} disabled={!form.isDirty()}>
              {t.common.save}
            </Button>
          </Group>
        </Stack>
      </form>
    </Section>
  );
}
