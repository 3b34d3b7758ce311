import { Alert, Button, Group, Loader, Modal, PasswordInput, SimpleGrid, Stack, Text } from "@mantine/core";
import { useForm } from "@mantine/form";
import { type ReactNode, useState } from "react";
import { api, ok } from "../../api/client";
import { ConfirmByTyping } from "../../components/ConfirmByTyping";
import { CopyValue } from "../../components/Copy";
import { IconAlertTriangle } from "../../components/icons";
import { ProblemAlert } from "../../components/ProblemAlert";
import { Prose, sentence } from "../../components/Prose";
import { Section } from "../../components/Section";
import { StatusBadge } from "../../components/StatusBadge";
import { TimeAgo, When } from "../../components/Time";
import { useChange } from "../../lib/useChange";
import { useNow } from "../../lib/useNow";
import { useTenant } from "../../lib/useTenant";
import { t } from "../../texts";
import { useActors } from "../audit/actors";
import { afterRotationChange, type CoralRotation, isOpen } from "./coral-rotations";
import { Notes } from "./Paste";

const texts = t.coralRotation;

/** The colour of each state, as badges have it. */
export const STATUS: Record<string, string> = {
  running: "pending",
  interrupted: "suspended",
  done: "active",
  abandoned: "retired",
  expired: "retired",
};

interface CardProps {
  rotation: CoralRotation;
  deployment: string;
}

/** One rotation: where it stands, and how it goes on. */
export function CoralRotationCard({ rotation, deployment }: CardProps) {
  const tenant = useTenant();
  const [doing, setDoing] = useState<"resume" | "abandon" | null>(null);
  const { state, error, next, warnings } = rotation;
  const open = isOpen(rotation);
  const mayChange = open && tenant.may("owner") && !tenant.suspended;
  const close = () => setDoing(null);
  return (
    <Section
      title={open ? texts.run.open : texts.run.last}
      lead={texts.run.said[state]}
      actions={
        <Group gap="xs">
          {state === "running" && <Loader size={16} aria-hidden />}
          <StatusBadge status={STATUS[state] ?? state} label={texts.run.states[state] ?? state} />
        </Group>
      }
    >
      <div aria-live="polite">
        <Stack>
          {error && (
            <Alert color="orange" icon={<IconAlertTriangle aria-hidden />} title={texts.run.why}>
              <Text size="sm">
                <Prose>{sentence(error.detail)}</Prose>
              </Text>
            </Alert>
          )}
          {next && (
            <Text size="sm">
              <strong>{texts.run.next}:</strong> <Prose>{next}</Prose>
            </Text>
          )}
          <Facts rotation={rotation} />
          {warnings.length > 0 && (
            <div>
              <Text size="sm" fw={600} mb={4}>
                {texts.run.warnings}
              </Text>
              <Notes notes={warnings} />
            </div>
          )}
        </Stack>
      </div>
      {mayChange && (
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={() => setDoing("abandon")}>
            {texts.abandon.action}…
          </Button>
          {state === "interrupted" && <Button onClick={() => setDoing("resume")}>{texts.resume.action}…</Button>}
        </Group>
      )}
      <Resume opened={doing === "resume"} close={close} rotation={rotation} deployment={deployment} />
      <Abandon opened={doing === "abandon"} close={close} rotation={rotation} deployment={deployment} />
    </Section>
  );
}

