import { Anchor, Button, Stack, Text, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { notifications } from "@mantine/notifications";
import { useState } from "react";
import { api, ok } from "../../api/client";
import { NewPassword } from "../../auth/NewPassword";
import { entered } from "../../auth/session";
import { Link } from "../../components/Link";
import { PageTitle } from "../../components/Page";
import { ProblemAlert } from "../../components/ProblemAlert";
import { useChange } from "../../lib/useChange";
import { hashParams, navigate, usePlace } from "../../router";
import { to } from "../../routes";
import { Entrance } from "../../shell/Entrance";
import { t } from "../../texts";

/** Asks for a link; behind the link, sets the password. */
export default function Reset() {
  const token = hashParams(usePlace().hash).get("token") ?? "";
  const back = (
    <Anchor component={Link} to={to("login")} size="sm">
      {t.auth.reset.login}
    </Anchor>
  );
  return <Entrance below={back}>{token === "" ? <Request /> : <Confirm key={token} token={token} />}</Entrance>;
}

function Request() {
  const [sent, setSent] = useState<string | null>(null);
  const form = useForm({ initialValues: { email: "" } });
  const request = useChange({
    form,
    run: (body: typeof form.values) => ok(api.POST("/v1/accounts/reset", { body })),
    done: (_, { email }) => setSent(email),
  });
  if (sent !== null) {
    return (
      <Stack key="sent">
        <PageTitle>{t.auth.reset.sentTitle}</PageTitle>
        <Text>{t.auth.reset.sent(sent)}</Text>
      </Stack>
    );
  }
  return (
    <form onSubmit={form.onSubmit((values) => request.send(values))}>
      <Stack>
        <div>
          <PageTitle>{t.auth.reset.title}</PageTitle>
          <Text c="dimmed" size="sm" mt={4}>
            {t.auth.reset.lead}
          </Text>
        </div>
        <ProblemAlert problem={request.problem} rest={request.rest} />
        <TextInput
          label={t.auth.reset.email}
          type="email"
          autoComplete="username"
          required
          {...form.getInputProps("email")}
        />
        <Button type="submit" loading={request.busy}>
          {t.auth.reset.submit}
        </Button>
      </Stack>
    </form>
  );
}

function Confirm({ token }: { token: string }) {
  const form = useForm({ initialValues: { password: "" } });
  const confirm = useChange({
    form,
    run: async ({ password }: typeof form.values) => {
      const answer = await api.POST("/v1/accounts/reset/confirm", { body: { token, password } });
      // Whoever has an authenticator app logs in with a code.
      const opened = answer.response.status === 201;
      if (opened) await entered();
      return opened;
    },
    done: (opened) => {
      if (!opened) notifications.show({ message: t.auth.reset.done, color: "teal" });
      navigate(opened ? to("home") : to("login"), { replace: true });
    },
  });
  return (
    <form onSubmit={form.onSubmit((values) => confirm.send(values))}>
      <Stack>
        <div>
          <PageTitle>{t.auth.reset.newTitle}</PageTitle>
          <Text c="dimmed" size="sm" mt={4}>
            {t.auth.reset.newLead}
          </Text>
        </div>
        <ProblemAlert problem={confirm.problem} rest={confirm.rest} />
        <NewPassword label={t.account.password.next} {...form.getInputProps("password")} />
        <Button type="submit" loading={confirm.busy}>
          {t.auth.reset.newSubmit}
        </Button>
        {confirm.problem?.code === "link-invalid" && (
          <Button variant="default" onClick={() => navigate(to("reset"), { replace: true })}>
            {t.auth.reset.title}
          </Button>
        )}
      </Stack>
    </form>
  );
}
