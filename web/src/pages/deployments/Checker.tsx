import { Button, Group, Stack, Text, Textarea, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useEffect, useRef, useState } from "react";
import { api, ok, type Schema } from "../../api/client";
import { ProblemAlert } from "../../components/ProblemAlert";
import { Section } from "../../components/Section";
import { useChange } from "../../lib/useChange";
import { useTenant } from "../../lib/useTenant";
import { t } from "../../texts";
import { CheckReport } from "./CheckReport";
import { RevokedToken, RevokeToken } from "./RevokeToken";

/** Tries every rule on a token. What is pasted is kept in this component's state only: it is a secret. */
export function Checker({ deployment }: { deployment: string }) {
  const tenant = useTenant();
  const [checked, setChecked] = useState<{ report: Schema<"TokenCheckReport">; token: string } | null>(null);
  const [revoked, setRevoked] = useState<Schema<"Revoked"> | null>(null);
  // What was found no longer holds.
  const ended = (answer: Schema<"Revoked">) => {
    setChecked(null);
    setRevoked(answer);
  };
  const result = useRef<HTMLDivElement>(null);
  const form = useForm({ initialValues: { token: "", settings: "" } });
  const check = useChange({
    form,
    run: ({ token, settings }: typeof form.values) =>
      ok(
        api.POST("/v1/tenants/{tenant}/tokens/check", {
          params: { path: { tenant: tenant.slug } },
          body: { token, deployment, ...(settings.trim() !== "" && { settings }) },
        }),
      ),
    done: (report, { token }) => {
      setRevoked(null);
      setChecked({ report, token });
    },
  });
  useEffect(() => {
    if (checked) result.current?.focus();
  }, [checked]);
  return (
    <Stack>
      <Section title={t.deployments.check.title} lead={t.deployments.check.lead}>
        <Stack gap="lg">
          {tenant.mayChange("admin") && (
            <Issue
              deployment={deployment}
              issued={(token) => {
                form.setFieldValue("token", token);
                setChecked(null);
                setRevoked(null);
              }}
            />
          )}
          <form onSubmit={form.onSubmit((values) => check.send(values))}>
            <Stack>
              <ProblemAlert problem={check.problem} rest={check.rest} />
              <Textarea
                label={t.deployments.check.token}
                description={t.deployments.check.tokenHelp}
                rows={4}
                autoComplete="off"
                spellCheck={false}
                required
                styles={{ input: { fontFamily: "var(--mantine-font-family-monospace)", wordBreak: "break-all" } }}
                {...form.getInputProps("token")}
              />
              <Textarea
                label={`${t.deployments.check.settings} (${t.common.optional})`}
                description={t.deployments.check.settingsHelp}
                placeholder={"TALK_JWT_SECRET=…\nTALK_JWT_ISSUER=https://talk.example"}
                autosize
                minRows={3}
                maxRows={14}
                autoComplete="off"
                spellCheck={false}
                styles={{ input: { fontFamily: "var(--mantine-font-family-monospace)" } }}
                {...form.getInputProps("settings")}
              />
              <Group justify="flex-end">
                <Button type="submit" loading={check.busy} disabled={tenant.suspended}>
                  {t.deployments.check.submit}
                </Button>
              </Group>
            </Stack>
          </form>
        </Stack>
      </Section>
      {revoked && <RevokedToken answer={revoked} />}
      {checked && (
        <div ref={result} tabIndex={-1} style={{ outline: "none" }}>
          <Stack>
            <CheckReport report={checked.report} />
            {checked.report.accepted && tenant.may("admin") && (
              <RevokeToken key={checked.token} token={checked.token} deployment={deployment} done={ended} />
            )}
          </Stack>
        </div>
      )}
    </Stack>
  );
}

function Issue({ deployment, issued }: { deployment: string; issued: (token: string) => void }) {
  const tenant = useTenant();
  const form = useForm({ initialValues: { user: "" } });
  const issue = useChange({
    form,
    said: t.deployments.check.issued,
    run: ({ user }: typeof form.values) =>
      ok(
        api.POST("/v1/tenants/{tenant}/tokens", {
          params: { path: { tenant: tenant.slug } },
          body: { user, deployment },
        }),
      ),
    done: ({ token }) => issued(token),
  });
  return (
    <form onSubmit={form.onSubmit((values) => issue.send(values))}>
      <Stack gap="xs">
        <ProblemAlert problem={issue.problem} rest={issue.rest} />
        <Group align="flex-end" gap="sm">
          <TextInput
            label={t.deployments.check.reader}
            autoComplete="off"
            maxLength={255}
            required
            style={{ flex: "1 1 12rem", maxWidth: 320 }}
            {...form.getInputProps("user")}
          />
          <Button type="submit" variant="default" loading={issue.busy}>
            {t.deployments.check.issue}
          </Button>
        </Group>
        <Text size="xs" c="dimmed">
          {t.deployments.check.issueHelp}
        </Text>
      </Stack>
    </form>
  );
}