function Facts({ rotation }: { rotation: CoralRotation }) {
  const actors = useActors();
  const names = texts.run;
  const kid = (value: string | null | undefined, label: string, otherwise: string) =>
    value ? <CopyValue value={value} label={label} /> : otherwise;
  const facts: [string, ReactNode][] = [
    [names.began, <When key="began" value={rotation.started_at} />],
    [names.by, actors.name(rotation.started_by)],
    ...(rotation.finished_at
      ? ([[names.ended, <When key="ended" value={rotation.finished_at} />]] as [string, ReactNode][])
      : []),
    [names.oldKey, kid(rotation.old_kid, names.oldKey, names.noKey)],
    [names.newKey, kid(rotation.new_kid, names.newKey, isOpen(rotation) ? names.notYet : names.noKey)],
    ...(rotation.new_kid
      ? ([[names.oldEnds, <When key="ends" value={rotation.old_ends_at} otherwise={names.noEnd} />]] as [
          string,
          ReactNode,
        ][])
      : []),
    ...(rotation.token_kept_until
      ? ([[names.tokenKept, <TimeAgo key="kept" value={rotation.token_kept_until} />]] as [string, ReactNode][])
      : []),
    [names.address, rotation.root_url],
  ];
  return (
    <SimpleGrid component="dl" m={0} cols={{ base: 1, xs: 2, md: 3 }} verticalSpacing="sm">
      {facts.map(([name, value]) => (
        <div key={name}>
          <Text component="dt" size="xs" c="dimmed">
            {name}
          </Text>
          <Text component="dd" m={0} size="sm" fw={550} style={{ overflowWrap: "anywhere" }}>
            {value}
          </Text>
        </div>
      ))}
    </SimpleGrid>
  );
}

interface DeedProps extends CardProps {
  opened: boolean;
  close: () => void;
}

function Resume({ opened, close, ...props }: DeedProps) {
  return (
    <Modal
      opened={opened}
      onClose={close}
      title={texts.resume.title}
      closeButtonProps={{ "aria-label": t.common.close }}
    >
      <ResumeForm close={close} {...props} />
    </Modal>
  );
}

function ResumeForm({ close, rotation, deployment }: Omit<DeedProps, "opened">) {
  const tenant = useTenant();
  const now = useNow();
  const gone = !rotation.token_kept_until || new Date(rotation.token_kept_until) <= now;
  // A token that Coral has refused is refused again.
  const needed = gone || rotation.error?.problem === "coral-refused";
  const form = useForm({ initialValues: { admin_token: "" } });
  const resume = useChange({
    form,
    said: texts.resume.done,
    invalidate: afterRotationChange(tenant, deployment),
    run: ({ admin_token }: typeof form.values) =>
      ok(
        api.POST("/v1/tenants/{tenant}/deployments/{deployment}/coral-rotations/{rotation}/resume", {
          params: { path: { tenant: tenant.slug, deployment, rotation: rotation.id } },
          body: { ...(admin_token.trim() !== "" && { admin_token: admin_token.trim() }) },
        }),
      ),
    done: close,
  });
  return (
    <form onSubmit={form.onSubmit((values) => resume.send(values))}>
      <Stack>
        <Text size="sm">{texts.resume.body}</Text>
        <PasswordInput
          label={needed ? texts.resume.token : `${texts.resume.token} (${t.common.optional})`}
          description={gone ? texts.resume.tokenGone : texts.resume.tokenHelp}
          autoComplete="off"
          maxLength={8192}
          required={needed}
          {...form.getInputProps("admin_token")}
          visibilityToggleButtonProps={{ "aria-label": t.common.show }}
        />
        <ProblemAlert problem={resume.problem} rest={resume.rest} />
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={close}>
            {t.common.cancel}
          </Button>
          <Button type="submit" loading={resume.busy} data-autofocus>
            {texts.resume.action}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function Abandon({ opened, close, rotation, deployment }: DeedProps) {
  const tenant = useTenant();
  const abandon = useChange({
    said: texts.abandon.done,
    invalidate: afterRotationChange(tenant, deployment),
    run: () =>
      ok(
        api.POST("/v1/tenants/{tenant}/deployments/{deployment}/coral-rotations/{rotation}/abandon", {
          params: { path: { tenant: tenant.slug, deployment, rotation: rotation.id } },
        }),
      ),
    done: close,
  });
  return (
    <ConfirmByTyping
      opened={opened}
      close={() => {
        abandon.reset();
        close();
      }}
      title={texts.abandon.title}
      action={texts.abandon.action}
      change={abandon}
      word={deployment}
    >
      <Text size="sm">{texts.abandon.body}</Text>
      <Text size="sm">{rotation.new_kid ? texts.abandon.half(rotation.new_kid) : texts.abandon.maybe}</Text>
    </ConfirmByTyping>
  );
}
