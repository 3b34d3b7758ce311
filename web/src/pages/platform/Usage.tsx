import { Anchor, Progress, SegmentedControl, Skeleton, Stack, Table } from "@mantine/core";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { api, ok, type Schema } from "../../api/client";
import { Problem } from "../../api/problem";
import { Empty } from "../../components/DataTable";
import { Figures } from "../../components/Figures";
import { Link } from "../../components/Link";
import { Page } from "../../components/Page";
import { ProblemAlert } from "../../components/ProblemAlert";
import { Section } from "../../components/Section";
import { number, percent } from "../../lib/format";
import { setQuery, usePlace } from "../../router";
import { to } from "../../routes";
import { t } from "../../texts";
import { SmallTable } from "./SmallTable";

type Used = Schema<"PlatformUsage">;
const texts = t.platform.use;
const DAY = 86_400_000;
const SHORTEST = "1";

/** What the whole platform was asked for. */
export default function Usage() {
  const asked = new URLSearchParams(usePlace().search).get("days") ?? SHORTEST;
  const days = asked in texts.ranges ? asked : SHORTEST;
  const usage = useQuery({
    queryKey: ["platform", "usage", days],
    queryFn: () =>
      ok(
        api.GET("/v1/platform/usage", {
          params: { query: { from: new Date(Date.now() - Number(days) * DAY).toISOString() } },
        }),
      ),
    placeholderData: keepPreviousData,
  });
  return (
    <Page
      title={t.platform.usage}
      lead={texts.lead}
      actions={
        <SegmentedControl
          aria-label={texts.range}
          value={days}
          onChange={(days) => setQuery({ days })}
          data={Object.entries(texts.ranges).map(([value, label]) => ({ value, label }))}
        />
      }
    >
      {usage.error && <ProblemAlert problem={Problem.from(usage.error)} retry={() => void usage.refetch()} />}
      {!usage.data && !usage.error && <Skeleton height={420} radius="md" />}
      {usage.data && <Shown used={usage.data} />}
    </Page>
  );
}

function Shown({ used }: { used: Used }) {
  const total = used.operations.reduce((sum, { count }) => sum + count, 0);
  const refused = used.operations.reduce((sum, { count, reason }) => sum + (reason === "ok" ? 0 : count), 0);
  const busiest = Math.max(1, ...used.tenants.map(({ count }) => count));
  return (
    <Stack>
      <Figures
        figures={[
          { name: texts.requests, value: number(total) },
          { name: texts.refused, value: number(refused) },
          { name: texts.share, value: total === 0 ? "–" : percent(refused / total) },
        ]}
      />
      <Section title={texts.newsrooms} lead={texts.newsroomsLead}>
        {used.tenants.length === 0 ? (
          <Empty>{texts.none}</Empty>
        ) : (
          <SmallTable label={texts.newsrooms} numbers heads={[texts.newsroom, texts.requests, texts.refused]}>
            {used.tenants.map(({ tenant, count, refused }) => (
              <Table.Tr key={tenant}>
                <Table.Td miw={150}>
                  <Anchor
                    component={Link}
                    to={to("platformTenant", { tenant })}
                    size="sm"
                    fw={550}
                    style={{ overflowWrap: "anywhere" }}
                  >
                    {tenant}
                  </Anchor>
                  <Progress value={(count / busiest) * 100} size={5} mt={5} aria-label={texts.requests} />
                </Table.Td>
                <Table.Td ta="right">{number(count)}</Table.Td>
                <Table.Td ta="right">
                  {number(refused)} ({percent(count === 0 ? 0 : refused / count)})
                </Table.Td>
              </Table.Tr>
            ))}
          </SmallTable>
        )}
      </Section>
      {used.operations.length > 0 && (
        <Section title={texts.operations}>
          <SmallTable label={texts.operations} numbers heads={[texts.operation, texts.outcome, texts.count]}>
            {used.operations.map(({ operation, reason, count }) => (
              <Table.Tr key={`${operation} ${reason}`}>
                <Table.Td>{texts.operationNames[operation] ?? operation}</Table.Td>
                <Table.Td ta="right" {...(reason !== "ok" && { c: "var(--mantine-color-error)" })}>
                  {reason === "ok" ? texts.ok : reason.replaceAll(/[_-]/g, " ")}
                </Table.Td>
                <Table.Td ta="right">{number(count)}</Table.Td>
              </Table.Tr>
            ))}
          </SmallTable>
        </Section>
      )}
    </Stack>
  );
}
