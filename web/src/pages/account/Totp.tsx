import { Badge, Button, Group, Stack, Text, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useDisclosure } from "@mantine/hooks";
import { lazy, Suspense, useState } from "react";
import { api, ok, type Schema } from "../../api/client";
import { refreshSession, useMe } from "../../auth/session";
import { ConfirmByTyping } from "../../components/ConfirmByTyping";
import { CopyBlock } from "../../components/Copy";
import { ProblemAlert } from "../../components/ProblemAlert";
import { SecretOnce } from "../../components/SecretOnce";
import { Section } from "../../components/Section";
import { useChange } from "../../lib/useChange";
import { t } from "../../texts";

const QrCode = lazy(() => import("./QrCode"));

/** The authenticator app: set up, turned off, and the codes for when it is lost. */
export function Totp() {
  const { account, recovery_codes_left } = useMe();
  const [begun, setBegun] = useState<Schema<"NewTotp"> | null>(null);
  const [codes, setCodes] = useState<string[] | null>(null);
  const [removing, removal] = useDisclosure(false);
  const begin = useChange({ run: () => ok(api.POST("/v1/account/totp")), done: setBegun });
  const replace = useChange({
    run: () => ok(api.POST("/v1/account/recovery-codes")),
    done: async ({ recovery_codes }) => {
      setCodes(recovery_codes);
      await refreshSession();
    },
  });
  const remove = useChange({
    said: t.account.totp.removed,
    run: () => ok(api.DELETE("/v1/account/totp")),
    done: async () => {
      removal.close();
      await refreshSession();
    },
  });
  const badge = (
    <Badge variant="light" color={account.totp ? "petrol" : "gray"} tt="none" fw={550} radius="sm">
      {account.totp ? t.account.totp.on : t.account.totp.off}
    </Badge>
  );
  return (
    <Section title={t.account.totp.title} lead={t.account.totp.lead} actions={badge} side>
      <ProblemAlert problem={begin.problem ?? replace.problem} />
      {codes && (
        <SecretOnce
          secrets={[{ label: t.account.totp.codesTitle, value: codes.join("\n") }]}
          done={() => setCodes(null)}
          action={t.account.totp.codesKept}
        >
          <Text size="sm">{t.account.totp.codesBody}</Text>
        </SecretOnce>
      )}
      {!codes && account.totp && (
        <Group justify="space-between">
          <Text size="sm" c="dimmed">
            {t.account.totp.left(recovery_codes_left)}
          </Text>
          <Group gap="xs">
            <Button variant="default" onClick={() => replace.send()} loading={replace.busy}>
              {t.account.totp.replace}
            </Button>
            <Button variant="default" onClick={removal.open}>
              {t.account.totp.remove}
            </Button>
          </Group>
        </Group>
      )}
      {!codes && !account.totp && !begun && (
        <Group justify="flex-end">
          <Button onClick={() => begin.send()} loading={begin.busy}>
            {t.account.totp.begin}
          </Button>
        </Group>
      )}
      {begun && (
        <Enrolment
          begun={begun}
          done={(codes) => {
            setBegun(null);
            setCodes(codes);
          }}
          cancel={() => setBegun(null)}
        />
      )}
      <ConfirmByTyping
        opened={removing}
        close={removal.close}
        title={t.account.totp.removeTitle}
        action={t.account.totp.remove}
        change={remove}
      >
        <Text size="sm">{t.account.totp.removeBody}</Text>
      </ConfirmByTyping>
    </Section>
  );
}

interface EnrolmentProps {
  begun: Schema<"NewTotp">;
  done: (codes: string[]) => void;
  cancel: () => void;
}

function Enrolment({ begun, done, cancel }: EnrolmentProps) {
  const form = useForm({ initialValues: { code: "" } });
  const confirm = useChange({
    form,
    said: t.account.totp.done,
    run: (body: typeof form.values) => ok(api.POST("/v1/account/totp/confirm", { body })),
    done: async ({ recovery_codes }) => {
      done(recovery_codes);
      await refreshSession();
    },
  });
  return (
    <form onSubmit={form.onSubmit((values) => confirm.send(values))}>
      <Stack>
        <Text size="sm">{t.account.totp.scan}</Text>
        <Suspense fallback={<div style={{ height: 200 }} />}>
          <QrCode value={begun.uri} label={t.account.totp.qr} />
        </Suspense>
        <CopyBlock label={t.account.totp.typed} value={begun.secret} wrap />
        <ProblemAlert problem={confirm.problem} rest={confirm.rest} />
        <TextInput
          label={t.account.totp.code}
          autoComplete="one-time-code"
          inputMode="numeric"
          maxLength={12}
          required
          maw={240}
          {...form.getInputProps("code")}
        />
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={cancel}>
            {t.common.cancel}
          </Button>
          <Button type="submit" loading={confirm.busy}>
            {t.account.totp.confirm}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
