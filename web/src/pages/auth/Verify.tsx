import { Button, Stack, Text } from "@mantine/core";
import { useForm } from "@mantine/form";
import { api, ok } from "../../api/client";
import { takeInvitation } from "../../auth/invitation";
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

/** Behind the link of the first letter: a password makes the account. */
export default function Verify() {
  const token = hashParams(usePlace().hash).get("token") ?? "";
  const form = useForm({ initialValues: { password: "" } });
  const verify = useChange({
    form,
    run: async ({ password }: typeof form.values) => {
      await ok(api.POST("/v1/accounts/verify", { body: { token, password } }));
      await entered();
    },
    // The link's secret leaves the history too.
    done: () => {
      const invitation = takeInvitation();
      const next = invitation === null ? to("home") : `${to("invitation")}#token=${encodeURIComponent(invitation)}`;
      navigate(next, { replace: true });
    },
  });
  if (token === "") {
    return (
      <Entrance>
        <Stack>
          <PageTitle>{t.auth.verify.title}</PageTitle>
          <Text>{t.auth.verify.noToken}</Text>
          <Button component={Link} to={to("register")} variant="default">
            {t.auth.verify.register}
          </Button>
        </Stack>
      </Entrance>
    );
  }
  return (
    <Entrance>
      <form onSubmit={form.onSubmit((values) => verify.send(values))}>
        <Stack>
          <div>
            <PageTitle>{t.auth.verify.title}</PageTitle>
            <Text c="dimmed" size="sm" mt={4}>
              {t.auth.verify.lead}
            </Text>
          </div>
          <ProblemAlert problem={verify.problem} rest={verify.rest} />
          <NewPassword label={t.auth.verify.password} {...form.getInputProps("password")} />
          <Button type="submit" loading={verify.busy}>
            {t.auth.verify.submit}
          </Button>
          {verify.problem?.code === "link-invalid" && (
            <Button component={Link} to={to("register")} variant="default">
              {t.auth.verify.register}
            </Button>
          )}
        </Stack>
      </form>
    </Entrance>
  );
}
