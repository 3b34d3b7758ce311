import { Alert, Anchor, List, Stack, Switch, Tabs, Text, ThemeIcon, Timeline } from "@mantine/core";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api, ok, type Schema } from "../../api/client";
import { CopyBlock } from "../../components/Copy";
import { IconAlertTriangle } from "../../components/icons";
import { Link } from "../../components/Link";
import { Loaded } from "../../components/Loaded";
import { Prose, sentence } from "../../components/Prose";
import { Section } from "../../components/Section";
import { When } from "../../components/Time";
import { useTenant } from "../../lib/useTenant";
import { to } from "../../routes";
import { t } from "../../texts";
import { deploymentsKey, keysPath } from "./queries";

type Settings = Schema<"DeploymentSettingsOut">;

/** What connects a deployment with Lanyard, ready to paste. */
export function Paste({ deployment, plan = true }: { deployment: string; plan?: boolean }) {
  const tenant = useTenant();
  const [several, setSeveral] = useState(false);
  const query = useQuery({
    queryKey: [...deploymentsKey(tenant), "settings", deployment, { several }],
    queryFn: () =>
      ok(
        api.GET("/v1/tenants/{tenant}/deployments/{deployment}/settings", {
          params: { path: { tenant: tenant.slug, deployment }, query: { ...(several && { several }) } },
        }),
      ),
    placeholderData: keepPreviousData,
  });
  return (
    <Loaded query={query} lines={8}>
      {(settings) => (
        <Stack>
          <Talk settings={settings} deployment={deployment} several={several} setSeveral={setSeveral} />
          {settings.coral && (
            <Section title={t.deployments.paste.coral} lead={t.deployments.paste.coralLead}>
              <CopyBlock label={t.deployments.paste.coralLabel} value={settings.coral} wrap />
            </Section>
          )}
          <Section title={t.deployments.paste.embed} lead={t.deployments.paste.embedLead}>
            <CopyBlock label={t.deployments.paste.embedLabel} value={settings.embed} />
          </Section>
          <Section title={t.deployments.paste.exchange} lead={t.deployments.paste.exchangeLead}>
            <Forms names={t.deployments.paste.languages} texts={settings.exchange} />
          </Section>
          {plan && <Plan plan={settings.plan} />}
        </Stack>
      )}
    </Loaded>
  );
}

interface TalkProps {
  settings: Settings;
  deployment: string;
  several: boolean;
  setSeveral: (several: boolean) => void;
}

function Talk({ settings, deployment, several, setSeveral }: TalkProps) {
  const tenant = useTenant();
  const { talk, talk_refused, notes, kind } = settings;
  if (kind !== "talk") return null;
  // Only where it makes a difference.
  const one = several || talk?.env.includes("TALK_JWT_SECRET=");
  const keys = keysPath(to("signingKeys", { tenant: tenant.slug }), deployment);
  return (
    <Section title={t.deployments.paste.talk} lead={t.deployments.paste.talkLead}>
      {talk_refused && (
        <Alert color="yellow" icon={<IconAlertTriangle aria-hidden />} title={t.deployments.paste.refused}>
          <Prose>{sentence(talk_refused)}</Prose>
        </Alert>
      )}
      {talk && <Forms names={t.deployments.paste.forms} texts={talk} />}
      {one && (
        <Switch
          label={t.deployments.paste.several}
          description={t.deployments.paste.severalHelp}
          checked={several}
          onChange={(event) => setSeveral(event.currentTarget.checked)}
        />
      )}
      {talk && !tenant.suspended && (
        <Text size="sm" c="dimmed">
          {t.deployments.paste.secrets}{" "}
          {tenant.may("owner") ? (
            <Anchor component={Link} to={`${keys}&export=1${several ? "&several=1" : ""}`} inherit underline="always">
              {t.deployments.paste.withSecrets}
            </Anchor>
          ) : (
            t.deployments.paste.askOwner
          )}
        </Text>
      )}
      <Notes notes={notes.filter((note) => !note.startsWith("`…`"))} />
    </Section>
  );
}

/** What has to be known, point by point. */
export function Notes({ notes }: { notes: readonly string[] }) {
  if (notes.length === 0) return null;
  return (
    <List size="sm" spacing={4}>
      {notes.map((note) => (
        <List.Item key={note}>
          <Prose>{sentence(note)}</Prose>
        </List.Item>
      ))}
    </List>
  );
}

/** The same in several forms, each behind a tab. */
function Forms({ names, texts }: { names: Record<string, string>; texts: Readonly<Record<string, string>> }) {
  const forms = Object.entries(names).filter(([form]) => texts[form] !== undefined);
  return (
    <Tabs defaultValue={forms[0]?.[0] ?? null} keepMounted={false} variant="pills">
      <Tabs.List mb="sm">
        {forms.map(([form, name]) => (
          <Tabs.Tab key={form} value={form} size="compact-sm">
            {name}
          </Tabs.Tab>
        ))}
      </Tabs.List>
      {forms.map(([form, name]) => (
        <Tabs.Panel key={form} value={form}>
          <CopyBlock label={name} value={texts[form] ?? ""} />
        </Tabs.Panel>
      ))}
    </Tabs>
  );
}

function Plan({ plan: { remarks, steps } }: { plan: Schema<"PlanOut"> }) {
  return (
    <Section title={t.deployments.paste.plan} lead={t.deployments.paste.planLead}>
      <Notes notes={remarks.filter((one) => !remarks.some((other) => other !== one && other.startsWith(one)))} />
      <Timeline bulletSize={24} lineWidth={2} color="gray">
        {steps.map(({ who, task, then, command, not_before }, index) => (
          <Timeline.Item
            key={task}
            bullet={
              <ThemeIcon size={24} radius="xl" variant="light" fz="xs" fw={600}>
                {index + 1}
              </ThemeIcon>
            }
            title={
              <Text size="sm" fw={600}>
                {who}
              </Text>
            }
          >
            <Stack gap="xs" pb="xs">
              <Text size="sm">
                <Prose>{sentence(task)}</Prose>
              </Text>
              {not_before && (
                <Text size="sm">
                  {t.deployments.paste.notBefore} <When value={not_before} />
                </Text>
              )}
              {command && <CopyBlock label={t.deployments.paste.command} value={command} wrap />}
              <Text size="sm" c="dimmed">
                {t.deployments.paste.afterwards} <Prose>{then}</Prose>
              </Text>
            </Stack>
          </Timeline.Item>
        ))}
      </Timeline>
    </Section>
  );
}
