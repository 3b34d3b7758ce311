import { Alert, Button, Group, Modal, Stack, Text } from "@mantine/core";
import { useState } from "react";
import { api, ok, type Schema } from "../../api/client";
import { ConfirmByTyping } from "../../components/ConfirmByTyping";
import { CopyBlock } from "../../components/Copy";
import { IconAlertTriangle } from "../../components/icons";
import { ProblemAlert } from "../../components/ProblemAlert";
import { When } from "../../components/Time";
import { useChange } from "../../lib/useChange";
import { useNow } from "../../lib/useNow";
import { useTenant } from "../../lib/useTenant";
import { t } from "../../texts";
import type { Deployment } from "../deployments/queries";
import { Outcome } from "./Outcome";
import { afterKeyChange, type SigningKey } from "./queries";

/** What can be done with a key. */
export type Deed = "activate" | "retire" | "revoke" | "reveal";

interface KeyDialoguesProps {
  deployment: Deployment;
  asked: { deed: Deed; key: SigningKey } | null;
  close: () => void;
}

type Ended = Schema<"EndedKeyOut">;
type Activated = Schema<"ActivatedKeyOut">;

/** Asks before something is done with a key, and says what became of it. */
export function KeyDialogues({ deployment, asked, close }: KeyDialoguesProps) {
  const [result, setResult] = useState<{ title: string; answer: Ended | Activated } | null>(null);
  const answered = (title: string) => (answer: Ended | Activated) => {
    close();
    setResult({ title, answer });
  };
  const props = asked && { deployment: deployment.name, signingKey: asked.key, close };
  return (
    <>
      {props && asked.deed === "activate" && <Activate {...props} done={answered(t.signingKeys.activate.done)} />}
      {props && asked.deed === "retire" && <Retire {...props} done={answered(t.signingKeys.retire.done)} />}
      {props && asked.deed === "revoke" && <Revoke {...props} done={answered(t.signingKeys.revoke.done)} />}
      {props && asked.deed === "reveal" && <Reveal {...props} />}
      <Modal
        opened={result !== null}
        onClose={() => setResult(null)}
        title={result?.answer.kid}
        closeButtonProps={{ "aria-label": t.common.close }}
      >
        {result && (
          <Outcome
            title={result.title}
            close={() => setResult(null)}
            {...("notes" in result.answer && { notes: result.answer.notes, replaced: result.answer.replaced })}
          >
            {"note" in result.answer && <EndNote ended={result.answer} />}
          </Outcome>
        )}
      </Modal>
    </>
  );
}

function EndNote({ ended }: { ended: Ended }) {
  return (
    <>
      {ended.nothing_signs && (
        <Alert color="red" icon={<IconAlertTriangle aria-hidden />} title={t.signingKeys.ended.nothingSigns} />
      )}
      <Text size="sm">{ended.note}</Text>
      {new Date(ended.accepted_by_talk_until) > new Date() && (
        <Text size="sm" c="dimmed">
          {t.signingKeys.ended.until}: <When value={ended.accepted_by_talk_until} />
        </Text>
      )}
    </>
  );
}

interface DeedProps<Answer = never> {
  deployment: string;
  signingKey: SigningKey;
  close: () => void;
  done: (answer: Answer) => void;
}

const pathOf = (tenant: string, deployment: string, kid: string) => ({ path: { tenant, deployment, kid } });

function Activate({ deployment, signingKey: { kid }, close, done }: DeedProps<Activated>) {
  const tenant = useTenant();
  const change = useChange({
    invalidate: afterKeyChange(tenant, deployment),
    run: () =>
      ok(
        api.POST("/v1/tenants/{tenant}/deployments/{deployment}/signing-keys/{kid}/activate", {
          params: pathOf(tenant.slug, deployment, kid),
        }),
      ),
    done,
  });
  return (
    <ConfirmByTyping
      opened
      close={close}
      title={t.signingKeys.activate.title}
      action={t.signingKeys.activate.action}
      change={change}
      danger={false}
    >
      <Text size="sm" fw={550} style={{ overflowWrap: "anywhere" }}>
        {kid}
      </Text>
      <Text size="sm">{t.signingKeys.activate.body}</Text>
      <Text size="sm">{t.signingKeys.activate.check}</Text>
    </ConfirmByTyping>
  );
}

