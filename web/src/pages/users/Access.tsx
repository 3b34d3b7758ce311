import { Alert, Button, Divider, Group, Stack, Text } from "@mantine/core";
import { type ReactNode, useState } from "react";
import { api, ok, type Schema } from "../../api/client";
import { ConfirmByTyping } from "../../components/ConfirmByTyping";
import { IconInfoCircle } from "../../components/icons";
import { ProblemAlert } from "../../components/ProblemAlert";
import { Section } from "../../components/Section";
import { When } from "../../components/Time";
import { queryClient } from "../../lib/queries";
import { useChange } from "../../lib/useChange";
import { useTenant } from "../../lib/useTenant";
import { t } from "../../texts";
import { type Reader, userPath } from "./record";

type Revoked = Schema<"TokensRevoked">;
type Deed = "revoke" | "disable" | "delete";

interface AccessProps {
  reader: Reader;
  etag: string;
  deleted: (answer: Revoked) => void;
}

/** What ends a reader's tokens, and what each of these leaves. */
export function Access({ reader, etag, deleted }: AccessProps) {
  const { slug, key } = useTenant();
  const [asking, setAsking] = useState<Deed | null>(null);
  const [answer, setAnswer] = useState<{ what: Deed; answer: Revoked } | null>(null);
  const user = reader.user.id;
  const at = { params: { path: { tenant: slug, user } }, pathSerializer: userPath };
  const did = (what: Deed) => (answer: Revoked) => {
    setAsking(null);
    setAnswer({ what, answer });
  };
  const invalidate = [[...key, "users"]];
  const revoke = useChange<void, Revoked>({
    run: () => ok(api.POST("/v1/tenants/{tenant}/users/{user}/revoke-tokens", at)),
    done: did("revoke"),
  });
  const disable = useChange<void, Revoked>({
    invalidate,
    run: () => ok(api.POST("/v1/tenants/{tenant}/users/{user}/disable", at)),
    done: did("disable"),
  });
  const enable = useChange<void>({
    invalidate,
    said: t.users.access.enabled,
    run: () => ok(api.POST("/v1/tenants/{tenant}/users/{user}/enable", at)),
    done: () => setAnswer(null),
  });
  const remove = useChange<void, Revoked>({
    run: () =>
      ok(
        api.DELETE("/v1/tenants/{tenant}/users/{user}", {
          ...at,
          params: { ...at.params, header: { "If-Match": etag } },
        }),
      ),
    done: (answer) => {
      deleted(answer);
      // The lists are read anew when they are seen again; this page must not look for who is gone.
      void queryClient.invalidateQueries({ queryKey: [...key, "users"], refetchType: "none" });
    },
  });
  const ask = (what: Deed) => () => {
    for (const change of [revoke, disable, remove]) change.reset();
    setAsking(what);
  };
  const close = () => setAsking(null);
  const { access } = t.users;
  const disabled = Boolean(reader.disabled_at);
  return (
    <Section title={access.title} lead={access.lead}>
      {answer && <Answer {...answer} />}
      <ProblemAlert problem={enable.problem} />
      <Stack gap="sm">
        <Choice help={access.revokeHelp}>
          <Button variant="default" onClick={ask("revoke")}>
            {access.revoke}
          </Button>
        </Choice>
        <Divider />
        <Choice help={disabled ? access.enableHelp : access.disableHelp}>
          {disabled ? (
            <Button variant="default" onClick={() => enable.send()} loading={enable.busy}>
              {access.enable}
            </Button>
          ) : (
            <Button variant="default" onClick={ask("disable")}>
              {access.disable}
            </Button>
          )}
        </Choice>
        <Divider />
        <Choice help={access.deleteHelp}>
          <Button variant="light" color="red" onClick={ask("delete")}>
            {access.delete}
          </Button>
        </Choice>
      </Stack>
      <ConfirmByTyping
        opened={asking === "revoke"}
        close={close}
        title={access.revokeTitle}
        action={access.revoke}
        change={revoke}
      >
        <Text size="sm">{access.revokeBody}</Text>
        <Text size="sm">{access.talk}</Text>
      </ConfirmByTyping>
      <ConfirmByTyping
        opened={asking === "disable"}
        close={close}
        title={access.disableTitle}
        action={access.disable}
        change={disable}
      >
        <Text size="sm">{access.disableBody}</Text>
        <Text size="sm">{access.talk}</Text>
      </ConfirmByTyping>
      <ConfirmByTyping
        opened={asking === "delete"}
        close={close}
        title={access.deleteTitle}
        action={access.delete}
        change={remove}
        word={user}
      >
        <Text size="sm">{access.deleteBody}</Text>
        <Text size="sm">{access.talk}</Text>
      </ConfirmByTyping>
    </Section>
  );
}

function Choice({ help, children }: { help: string; children: ReactNode }) {
  return (
    <Group justify="space-between" gap="sm">
      <Text size="sm" flex="1 1 16rem">
        {help}
      </Text>
      {children}
    </Group>
  );
}

/** What was done, and what Talk makes of it: the server's own words. */
export function Answer({ what, answer }: { what: Deed; answer: Revoked }) {
  return (
    <Alert role="status" color="blue" icon={<IconInfoCircle aria-hidden />} title={t.users.access.done[what]}>
      <Stack gap={4}>
        <Text size="sm">{answer.note}</Text>
        <Text size="sm">
          {t.users.access.until}{" "}
          <Text span inherit fw={600}>
            <When value={answer.accepted_by_talk_until} />
          </Text>
          .
        </Text>
      </Stack>
    </Alert>
  );
}
