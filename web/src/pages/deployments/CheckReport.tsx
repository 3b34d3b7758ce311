import { Alert, Button, Collapse, Group, List, Stack, Text, ThemeIcon } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useId } from "react";
import type { Schema } from "../../api/client";
import { CopyBlock, CopyValue } from "../../components/Copy";
import { IconAlertTriangle, IconCheck, IconChevronDown, IconMinus, IconX } from "../../components/icons";
import { Prose, sentence } from "../../components/Prose";
import { Section } from "../../components/Section";
import { StatusBadge } from "../../components/StatusBadge";
import { TimeAgo } from "../../components/Time";
import { t } from "../../texts";
import classes from "./CheckReport.module.css";

type Report = Schema<"TokenCheckReport">;
type Rule = Schema<"TokenCheckRule">;
type Outcome = Rule["outcome"];

const MARKS: Record<Outcome, { icon: typeof IconCheck; color: string }> = {
  pass: { icon: IconCheck, color: "teal" },
  fail: { icon: IconX, color: "red" },
  warning: { icon: IconAlertTriangle, color: "yellow" },
  "not-applicable": { icon: IconMinus, color: "gray" },
};

const VERDICTS: Record<string, string> = {
  accepted: "active",
  refused: "revoked",
  anonymous: "disabled",
};

/** What each product makes of a token. */
export function CheckReport({ report }: { report: Report }) {
  const sections = report.sections.filter(({ checks }) => checks.length > 0);
  return (
    <Stack>
      <Verdict report={report} />
      {sections.map((section) => (
        <Rules key={section.id} section={section} />
      ))}
      {report.settings && <Settings settings={report.settings} />}
      {(report.header || report.claims) && (
        <Section title={t.deployments.check.inside}>
          {report.header && (
            <CopyBlock label={t.deployments.check.header} value={JSON.stringify(report.header, null, 2)} />
          )}
          {report.claims && (
            <CopyBlock label={t.deployments.check.claims} value={JSON.stringify(report.claims, null, 2)} />
          )}
        </Section>
      )}
    </Stack>
  );
}

function Verdict({ report }: { report: Report }) {
  const anonymous = report.sections.some(({ counts, verdict }) => counts && verdict === "anonymous");
  const title = report.accepted
    ? t.deployments.check.good
    : anonymous
      ? t.deployments.check.anonymous
      : t.deployments.check.bad;
  const facts: [string, React.ReactNode][] = [];
  if (report.user) {
    const known = report.user_known ? t.deployments.check.known : t.deployments.check.unknown;
    facts.push([
      t.deployments.check.user,
      <>
        {report.user}
        {typeof report.user_known === "boolean" && ` (${known})`}
      </>,
    ]);
  }
  if (report.kid) facts.push([t.deployments.check.key, report.kid]);
  if (report.expires_at) facts.push([t.deployments.check.ends, <TimeAgo key="ends" value={report.expires_at} />]);
  return (
    <Alert
      role="status"
      color={report.accepted ? "teal" : "red"}
      icon={report.accepted ? <IconCheck aria-hidden /> : <IconX aria-hidden />}
      title={title}
    >
      <Stack gap="xs">
        {report.detail && !report.accepted && (
          <Text size="sm">
            <Prose>{sentence(report.detail)}</Prose>
          </Text>
        )}
        <Group gap="lg" component="dl" m={0}>
          {facts.map(([name, value]) => (
            <Group key={name} gap={6}>
              <Text component="dt" size="sm" fw={600}>
                {name}
              </Text>
              <Text component="dd" size="sm" m={0} style={{ overflowWrap: "anywhere" }}>
                {value}
              </Text>
            </Group>
          ))}
        </Group>
      </Stack>
    </Alert>
  );
}

