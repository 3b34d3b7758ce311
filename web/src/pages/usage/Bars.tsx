import "@mantine/charts/styles.layer.css";
import { BarChart } from "@mantine/charts";
import { number } from "../../lib/format";
import type { Point } from "./usage";

export interface Series {
  name: string;
  label: string;
  color: string;
}

export interface BarsProps {
  points: Point[];
  series: Series[];
  /** What the chart shows, for those who don't see it. */
  label: string;
}

const HEIGHT = 260;

/** Stacked bars over time. A chunk of its own: charts are large. */
export default function Bars({ points, series, label }: BarsProps) {
  return (
    <div role="img" aria-label={label}>
      <BarChart
        h={HEIGHT}
        data={points}
        dataKey="label"
        series={series}
        type="stacked"
        withLegend
        legendProps={{ verticalAlign: "bottom", height: 40 }}
        valueFormatter={number}
        maxBarWidth={36}
        textColor="dimmed"
        gridColor="var(--line)"
        tickLine="none"
        yAxisProps={{ allowDecimals: false, width: 52, tickFormatter: short }}
        xAxisProps={{ minTickGap: 24 }}
        barChartProps={{ accessibilityLayer: false }}
        barProps={{ isAnimationActive: false }}
        tooltipAnimationDuration={0}
      />
    </div>
  );
}

const short = (value: number): string => new Intl.NumberFormat("en", { notation: "compact" }).format(value);
