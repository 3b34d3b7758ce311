import { Button, Group, Paper, Stack, Switch, Text, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useState } from "react";
import { api, type Schema, versioned } from "../../api/client";
import { Problem } from "../../api/problem";
import { refreshSession } from "../../auth/session";
import { ProblemAlert } from "../../components/ProblemAlert";
import { Section } from "../../components/Section";
import { useChange } from "../../lib/useChange";
import { useDraft } from "../../lib/useDraft";
import { useTenant } from "../../lib/useTenant";
import { t } from "../../texts";
import { Conflict } from "./Conflict";
import { changes, conflicts, merged } from "./merge";
import { Origins } from "./Origins";

export type Values = Schema<"SettingsOut">;
interface Version {
  data: Values;
  etag: string;
}

export function SettingsForm({ data, etag }: Version) {
  const tenant = useTenant();
  const [base, setBase] = useState<Version>({ data, etag });
  const [theirs, setTheirs] = useState<Version | null>(null);
  const readOnly = !tenant.may("admin") || tenant.suspended;
  const form = useForm<Values>({ initialValues: data });
  const draft = useDraft(`settings:${tenant.slug}`, form as never);
  const path = { tenant: tenant.slug };

  const restart = (version: Version) => {
    draft.discard();
    setBase(version);
    setTheirs(null);
    form.setInitialValues(version.data);
    form.setValues(version.data);
    form.resetDirty(version.data);
    form.clearErrors();
  };

  const save = useChange({
    form,
    invalidate: [[...tenant.key, "settings"]],
    said: t.common.saved,
    run: async ({ on, values }: { on: Version; values: Values }) => {
      let [current, wanted] = [on, values];
      for (;;) {
        try {
          const saved = await versioned(
            api.PATCH("/v1/tenants/{tenant}/settings", {
              params: { path, header: { "If-Match": current.etag } },
              body: changes(current.data, wanted),
            }),
          );
          if (saved.data.name !== tenant.name) await refreshSession();
          return saved;
        } catch (thrown) {
          if (Problem.from(thrown).code !== "precondition-failed") throw thrown;
          const now = await versioned(api.GET("/v1/tenants/{tenant}/settings", { params: { path } }));
          if (conflicts(current.data, wanted, now.data).length > 0) {
            setTheirs(now);
            throw thrown;
          }
          // The other has changed something else: both changes count.
          wanted = merged(current.data, wanted, now.data, []);
          current = now;
        }
      }
    },
    done: restart,
  });

  const dirty = Object.keys(changes(base.data, form.values)).length > 0;
  const choose = (keepTheirs: readonly string[]) => {
    if (!theirs) return;
    const values = merged(base.data, form.values, theirs.data, keepTheirs);
    form.setValues(values);
    setBase(theirs);
    setTheirs(null);
    save.send({ on: theirs, values });
  };

  return (
    <form onSubmit={form.onSubmit((values) => save.send({ on: base, values }))}>
      <Stack>
        {!theirs && <ProblemAlert problem={save.problem} rest={save.rest} />}
        <Section title={t.settings.newsroom} side>
          <TextInput
            label={t.settings.name.label}
            description={t.settings.name.help}
            maxLength={255}
            required
            readOnly={readOnly}
            {...form.getInputProps("name")}
          />
          <TextInput label={t.settings.slug.label} description={t.settings.slug.help} value={tenant.slug} readOnly />
        </Section>
        <Origins form={form} readOnly={readOnly} />
        <Section title={t.settings.readers.title} side>
          <Switch
            label={t.settings.readers.emailIds}
            description={t.settings.readers.emailIdsHelp}
            disabled={readOnly}
            {...form.getInputProps("allow_email_ids", { type: "checkbox" })}
          />
        </Section>
        <Section title={t.settings.issuing.title} lead={t.settings.issuing.lead} side>
          <Switch
            label={t.settings.issuing.accept}
            disabled={readOnly}
            {...form.getInputProps("accept_issuing_tokens", { type: "checkbox" })}
          />
          {form.values.accept_issuing_tokens && (
            <>
              <TextInput
                label={t.settings.issuing.subject}
                maxLength={255}
                required
                readOnly={readOnly}
                {...form.getInputProps("issuing_subject")}
              />
              <TextInput
                label={t.settings.issuing.audience}
                description={t.settings.issuing.audienceHelp}
                maxLength={255}
                required
                readOnly={readOnly}
                {...form.getInputProps("issuing_audience")}
              />
            </>
          )}
        </Section>
        {!readOnly && (
          <Paper withBorder p="sm" style={{ position: "sticky", bottom: 0, zIndex: 2 }}>
            {/* On the left: what is said in the corner then doesn't lie on them. */}
            <Group gap="xs">
              <Button type="submit" loading={save.busy} disabled={!dirty}>
                {t.common.save}
              </Button>
              <Button variant="default" disabled={!dirty} onClick={() => restart(base)}>
                {t.settings.discard}
              </Button>
              {dirty && (
                <Text size="sm" c="dimmed" role="status">
                  {t.settings.unsaved}
                </Text>
              )}
            </Group>
          </Paper>
        )}
      </Stack>
      {theirs && (
        <Conflict
          fields={conflicts(base.data, form.values, theirs.data)}
          yours={form.values}
          theirs={theirs.data}
          close={() => setTheirs(null)}
          choose={choose}
        />
      )}
    </form>
  );
}
