import { Alert, Button, Group, Skeleton, Stack, Text, Title } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { type ReactNode, useEffect, useId } from "react";
import { CopyValue } from "../../components/Copy";
import { IconCheck } from "../../components/icons";
import { Link } from "../../components/Link";
import { Page } from "../../components/Page";
import { ProblemAlert } from "../../components/ProblemAlert";
import { TimeAgo } from "../../components/Time";
import { useTenant } from "../../lib/useTenant";
import { usePlace } from "../../router";
import { to } from "../../routes";
import { t } from "../../texts";
import { Paste } from "../deployments/Paste";
import { keysPath } from "../deployments/queries";
import { ImportKey } from "../signing-keys/ImportKey";
import { NewKey } from "../signing-keys/NewKey";
import classes from "./SetUp.module.css";
import { StepMark } from "./StepMark";
import { STEPS, type Step } from "./steps";
import { type SetUp, useSetUp } from "./useSetUp";

/** From a new newsroom to the first comment, step by step. What was done elsewhere counts too. */
export default function SetUpPage() {
  const tenant = useTenant();
  const { setUp, problem, retry } = useSetUp();
  const { hash } = usePlace();
  const loaded = setUp !== undefined;
  useEffect(() => {
    if (loaded && hash) document.getElementById(hash.slice(1))?.scrollIntoView({ block: "start" });
  }, [loaded, hash]);
  const allDone = setUp?.open.length === 0;
  return (
    <Page
      title={t.setUp.title}
      lead={setUp && t.setUp.lead(setUp.done.length, STEPS.length)}
      actions={
        <Button variant="default" component={Link} to={to("overview", { tenant: tenant.slug })}>
          {t.setUp.toOverview}
        </Button>
      }
    >
      <ProblemAlert problem={problem} retry={retry} />
      {!setUp && !problem && STEPS.map((step) => <Skeleton key={step} height={84} radius="md" />)}
      {allDone && (
        <Alert role="status" color="teal" icon={<IconCheck aria-hidden />}>
          {t.setUp.allDone}
        </Alert>
      )}
      {setUp && (
        <ol className={classes.steps}>
          <StepCard step="newsroom" setUp={setUp}>
            <Text size="sm">{t.setUp.steps.newsroom.done}</Text>
          </StepCard>
          <StepCard step="secret" setUp={setUp}>
            <Secret setUp={setUp} />
          </StepCard>
          <StepCard step="readers" setUp={setUp}>
            <Readers setUp={setUp} />
          </StepCard>
          <StepCard step="connect" setUp={setUp}>
            <Connect setUp={setUp} />
          </StepCard>
          <StepCard step="check" setUp={setUp}>
            <Check setUp={setUp} />
          </StepCard>
        </ol>
      )}
    </Page>
  );
}

function StepCard({ step, setUp, children }: { step: Step; setUp: SetUp; children: ReactNode }) {
  const id = useId();
  const current = setUp.open[0] === step;
  return (
    <li className={classes.step} id={step} aria-labelledby={id} {...(current && { "aria-current": "step" as const })}>
      <div className={classes.head}>
        <StepMark number={STEPS.indexOf(step) + 1} done={setUp.done.includes(step)} />
        <Title order={2} size="h2" id={id}>
          {t.setUp.steps[step].title}
        </Title>
      </div>
      <div className={classes.body}>{children}</div>
    </li>
  );
}

function Secret({ setUp: { deployment } }: { setUp: SetUp }) {
  const tenant = useTenant();
  const [importing, importDialogue] = useDisclosure(false);
  const [making, makeDialogue] = useDisclosure(false);
  if (!deployment) return <Text size="sm">{t.deployments.empty}</Text>;
  const coral = deployment.kind === "coral";
  const texts = t.setUp.steps.secret;
  const may = tenant.may("admin") && !tenant.suspended;
  return (
    <Stack gap="sm" align="flex-start">
      {deployment.active_kid ? (
        <>
          <Group gap="xs">
            <Text size="sm">{texts.signs}</Text>
            <CopyValue value={deployment.active_kid} label={t.signingKeys.kid} />
          </Group>
          {!coral && <Text size="sm">{texts.existing}</Text>}
        </>
      ) : (
        <>
          <Text size="sm">{texts.lead}</Text>
          {coral && <Text size="sm">{texts.coral}</Text>}
        </>
      )}
      {may && (
        <Group gap="xs">
          {!deployment.active_kid && !coral && <Button onClick={makeDialogue.open}>{texts.make}</Button>}
          {(!coral || !deployment.active_kid) && (
            <Button variant={coral ? "filled" : "default"} onClick={importDialogue.open}>
              {texts.import}
            </Button>
          )}
          <Button
            variant="subtle"
            component={Link}
            to={keysPath(to("signingKeys", { tenant: tenant.slug }), deployment.name)}
          >
            {t.signingKeys.title}
          </Button>
        </Group>
      )}
      <ImportKey opened={importing} close={importDialogue.close} deployment={deployment} />
      <NewKey opened={making} close={makeDialogue.close} deployment={deployment} />
    </Stack>
  );
}

function Readers({ setUp: { done, cmsSends, setCmsSends } }: { setUp: SetUp }) {
  const tenant = useTenant();
  const texts = t.setUp.steps.readers;
  const users = to("users", { tenant: tenant.slug });
  const isDone = done.includes("readers");
  return (
    <Stack gap="sm" align="flex-start">
      <Text size="sm">{!isDone ? texts.lead : cmsSends ? texts.chosen : texts.there}</Text>
      <Group gap="xs">
        <Button variant="default" component={Link} to={users}>
          {isDone ? t.users.title : texts.upload}
        </Button>
        {!isDone && (
          <Button variant="default" onClick={() => setCmsSends(true)}>
            {texts.cms}
          </Button>
        )}
        {cmsSends && (
          <Button variant="subtle" onClick={() => setCmsSends(false)}>
            {texts.change}
          </Button>
        )}
      </Group>
    </Stack>
  );
}

function Connect({ setUp: { deployment, done } }: { setUp: SetUp }) {
  const isDone = done.includes("connect");
  const [open, { toggle }] = useDisclosure(false);
  const texts = t.setUp.steps.connect;
  if (!deployment) return <Text size="sm">{t.deployments.empty}</Text>;
  return (
    <Stack gap="sm" align="stretch">
      <Text size="sm">{isDone ? texts.seen : texts.lead}</Text>
      <Button variant="default" onClick={toggle} aria-expanded={open} style={{ alignSelf: "flex-start" }}>
        {open ? texts.hide : texts.show}
      </Button>
      {open && <Paste deployment={deployment.name} plan={false} />}
    </Stack>
  );
}

function Check({ setUp: { deployment, done, seenAt } }: { setUp: SetUp }) {
  const tenant = useTenant();
  const texts = t.setUp.steps.check;
  if (!deployment) return <Text size="sm">{t.deployments.empty}</Text>;
  return (
    <Stack gap="sm" align="flex-start">
      <Text size="sm">
        {done.includes("check") ? (
          <>
            {texts.seen} <TimeAgo value={seenAt} />
          </>
        ) : (
          texts.lead
        )}
      </Text>
      <Button
        variant="default"
        component={Link}
        to={`${to("deployment", { tenant: tenant.slug, deployment: deployment.name })}?tab=check`}
      >
        {texts.action}
      </Button>
    </Stack>
  );
}
