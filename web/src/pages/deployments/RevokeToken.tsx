import { Alert, Button, Stack, Text } from "@mantine/core";
import { useState } from "react";
import { api, ok, type Schema } from "../../api/client";
import { ConfirmByTyping } from "../../components/ConfirmByTyping";
import { IconInfoCircle } from "../../components/icons";
import { sentence } from "../../components/Prose";
import { Section } from "../../components/Section";
import { When } from "../../components/Time";
import { useChange } from "../../lib/useChange";
import { useTenant } from "../../lib/useTenant";
import { t } from "../../texts";

const texts = t.deployments.revoke;

type Revoked = Schema<"Revoked">;

interface RevokeProps {
  token: string;
  deployment: string;
  done: (answer: Revoked) => void;
}

/** Ends the one token that was checked: somebody has it who shouldn't. */
export function RevokeToken({ token, deployment, done }: RevokeProps) {
  const tenant = useTenant();
  const [asking, setAsking] = useState(false);
  const revoke = useChange<void, Revoked>({
    run: () =>
      ok(
        api.POST("/v1/tenants/{tenant}/tokens/revoke", {
          params: { path: { tenant: tenant.slug } },
          // The checker takes it as it was copied; this route takes the token alone.
          body: { token: token.replaceAll(/^\s*Bearer\s|["'\s]/gi, ""), deployment },
        }),
      ),
    done,
  });
  return (
    <Section
      title={texts.title}
      lead={texts.lead}
      actions={
        <Button variant="default" onClick={() => setAsking(true)} disabled={tenant.suspended}>
          {texts.action}…
        </Button>
      }
    >
      <ConfirmByTyping
        opened={asking}
        close={() => {
          revoke.reset();
          setAsking(false);
        }}
        title={texts.confirmTitle}
        action={texts.action}
        change={revoke}
      >
        <Text size="sm">{texts.body}</Text>
      </ConfirmByTyping>
    </Section>
  );
}

/** What became of it, in the server's words. */
export function RevokedToken({ answer }: { answer: Revoked }) {
  return (
    <Alert
      role="status"
      color="blue"
      icon={<IconInfoCircle aria-hidden />}
      title={answer.revoked ? texts.done : texts.wasNotGood}
    >
      <Stack gap={4}>
        <Text size="sm">{sentence(answer.note)}</Text>
        {answer.accepted_by_talk_until && (
          <Text size="sm">
            {t.users.access.until} <When value={answer.accepted_by_talk_until} />.
          </Text>
        )}
      </Stack>
    </Alert>
  );
}
