import { Alert, Anchor, Button, Group, Stack, Text, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useState } from "react";
import { api, ok } from "../../api/client";
import { keepInvitation } from "../../auth/invitation";
import { Link } from "../../components/Link";
import { PageTitle } from "../../components/Page";
import { ProblemAlert } from "../../components/ProblemAlert";
import { useChange } from "../../lib/useChange";
import { hashParams, usePlace } from "../../router";
import { to } from "../../routes";
import { Entrance } from "../../shell/Entrance";
import { t } from "../../texts";

export default function Register() {
  const invitation = hashParams(usePlace().hash).get("invitation");
  const [sent, setSent] = useState<string | null>(null);
  const form = useForm({ initialValues: { email: "", name: "" } });
  const register = useChange({
    form,
    run: (body: typeof form.values) =>
      ok(api.POST("/v1/accounts", { body: { ...body, ...(invitation && { invitation }) } })),
    done: (_, { email }) => {
      // Behind the letter's link, perhaps in another tab, the invitation comes next.
      if (invitation) keepInvitation(invitation);
      setSent(email);
    },
  });
  if (sent !== null) {
    return (
      <Entrance>
        <Stack key="sent">
          <PageTitle>{t.auth.register.sentTitle}</PageTitle>
          <Text>{t.auth.register.sent(sent)}</Text>
          <Text size="sm" c="dimmed">
            {t.auth.register.sentMore}
          </Text>
          <Button variant="default" onClick={() => setSent(null)}>
            {t.auth.register.again}
          </Button>
        </Stack>
      </Entrance>
    );
  }
  const below = (
    <Group gap={6}>
      <Text size="sm">{t.auth.register.haveAccount}</Text>
      <Anchor component={Link} to={to("login")} size="sm">
        {t.auth.register.login}
      </Anchor>
    </Group>
  );
  return (
    <Entrance below={below}>
      <form onSubmit={form.onSubmit((values) => register.send(values))}>
        <Stack>
          <div>
            <PageTitle>{t.auth.register.title}</PageTitle>
            <Text c="dimmed" size="sm" mt={4}>
              {t.auth.register.lead}
            </Text>
          </div>
          {invitation !== null && <Alert>{t.auth.register.invited}</Alert>}
          <ProblemAlert problem={register.problem} rest={register.rest} />
          <TextInput
            label={t.auth.register.name}
            description={t.auth.register.nameHelp}
            autoComplete="name"
            maxLength={255}
            required
            {...form.getInputProps("name")}
          />
          <TextInput
            label={t.auth.register.email}
            description={t.auth.register.emailHelp}
            type="email"
            autoComplete="email"
            maxLength={254}
            required
            {...form.getInputProps("email")}
          />
          <Button type="submit" loading={register.busy}>
            {t.auth.register.submit}
          </Button>
        </Stack>
      </form>
    </Entrance>
  );
}
