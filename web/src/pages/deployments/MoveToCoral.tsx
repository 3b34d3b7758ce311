import { Alert, Anchor, Group, List, Progress, Select, Skeleton, Stack, Stepper, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { api, ok, type Schema } from "../../api/client";
import { Problem } from "../../api/problem";
import { BackLink } from "../../components/BackLink";
import { type Column, DataTable } from "../../components/DataTable";
import { IconInfoCircle } from "../../components/icons";
import { Link } from "../../components/Link";
import { Page } from "../../components/Page";
import { ProblemAlert } from "../../components/ProblemAlert";
import { Section } from "../../components/Section";
import { StatusBadge } from "../../components/StatusBadge";
import { TimeAgo } from "../../components/Time";
import { usePagedQuery } from "../../lib/queries";
import { useTenant } from "../../lib/useTenant";
import { setQuery, usePlace } from "../../router";
import { to } from "../../routes";
import { t } from "../../texts";
import { CutBack, CutOver } from "./CutOver";
import { useDeployments } from "./queries";

export type Move = Schema<"MoveOut">;
export interface Names {
  from: string;
  to: string;
}

const texts = t.moveToCoral;

/** From Talk v4 to Coral: where it stands, what is in its way, and the step itself. */
export default function MoveToCoral() {
  const tenant = useTenant();
  const path = { tenant: tenant.slug };
  const asked = new URLSearchParams(usePlace().search);
  const deployments = useDeployments();
  const named = (kind: string, wanted: string | null, usual: string) => {
    const all = deployments.data?.filter((one) => one.kind === kind).map(({ name }) => name) ?? [];
    const name = [wanted, usual].find((name) => name !== null && all.includes(name)) ?? all[0] ?? usual;
    return { all, name };
  };
  const [talk, coral] = [named("talk", asked.get("from"), "default"), named("coral", asked.get("to"), "coral")];
  const names: Names = { from: talk.name, to: coral.name };
  const move = useQuery({
    queryKey: [...tenant.key, "move-to-coral", names],
    queryFn: () => ok(api.GET("/v1/tenants/{tenant}/migration-to-coral", { params: { path, query: names } })),
    enabled: deployments.isSuccess,
  });
  const error = deployments.error ?? move.error;
  const retry = () => void (deployments.error ? deployments : move).refetch();
  return (
    <Page
      title={texts.title}
      lead={texts.lead}
      above={<BackLink to={to("deployments", path)}>{t.deployments.title}</BackLink>}
    >
      {error && <ProblemAlert problem={Problem.from(error)} retry={retry} />}
      {deployments.isSuccess && coral.all.length === 0 && (
        <Alert icon={<IconInfoCircle aria-hidden />} color="yellow" title={texts.noCoral}>
          <Text size="sm">{texts.noCoralMore}</Text>
        </Alert>
      )}
      {(talk.all.length > 1 || coral.all.length > 1) && (
        <Group>
          <Select
            label={texts.from}
            data={talk.all}
            value={names.from}
            onChange={(from) => setQuery({ from })}
            w={{ base: "100%", xs: 220 }}
          />
          <Select
            label={texts.to}
            data={coral.all}
            value={names.to}
            onChange={(to) => setQuery({ to })}
            w={{ base: "100%", xs: 220 }}
          />
        </Group>
      )}
      {!move.data && !error && [160, 140, 180].map((height) => <Skeleton key={height} height={height} radius="md" />)}
      {move.data && (
        <Stack>
          <Stage move={move.data} />
          <Next steps={move.data.next_steps} />
          <Readiness readiness={move.data.readiness} />
          <Unready readiness={move.data.readiness} />
          {tenant.may("admin") &&
            !tenant.suspended &&
            (["prepare", "side-by-side"].includes(move.data.stage) ? (
              <CutOver move={move.data} names={names} />
            ) : (
              <CutBack names={names} />
            ))}
        </Stack>
      )}
    </Page>
  );
}

function Stage({ move }: { move: Move }) {
  const stages = Object.keys(texts.stages);
  const at = stages.indexOf(move.stage);
  const issuing = at < stages.indexOf("cut-over");
  return (
    <Section title={texts.stage} lead={texts.stages[move.stage]?.body}>
      <Stepper
        active={move.stage === "done" ? stages.length : at}
        size="sm"
        iconSize={30}
        allowNextStepsSelect={false}
        wrap
        role="list"
      >
        {stages.map((stage, index) => (
          <Stepper.Step
            key={stage}
            component="div"
            role="listitem"
            tabIndex={-1}
            label={texts.stages[stage]?.name}
            allowStepSelect={false}
            {...(index === at && { "aria-current": "step" as const })}
          />
        ))}
      </Stepper>
      {(move.last_talk_token_issued_at || move.last_talk_token_ends_at) && (
        <Group gap="xl">
          {move.last_talk_token_issued_at && (
            <Text size="sm">
              {texts.lastIssued} <TimeAgo value={move.last_talk_token_issued_at} />.
            </Text>
          )}
          {move.last_talk_token_ends_at && (
            <Text size="sm">
              {issuing ? texts.endsIfNow : texts.ends} <TimeAgo value={move.last_talk_token_ends_at} />.
            </Text>
          )}
        </Group>
      )}
    </Section>
  );
}

function Next({ steps }: { steps: readonly string[] }) {
  return (
    <Section title={texts.next.title}>
      {steps.length === 0 ? (
        <Text size="sm" c="dimmed">
          {texts.next.none}
        </Text>
      ) : (
        <List type="ordered" size="sm" spacing={6} withPadding>
          {steps.map((step) => (
            <List.Item key={step}>{step}</List.Item>
          ))}
        </List>
      )}
    </Section>
  );
}

function Readiness({ readiness }: { readiness: Move["readiness"] }) {
  const { readers, ready } = readiness;
  const counts = Object.entries(texts.readiness.counts)
    .map(([fault, say]) => ({ fault, count: readiness[fault as keyof typeof texts.readiness.counts], say }))
    .filter(({ count }) => count > 0);
  return (
    <Section title={texts.readiness.title}>
      {readers === 0 ? (
        <Text size="sm">{texts.readiness.none}</Text>
      ) : (
        <Stack gap="sm">
          <Text fw={550}>{texts.readiness.ready(ready, readers)}</Text>
          <Progress
            value={(ready / readers) * 100}
            color={ready === readers ? "petrol" : "orange"}
            aria-label={texts.readiness.title}
          />
          {counts.length === 0 ? (
            <Text size="sm" c="dimmed">
              {texts.readiness.all}
            </Text>
          ) : (
            <List size="sm" spacing={4}>
              {counts.map(({ fault, count, say }) => (
                <List.Item key={fault}>{say(count)}</List.Item>
              ))}
            </List>
          )}
        </Stack>
      )}
    </Section>
  );
}

function Unready({ readiness }: { readiness: Move["readiness"] }) {
  const tenant = useTenant();
  const path = { tenant: tenant.slug };
  const list = usePagedQuery([...tenant.key, "users", "unready-for-coral"], (cursor) =>
    ok(
      api.GET("/v1/tenants/{tenant}/migration-to-coral/unready", {
        params: { path, query: { limit: 25, ...cursor } },
      }),
    ),
  );
  if (readiness.ready === readiness.readers && !readiness.avatar_not_shown) return null;
  const columns: Column<Schema<"UnreadyOut">>[] = [
    {
      head: texts.unready.id,
      cell: ({ id }) => (
        <Anchor
          component={Link}
          to={to("user", { ...path, user: id })}
          size="sm"
          fw={550}
          style={{ overflowWrap: "anywhere" }}
        >
          {id}
        </Anchor>
      ),
    },
    {
      head: texts.unready.faults,
      cell: ({ faults }) => (
        <Group gap={4}>
          {faults.map((fault) => (
            <StatusBadge
              key={fault}
              status={fault === "avatar_not_shown" ? "" : "suspended"}
              label={texts.unready.names[fault] ?? fault}
            />
          ))}
        </Group>
      ),
    },
  ];
  return (
    <Section title={texts.unready.title} lead={texts.unready.lead}>
      <DataTable
        label={texts.unready.title}
        columns={columns}
        rowKey={({ id }) => id}
        list={list}
        empty={texts.unready.empty}
      />
    </Section>
  );
}
