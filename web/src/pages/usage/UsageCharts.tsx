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
const COLOURS = ["orange.6", "red.6", "violet.5", "blue.5", "yellow.5", "pink.5", "gray.5"];

/** What tokens' requests came to, over time. */
export function OutcomeChart({ page, step }: { page: UsagePage | undefined; step: Step }) {
  if (!page) return <Skeleton height={HEIGHT} />;
  const { issued, validated, refused } = totals(page);
  if (issued + validated + refused === 0) return <Nothing text={t.usage.noRequests} />;
  const colours = { issued: "petrol.6", validated: "blue.4", refused: "orange.6" };
  const series = OUTCOMES.map((name) => ({ name, label: t.usage[name], color: colours[name] }));
  const label = `${t.usage.chart}. ${t.usage.summary(issued, validated, refused)}`;
  return <Lazy points={pointsOf(page, step, OUTCOMES, outcomeOf)} series={series} label={label} />;
}

/** Why requests were refused, over time. */
export function ReasonChart({ page, step }: { page: UsagePage | undefined; step: Step }) {
  if (!page) return <Skeleton height={HEIGHT} />;
  const { reasons, more } = topReasons(page, MOST_REASONS);
  if (reasons.length === 0) return <Nothing text={t.usage.noRefusals} />;
  const series: Series[] = reasons.map((name, index) => ({
    name,
    label: t.usage.reasons[name] ?? name,
    color: COLOURS[index] ?? "gray.5",
  }));
  if (more) series.push({ name: OTHERS, label: t.usage.others, color: "gray.5" });
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