function Retire({ deployment, signingKey: key, close, done }: DeedProps<Ended>) {
  const tenant = useTenant();
  const now = useNow();
  const unsafe = key.state !== "pending" && (!key.safe_to_retire_at || new Date(key.safe_to_retire_at) > now);
  const change = useChange({
    invalidate: afterKeyChange(tenant, deployment),
    run: () =>
      ok(
        api.POST("/v1/tenants/{tenant}/deployments/{deployment}/signing-keys/{kid}/retire", {
          params: pathOf(tenant.slug, deployment, key.kid),
          body: { ...(unsafe && { force: true }) },
        }),
      ),
    done,
  });
  return (
    <ConfirmByTyping
      opened
      close={close}
      title={t.signingKeys.retire.title}
      action={unsafe ? t.signingKeys.retire.force : t.signingKeys.retire.action}
      change={change}
      danger={unsafe}
      {...(unsafe && { word: key.kid })}
    >
      {unsafe ? (
        <>
          <Alert color="yellow" icon={<IconAlertTriangle aria-hidden />} title={t.signingKeys.retire.unsafe}>
            <Text size="sm">
              {typeof key.live_tokens === "number" && key.origin === "generated"
                ? t.signingKeys.retire.unsafeBody(key.live_tokens)
                : t.signingKeys.retire.unsafeUnknown}
            </Text>
          </Alert>
          {key.safe_to_retire_at && (
            <Text size="sm">
              {t.signingKeys.retire.waitUntil} <When value={key.safe_to_retire_at} />.
            </Text>
          )}
        </>
      ) : (
        <>
          <Text size="sm" fw={550} style={{ overflowWrap: "anywhere" }}>
            {key.kid}
          </Text>
          <Text size="sm">{key.state === "pending" ? t.signingKeys.retire.pending : t.signingKeys.retire.safe}</Text>
        </>
      )}
    </ConfirmByTyping>
  );
}

function Revoke({ deployment, signingKey: key, close, done }: DeedProps<Ended>) {
  const tenant = useTenant();
  const change = useChange({
    invalidate: afterKeyChange(tenant, deployment),
    run: () =>
      ok(
        api.POST("/v1/tenants/{tenant}/deployments/{deployment}/signing-keys/{kid}/revoke", {
          params: pathOf(tenant.slug, deployment, key.kid),
        }),
      ),
    done,
  });
  const counted = typeof key.live_tokens === "number" && key.origin === "generated";
  const tokens = !counted
    ? t.signingKeys.revoke.unknown
    : key.live_tokens === 0
      ? t.signingKeys.revoke.noTokens
      : t.signingKeys.revoke.tokens(key.live_tokens ?? 0);
  return (
    <ConfirmByTyping
      opened
      close={close}
      title={t.signingKeys.revoke.title}
      action={t.signingKeys.revoke.action}
      change={change}
      word={key.kid}
    >
      <Text size="sm">{t.signingKeys.revoke.why}</Text>
      <Text size="sm" fw={550}>
        {tokens}
      </Text>
      {key.state === "active" && (
        <Alert color="red" icon={<IconAlertTriangle aria-hidden />}>
          <Text size="sm">{t.signingKeys.revoke.signs}</Text>
        </Alert>
      )}
      <Text size="sm">{t.signingKeys.revoke.elsewhere}</Text>
    </ConfirmByTyping>
  );
}

/** Shows a key. The password is asked for where it must be proved. */
function Reveal({ deployment, signingKey: { kid }, close }: Omit<DeedProps, "done">) {
  const tenant = useTenant();
  const [shown, setShown] = useState<Schema<"RevealedKeyOut"> | null>(null);
  const reveal = useChange({
    run: () =>
      ok(
        api.POST("/v1/tenants/{tenant}/deployments/{deployment}/signing-keys/{kid}/reveal", {
          params: pathOf(tenant.slug, deployment, kid),
        }),
      ),
    done: setShown,
  });
  const parts = [
    { label: t.signingKeys.reveal.secret, value: shown?.secret },
    { label: t.signingKeys.reveal.private, value: shown?.private_key },
    { label: t.signingKeys.reveal.public, value: shown?.public_key },
  ];
  return (
    <Modal
      opened
      onClose={close}
      title={t.signingKeys.reveal.title}
      size="lg"
      closeButtonProps={{ "aria-label": t.common.close }}
    >
      <Stack>
        <Text size="sm" fw={550} style={{ overflowWrap: "anywhere" }}>
          {kid}
        </Text>
        <ProblemAlert problem={reveal.problem} />
        {parts.map(
          ({ label, value }) =>
            value && <CopyBlock key={label} label={label} value={value} wrap={!value.includes("\n")} />,
        )}
        <Text size="sm" c="dimmed">
          {t.signingKeys.reveal.logged}
        </Text>
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={close}>
            {t.common.close}
          </Button>
          {!shown && (
            <Button onClick={() => reveal.send()} loading={reveal.busy}>
              {t.signingKeys.reveal.action}
            </Button>
          )}
        </Group>
      </Stack>
    </Modal>
  );
}
