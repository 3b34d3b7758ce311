import { Alert, Badge, Code, Group, List, Progress, SimpleGrid, Skeleton, Stack, Table, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { api, ok, type Schema } from "../../api/client";
import { Problem } from "../../api/problem";
import { Empty } from "../../components/DataTable";
import { IconAlertTriangle, IconCheck } from "../../components/icons";
import { Page } from "../../components/Page";
import { ProblemAlert } from "../../components/ProblemAlert";
import { Section } from "../../components/Section";
import { TimeAgo } from "../../components/Time";
import { percent } from "../../lib/format";
import { t } from "../../texts";
import { findings, hitRate, type MasterKey, masterKeys, rotationProgress } from "./findings";
import { SmallTable } from "./SmallTable";

type State = Schema<"Health">;
const texts = t.platform.state;
const EVERY = 10_000;

/** How the platform is, kept up to date. */
export default function Health() {
  const health = useQuery({
    queryKey: ["platform", "health"],
    queryFn: () => ok(api.GET("/v1/platform/health")),
    refetchInterval: EVERY,
  });
  return (
    <Page title={t.platform.health} lead={texts.lead}>
      {health.error && <ProblemAlert problem={Problem.from(health.error)} retry={() => void health.refetch()} />}
      {!health.data && !health.error && [70, 130, 180].map((height) => <Skeleton key={height} height={height} />)}
      {health.data && <Shown health={health.data} />}
    </Page>
  );
}

function Shown({ health }: { health: State }) {
  const found = findings(health, new Date());
  const { postgres, redis, mail, nodes } = health;
  return (
    <Stack>
      <Alert
        role="status"
        color={found.length === 0 ? "petrol" : "orange"}
        icon={found.length === 0 ? <IconCheck aria-hidden /> : <IconAlertTriangle aria-hidden />}
        title={found.length === 0 ? texts.good : texts.bad}
      >
        {found.length === 0 ? (
          <Text size="sm">{texts.goodBody(nodes.length)}</Text>
        ) : (
          <List size="sm">
            {found.map((line) => (
              <List.Item key={line}>{line}</List.Item>
            ))}
          </List>
        )}
      </Alert>
      <SimpleGrid cols={{ base: 1, xs: 3 }}>
        <Needed name={texts.postgres} state={postgres} />
        <Needed name={texts.redis} state={redis ?? null} />
        <Section title={texts.mail}>
          <Text fw={550}>{mail.waiting === 0 ? texts.noneWaiting : texts.waiting(mail.waiting)}</Text>
          {mail.oldest_at && (
            <Text size="sm" c="dimmed">
              {texts.oldest} <TimeAgo value={mail.oldest_at} />
            </Text>
          )}
        </Section>
      </SimpleGrid>
      <Nodes nodes={nodes} />
      <Keys keys={masterKeys(health)} nodes={nodes.length} />
    </Stack>
  );
}

function Needed({ name, state }: { name: string; state: Schema<"Dependency"> | null }) {
  const latency = state?.latency_ms;
  return (
    <Section title={name}>
      <Text fw={550} {...(state?.reachable === false && { c: "var(--mantine-color-error)" })}>
        {state === null ? texts.notUsed : state.reachable ? texts.reachable : texts.unreachable}
      </Text>
      <Text size="sm" c="dimmed">
        {state === null
          ? texts.notUsedBody
          : latency !== null && latency !== undefined && texts.latency(latency.toFixed(1))}
      </Text>
    </Section>
  );
}

function Nodes({ nodes }: { nodes: State["nodes"] }) {
  return (
    <Section title={texts.nodes} lead={texts.nodesLead}>
      {nodes.length === 0 ? (
        <Empty>{texts.noNodes}</Empty>
      ) : (
        <SmallTable
          label={texts.nodes}
          heads={[texts.name, texts.version, texts.heartbeat, texts.started, texts.masterKeys]}
        >
          {nodes.map(({ id, name, version, heartbeat_age, started_at, master_keys, vitals }) => (
            <Table.Tr key={id}>
              <Table.Td miw={150}>
                <Text size="sm" fw={550} style={{ overflowWrap: "anywhere" }}>
                  {name}
                </Text>
                <Text size="xs" c="dimmed">
                  {ofItself(vitals as Record<string, unknown>)}
                </Text>
              </Table.Td>
              <Table.Td>{version}</Table.Td>
              <Table.Td>{texts.seconds(heartbeat_age)}</Table.Td>
              <Table.Td>
                <TimeAgo value={started_at} />
              </Table.Td>
              <Table.Td>
                <Group gap={4}>
                  {master_keys.map((key) => (
                    <Code key={key}>{key}</Code>
                  ))}
                </Group>
              </Table.Td>
            </Table.Tr>
          ))}
        </SmallTable>
      )}
    </Section>
  );
}

/** What a server tells of itself, as far as there are words for it. */
function ofItself(vitals: Record<string, unknown>): string {
  const rate = hitRate(vitals);
  const held = Object.entries(texts.vital).flatMap(([name, words]) => {
    const value = vitals[name];
    return typeof value === "number" ? [words(value)] : [];
  });
  const ready = vitals.ready === true ? [texts.ready] : [];
  return [...ready, ...held, ...(rate === null ? [] : [texts.hitRate(percent(rate))])].join(" · ");
}

const COLOURS: Record<MasterKey["state"], string> = {
  sealing: "petrol",
  going: "yellow",
  free: "gray",
  missing: "red",
};

function Keys({ keys, nodes }: { keys: MasterKey[]; nodes: number }) {
  // The log knows when a key took over, and how much it had to seal anew.
  const rotations = useQuery({
    queryKey: ["platform", "audit", "master-key"],
    queryFn: async () =>
      (
        await ok(
          api.GET("/v1/platform/audit-events", { params: { query: { action: "master_key.rotate", limit: 200 } } }),
        )
      ).data,
  });
  const since = (id: string) => rotations.data?.find(({ target }) => target === id)?.at;
  const progress = rotationProgress(keys, rotations.data ?? []);
  return (
    <Section title={texts.keys} lead={texts.keysLead}>
      {progress && (
        <Stack gap={6}>
          <Text size="sm" fw={550}>
            {texts.rotation}
          </Text>
          <Progress value={(progress.done / progress.total) * 100} aria-label={texts.rotation} />
          <Text size="sm" c="dimmed">
            {texts.rotationDone(progress.done, progress.total)}
          </Text>
        </Stack>
      )}
      <SmallTable
        label={texts.keys}
        heads={[texts.key, texts.seals, texts.since, texts.heldBy, t.platform.list.status]}
      >
        {keys.map(({ id, seals, heldBy, state }) => (
          <Table.Tr key={id}>
            <Table.Td>
              <Code>{id}</Code>
            </Table.Td>
            <Table.Td>{texts.secrets(seals)}</Table.Td>
            <Table.Td>
              <TimeAgo value={since(id)} otherwise={rotations.data ? texts.sinceNever : "–"} />
            </Table.Td>
            <Table.Td>{texts.servers(heldBy, nodes)}</Table.Td>
            <Table.Td>
              <Badge
                variant="light"
                size="sm"
                radius="sm"
                tt="none"
                fw={550}
                miw="max-content"
                color={COLOURS[state]}
                autoContrast={false}
              >
                {texts[state]}
              </Badge>
            </Table.Td>
          </Table.Tr>
        ))}
      </SmallTable>
    </Section>
  );
}
