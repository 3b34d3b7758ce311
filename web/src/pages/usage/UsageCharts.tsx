import { Center, Skeleton, Stack, Text } from "@mantine/core";
import { lazy, Suspense } from "react";
import { IconChartBar } from "../../components/icons";
import { t } from "../../texts";
import type { BarsProps, Series } from "./Bars";
import { OUTCOMES, outcomeOf, pointsOf, type Step, topReasons, totals, type UsagePage } from "./usage";

const Bars = lazy(() => import("./Bars"));

const HEIGHT = 260;
const MOST_REASONS = 6;
const OTHERS = "others";
/** Reasons that are part of every day stay in the background: what is wrong stands out. */
const USUAL = "expired";
const COLOURS = ["red.6", "orange.4", "violet.5", "blue.5", "yellow.5", "pink.5"];

/** What tokens' requests came to, over time. */
export function OutcomeChart({ page, step }: { page: UsagePage | undefined; step: Step }) {
  if (!page) return <Skeleton height={HEIGHT} />;
  const { issued, validated, refused } = totals(page);
  if (issued + validated + refused === 0) return <Nothing text={t.usage.noRequests} />;
  const colours = {
    issued: "var(--chart-issued)",
    validated: "var(--chart-validated)",
    refused: "var(--chart-refused)",
  };
  const series = OUTCOMES.map((name) => ({ name, label: t.usage[name], color: colours[name] }));
  const label = `${t.usage.chart}. ${t.usage.summary(issued, validated, refused)}`;
  return <Lazy points={pointsOf(page, step, OUTCOMES, outcomeOf)} series={series} label={label} />;
}

/** Why requests were refused, over time. */
export function ReasonChart({ page, step }: { page: UsagePage | undefined; step: Step }) {
  if (!page) return <Skeleton height={HEIGHT} />;
  const { reasons, more } = topReasons(page, MOST_REASONS);
  if (reasons.length === 0) return <Nothing text={t.usage.noRefusals} />;
  const colours = COLOURS.values();
  const series: Series[] = reasons.map((name) => ({
    name,
    label: t.usage.reasons[name] ?? name,
    color: name === USUAL ? "var(--chart-usual)" : (colours.next().value ?? "var(--chart-others)"),
  }));
  if (more) series.push({ name: OTHERS, label: t.usage.others, color: "var(--chart-others)" });
  const names = series.map(({ name }) => name);
  const points = pointsOf(page, step, names, (row) => {
    if (outcomeOf(row) !== "refused") return null;
    return reasons.includes(row.reason) ? row.reason : OTHERS;
  });
  const label = `${t.usage.refusals}: ${series.map((one) => one.label).join(", ")}`;
  return <Lazy points={points} series={series} label={label} />;
}

function Lazy(props: BarsProps) {
  return (
    <Suspense fallback={<Skeleton height={HEIGHT} />}>
      <Bars {...props} />
    </Suspense>
  );
}

function Nothing({ text }: { text: string }) {
  return (
    <Center h={HEIGHT} c="dimmed">
      <Stack align="center" gap="xs">
        <IconChartBar size={32} stroke={1.25} aria-hidden />
        <Text size="sm">{text}</Text>
      </Stack>
    </Center>
  );
}
