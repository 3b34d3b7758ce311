import { Anchor, SegmentedControl, SimpleGrid, Stack } from "@mantine/core";
import { useState } from "react";
import { Problem } from "../../api/problem";
import { Figures } from "../../components/Figures";
import { Link } from "../../components/Link";
import { Page } from "../../components/Page";
import { ProblemAlert } from "../../components/ProblemAlert";
import { Section } from "../../components/Section";
import { number, percent } from "../../lib/format";
import { useTenant } from "../../lib/useTenant";
import { to } from "../../routes";
import { t } from "../../texts";
import { SetUpSteps } from "../setup/SetUpSteps";
import { useSetUp } from "../setup/useSetUp";
import { OutcomeChart, ReasonChart } from "../usage/UsageCharts";
import { latencyText, type RangeName, type Step, spanOf, tokenLatency, totals, type UsagePage } from "../usage/usage";
import { useUsage } from "../usage/useUsage";
import { LastEvents } from "./LastEvents";
import { NextKeys } from "./NextKeys";

const RANGES: Record<Step, RangeName> = { hour: "hours", day: "days", month: "months" };
const STEPS: readonly Step[] = ["hour", "day", "month"];

/** How the newsroom is doing: what was asked of it, its keys, and what has been done. */
export default function Overview() {
  const tenant = useTenant();
  const [step, setStep] = useState<Step>("hour");
  const usage = useUsage(RANGES[step], () => spanOf(RANGES[step], new Date()));
  const page = usage.data?.page;
  const drawn = usage.data?.span.step ?? step;
  // Whether steps stand above all else: until that is known, nothing is shown that they would push down.
  const { setUp, problem } = useSetUp();
  const settled = setUp !== undefined || problem !== null;
  return (
    <Page
      title={t.overview.title}
      actions={
        <SegmentedControl
          aria-label={t.overview.step}
          value={step}
          onChange={(value) => setStep(STEPS.find((one) => one === value) ?? "hour")}
          data={STEPS.map((value) => ({ value, label: t.overview[value] }))}
        />
      }
    >
      <Stack gap="lg" aria-busy={!settled} {...(!settled && { style: { visibility: "hidden" } })}>
        <SetUpSteps />
        <ProblemAlert problem={usage.error ? Problem.from(usage.error) : null} retry={() => void usage.refetch()} />
        <Numbers page={page} />
        <SimpleGrid cols={{ base: 1, lg: 2 }}>
          <Section
            title={t.usage.chart}
            lead={t.overview.spans[drawn]}
            actions={
              <Anchor component={Link} to={to("usage", { tenant: tenant.slug })} size="sm" c="var(--accent-text)">
                {t.overview.more}
              </Anchor>
            }
          >
            <OutcomeChart page={page} step={drawn} />
          </Section>
          <Section title={t.usage.refusals} lead={t.overview.spans[drawn]}>
            <ReasonChart page={page} step={drawn} />
          </Section>
        </SimpleGrid>
        <SimpleGrid cols={{ base: 1, lg: tenant.may("admin") ? 2 : 1 }}>
          <NextKeys />
          {tenant.may("admin") && <LastEvents />}
        </SimpleGrid>
      </Stack>
    </Page>
  );
}

function Numbers({ page }: { page: UsagePage | undefined }) {
  const sums = page && totals(page);
  const all = sums ? sums.issued + sums.validated + sums.refused : 0;
  const tiles = [
    { name: t.overview.issued, value: sums && number(sums.issued), more: "" },
    { name: t.overview.validated, value: sums && number(sums.validated), more: "" },
    {
      name: t.overview.refused,
      value: sums && number(sums.refused),
      more: sums && all > 0 ? t.overview.refusedShare(percent(sums.refused / all)) : "",
    },
    { name: t.overview.p99, value: page && latencyText(tokenLatency(page)), more: t.overview.p99Help },
  ];
  return <Figures figures={tiles} />;
}
