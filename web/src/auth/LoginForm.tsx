import { Alert, Anchor, Button, Group, PasswordInput, Stack, Text, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useEffect, useState } from "react";
import { api, ok } from "../api/client";
import { Problem } from "../api/problem";
import { Link } from "../components/Link";
import { PageTitle } from "../components/Page";
import { ProblemAlert } from "../components/ProblemAlert";
import { useChange } from "../lib/useChange";
import { hashParams, usePlace } from "../router";
import { to } from "../routes";
import { Entrance } from "../shell/Entrance";
import { t } from "../texts";
import { entered } from "./session";

interface LoginFormProps {
  /** Whether a session was open until now. */
  ended?: boolean;
  /** Whether an invitation waits to be accepted. */
  invited?: boolean;
  done?: () => void;
}

/** Logs in, where whoever logs in wanted to be. */
export default function LoginForm({ ended = false, invited = false, done }: LoginFormProps) {
  const form = useForm({ initialValues: { email: "", password: "", code: "" } });
  const [needsCode, setNeedsCode] = useState(false);
  const { hash } = usePlace();
  const login = useChange({
    form,
    run: async ({ email, password, code }: typeof form.values) => {
      try {
        await ok(api.POST("/v1/sessions", { body: { email, password, ...(code !== "" && { code }) } }));
      } catch (thrown) {
        if (Problem.from(thrown).code !== "code-required") throw thrown;
        return false;
      }
      await entered();
      return true;
    },
    done: (entered) => {
      if (entered) done?.();
      else setNeedsCode(true);
    },
  });
  useEffect(() => {
    if (needsCode) form.getInputNode("code")?.focus();
  }, [needsCode, form.getInputNode]);
  const token = invited ? hashParams(hash).get("token") : null;
  const register = to("register") + (token === null ? "" : `#invitation=${encodeURIComponent(token)}`);
  const below = (
    <Group gap={6}>
      <Text size="sm">{t.auth.login.noAccount}</Text>
      <Anchor component={Link} to={register} size="sm">
        {t.auth.login.register}
      </Anchor>
    </Group>
  );
  return (
    <Entrance below={needsCode ? undefined : below}>
      <form onSubmit={form.onSubmit((values) => login.send(values))}>
        <Stack>
          <PageTitle>{needsCode ? t.auth.login.codeTitle : t.auth.login.title}</PageTitle>
          {ended && <Alert color="yellow">{t.auth.login.ended}</Alert>}
          {invited && <Alert>{t.auth.invitation.loginFirst}</Alert>}
          <ProblemAlert problem={login.problem} rest={login.rest} />
          <Stack hidden={needsCode}>
            <TextInput
              label={t.auth.login.email}
              type="email"
              autoComplete="username"
              required={!needsCode}
              {...form.getInputProps("email")}
            />
            <PasswordInput
              label={t.auth.login.password}
              autoComplete="current-password"
              required={!needsCode}
              {...form.getInputProps("password")}
            />
          </Stack>
          {needsCode && (
            <TextInput
              label={t.auth.login.code}
              description={t.auth.login.codeHelp}
              autoComplete="one-time-code"
              spellCheck={false}
              required
              {...form.getInputProps("code")}
            />
          )}
          <Button type="submit" loading={login.busy} fullWidth>
            {needsCode ? t.auth.login.codeSubmit : t.auth.login.submit}
          </Button>
          {needsCode ? (
            <Anchor
              component="button"
              type="button"
              size="sm"
              onClick={() => {
                form.reset();
                login.reset();
                setNeedsCode(false);
              }}
            >
              {t.auth.login.otherAccount}
            </Anchor>
          ) : (
            <Anchor component={Link} to={to("reset")} size="sm" ta="center">
              {t.auth.login.forgot}
            </Anchor>
          )}
        </Stack>
      </form>
    </Entrance>
  );
}