function Rules({ section }: { section: Schema<"TokenCheckSection"> }) {
  const [open, { toggle }] = useDisclosure(false);
  const id = useId();
  const { checks, verdict, summary, counts, title } = section;
  const loud = checks.filter(({ outcome }) => outcome === "fail" || outcome === "warning");
  const quiet = checks.filter(({ outcome }) => outcome === "pass" || outcome === "not-applicable");
  const passed = quiet.filter(({ outcome }) => outcome === "pass").length;
  const skipped = quiet.length - passed;
  return (
    <Section
      title={title}
      lead={
        <>
          <Prose>{sentence(summary)}</Prose>
          {!counts && ` ${t.deployments.check.notCounted}`}
        </>
      }
      actions={
        <StatusBadge status={VERDICTS[verdict] ?? verdict} label={t.deployments.check.verdicts[verdict] ?? verdict} />
      }
    >
      {loud.length > 0 && (
        <ul className={classes.rules}>
          {loud.map((rule) => (
            <RuleLine key={rule.id} rule={rule} />
          ))}
        </ul>
      )}
      {quiet.length > 0 && (
        <div>
          <Button
            variant="subtle"
            color="gray"
            size="compact-sm"
            c="dimmed"
            h="auto"
            mih={26}
            maw="100%"
            styles={{ label: { whiteSpace: "normal", textAlign: "left" } }}
            onClick={toggle}
            aria-expanded={open}
            aria-controls={id}
            leftSection={<IconCheck size={15} aria-hidden />}
            rightSection={
              <IconChevronDown size={15} aria-hidden className={classes.arrow} data-open={open || undefined} />
            }
          >
            {[passed > 0 && t.deployments.check.passed(passed), skipped > 0 && t.deployments.check.skipped(skipped)]
              .filter(Boolean)
              .join(", ")}
          </Button>
          <Collapse expanded={open} id={id}>
            <ul className={classes.rules}>
              {quiet.map((rule) => (
                <RuleLine key={rule.id} rule={rule} />
              ))}
            </ul>
          </Collapse>
        </div>
      )}
    </Section>
  );
}

function RuleLine({ rule: { title, outcome, detail, mend } }: { rule: Rule }) {
  const { icon: Icon, color } = MARKS[outcome];
  return (
    <li className={classes.rule}>
      <ThemeIcon
        size={22}
        radius="xl"
        variant="light"
        color={color}
        role="img"
        aria-label={t.deployments.check.outcomes[outcome]}
      >
        <Icon size={14} stroke={2.4} aria-hidden />
      </ThemeIcon>
      <div className={classes.words}>
        <Text size="sm" fw={550}>
          <Prose>{title}</Prose>
        </Text>
        <Text size="sm" c="dimmed">
          <Prose>{sentence(detail)}</Prose>
        </Text>
        {mend && (
          <div className={classes.mend}>
            <Text size="xs" fw={600} c="dimmed">
              {t.deployments.check.mend}
            </Text>
            <Text size="sm">
              <Prose>{sentence(mend)}</Prose>
            </Text>
          </div>
        )}
      </div>
    </li>
  );
}

function Settings({ settings: { taken, unread } }: { settings: Schema<"TokenCheckSettings"> }) {
  return (
    <Section title={t.deployments.check.found}>
      {taken.length === 0 && <Text size="sm">{t.deployments.check.foundNone}</Text>}
      {taken.length > 0 && (
        <List size="sm" spacing={4} listStyleType="none">
          {taken.map(({ name, line, value }) => (
            <List.Item key={`${line} ${name}`}>
              <Group gap="xs">
                <Text span size="sm" fw={550}>
                  {name}
                </Text>
                {value ? (
                  <CopyValue value={value} label={name} />
                ) : (
                  <Text span size="sm" c="dimmed">
                    {t.deployments.check.hidden}
                  </Text>
                )}
                <Text span size="xs" c="dimmed">
                  {t.deployments.check.line(line)}
                </Text>
              </Group>
            </List.Item>
          ))}
        </List>
      )}
      {unread.length > 0 && (
        <Alert color="yellow" icon={<IconAlertTriangle aria-hidden />} title={t.deployments.check.unread}>
          <List size="sm">
            {unread.map(({ line, reason }) => (
              <List.Item key={line}>
                {sentence(t.deployments.check.line(line))}: <Prose>{reason}</Prose>
              </List.Item>
            ))}
          </List>
        </Alert>
      )}
    </Section>
  );
}
