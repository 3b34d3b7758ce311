import { Button, Group, PasswordInput, Stack, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { api, ok } from "../../api/client";
import { NewPassword } from "../../auth/NewPassword";
import { refreshSession, useMe } from "../../auth/session";
import { ProblemAlert } from "../../components/ProblemAlert";
import { Section } from "../../components/Section";
import { queryClient } from "../../lib/queries";
import { useChange } from "../../lib/useChange";
import { t } from "../../texts";
import { SESSIONS } from "./Sessions";

export function Password() {
  const { account } = useMe();
  const form = useForm({ initialValues: { current_password: "", new_password: "", code: "" } });
  const change = useChange({
    form,
    said: t.account.password.done,
    run: async ({ code, ...passwords }: typeof form.values) => {
      await ok(api.POST("/v1/account/password", { body: { ...passwords, ...(code !== "" && { code }) } }));
      await refreshSession();
      await queryClient.invalidateQueries({ queryKey: SESSIONS });
    },
    done: () => form.reset(),
  });
  return (
    <Section title={t.account.password.title} lead={t.account.password.lead} side>
      <form onSubmit={form.onSubmit((values) => change.send(values))}>
        <Stack>
          <ProblemAlert problem={change.problem} rest={change.rest} />
          <input type="text" autoComplete="username" value={account.email} readOnly hidden />
          <PasswordInput
            label={t.account.password.current}
            autoComplete="current-password"
            required
            {...form.getInputProps("current_password")}
          />
          <NewPassword label={t.account.password.next} email={account.email} {...form.getInputProps("new_password")} />
          {account.totp && (
            <TextInput
              label={t.account.password.code}
              description={t.account.password.codeHelp}
              autoComplete="one-time-code"
              required
              {...form.getInputProps("code")}
            />
          )}
          <Group justify="flex-end">
            <Button type="submit" loading={change.busy}>
              {t.account.password.submit}
            </Button>
          </Group>
        </Stack>
      </form>
    </Section>
  );
}
