import { Button, Group, SegmentedControl, Stack, Text, TextInput } from "@mantine/core";
import { Problem } from "../../api/problem";
import { type Column, DataTable } from "../../components/DataTable";
import { IconDownload } from "../../components/icons";
import { Page } from "../../components/Page";
import { ProblemAlert } from "../../components/ProblemAlert";
import { Section } from "../../components/Section";
import { download, toCsv } from "../../lib/download";
import { number, percent } from "../../lib/format";
import { useTenant } from "../../lib/useTenant";
import { setQuery, usePlace } from "../../router";
import { t } from "../../texts";
import { OutcomeChart, ReasonChart } from "./UsageCharts";
import { latencyText, type RangeName, type Sum, spanOf, spanOfDays, sums, type UsagePage } from "./usage";
import { useUsage } from "./useUsage";

const RANGES: readonly RangeName[] = ["hours", "week", "days", "months"];
const OWN = "own";

/** What was asked of the newsroom's Lanyard: over time, and by reason. */
export default function Usage() {
  const query = new URLSearchParams(usePlace().search);
  const asked = query.get("time") ?? "hours";
  const own = asked === OWN;
  const range = RANGES.find((one) => one === asked) ?? "hours";
  const from = query.get("from") ?? "";
  const until = query.get("until") ?? "";
  const usage = useUsage(own ? `${from}:${until}` : range, () =>
    own ? spanOfDays(from, until) : spanOf(range, new Date()),
  );
  const wrong = own && spanOfDays(from, until) === null;
  const step = usage.data?.span.step ?? "hour";
  const page = usage.data?.page;
  const choose = (time: string) => {
    const { from, to } = spanOf("days", new Date());
    const days = { from: from.toISOString().slice(0, 10), until: to.toISOString().slice(0, 10) };
    setQuery({ time, ...(time === OWN ? days : { from: null, until: null }) });
  };
  return (
    <Page title={t.usage.title} lead={t.usage.lead}>
      <Stack gap="xs">
        <Group gap="sm" align="flex-end">
          <SegmentedControl
            aria-label={t.usage.range}
            value={own ? OWN : range}
            onChange={choose}
            data={[...RANGES, OWN as "own"].map((value) => ({ value, label: t.usage.ranges[value] }))}
            maw="100%"
            style={{ flexWrap: "wrap" }}
          />
          {own && (
            <>
              <TextInput
                type="date"
                label={t.usage.from}
                value={from}
                onChange={(event) => setQuery({ from: event.currentTarget.value })}
              />
              <TextInput
                type="date"
                label={t.usage.until}
                value={until}
                onChange={(event) => setQuery({ until: event.currentTarget.value })}
              />
            </>
          )}
        </Group>
        <Text size="sm" {...(wrong ? { c: "var(--mantine-color-error)", role: "alert" } : { c: "dimmed" })}>
          {wrong ? t.usage.badDates : step !== "hour" && t.usage.utc}
        </Text>
      </Stack>
      <ProblemAlert problem={usage.error ? Problem.from(usage.error) : null} retry={() => void usage.refetch()} />
      <Section title={t.usage.chart}>
        <OutcomeChart page={page} step={step} />
      </Section>
      <Section title={t.usage.refusals} lead={t.usage.refusalsLead}>
        <ReasonChart page={page} step={step} />
      </Section>
      <Sums page={page} moving={usage.isPlaceholderData} />
    </Page>
  );
}

function Sums({ page, moving }: { page: UsagePage | undefined; moving: boolean }) {
  const { slug } = useTenant();
  const rows = page && sums(page);
  const all = rows?.reduce((sum, { count }) => sum + count, 0) ?? 0;
  const texts = t.usage.table;
  const columns: Column<Sum>[] = [
    { head: texts.operation, cell: ({ operation }) => t.usage.operations[operation] ?? operation },
    { head: texts.reason, cell: ({ reason }) => t.usage.reasons[reason] ?? reason },
    { head: texts.count, align: "right", cell: ({ count }) => number(count) },
    { head: texts.share, align: "right", wideOnly: true, cell: ({ count }) => percent(count / all) },
    { head: texts.p99, align: "right", wideOnly: true, cell: ({ p99 }) => latencyText(p99) },
  ];
  const save = () => {
    const head = ["at", "operation", "reason", "count"];
    const lines = page?.data.map(({ at, operation, reason, count }) => [at, operation, reason, count]) ?? [];
    download(`usage-${slug}.csv`, toCsv([head, ...lines]));
  };
  return (
    <Section
      title={texts.title}
      actions={
        <Button
          variant="default"
          size="xs"
          onClick={save}
          disabled={all === 0}
          leftSection={<IconDownload size={14} aria-hidden />}
        >
          {texts.download}
        </Button>
      }
    >
      <DataTable
        label={texts.title}
        columns={columns}
        rowKey={({ operation, reason }) => `${operation} ${reason}`}
        list={{
          rows,
          page: 1,
          next: null,
          previous: null,
          problem: null,
          isMoving: moving,
          retry: () => undefined,
        }}
        empty={t.usage.noRequests}
      />
    </Section>
  );
}
