import { Alert, Button, Group, Paper, Text } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { api, ok } from "../../api/client";
import { logOut, refreshSession, useMe } from "../../auth/session";
import { Page } from "../../components/Page";
import { ProblemAlert } from "../../components/ProblemAlert";
import { useChange } from "../../lib/useChange";
import { hashParams, navigate, usePlace } from "../../router";
import { to } from "../../routes";
import { t } from "../../texts";

/** Behind the link of an invitation. */
export default function Invitation() {
  const { account } = useMe();
  const token = hashParams(usePlace().hash).get("token") ?? "";
  const accept = useChange({
    run: async () => {
      const joined = await ok(api.POST("/v1/invitations/accept", { body: { token } }));
      await refreshSession();
      return joined;
    },
    done: ({ name, tenant }) => {
      notifications.show({ message: t.auth.invitation.joined(name), color: "teal" });
      navigate(to("overview", { tenant }), { replace: true });
    },
  });
  // The address stays, so that the log-in leads here again.
  const other = useChange({ run: logOut });
  if (token === "") {
    return (
      <Page title={t.auth.invitation.title}>
        <Alert color="yellow">{t.auth.invitation.noToken}</Alert>
      </Page>
    );
  }
  return (
    <Page title={t.auth.invitation.title} lead={t.auth.invitation.lead}>
      <Paper withBorder p="md" maw={480}>
        <Text fw={600}>{account.name}</Text>
        <Text size="sm" c="dimmed">
          {account.email}
        </Text>
      </Paper>
      <ProblemAlert problem={accept.problem ?? other.problem} />
      <Group>
        <Button onClick={() => accept.send()} loading={accept.busy}>
          {t.auth.invitation.accept}
        </Button>
        <Button variant="default" onClick={() => other.send()} loading={other.busy}>
          {t.auth.invitation.other}
        </Button>
      </Group>
    </Page>
  );
}
