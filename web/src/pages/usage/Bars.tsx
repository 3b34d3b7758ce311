import "@mantine/charts/styles.layer.css";
import { BarChart } from "@mantine/charts";
import { ColorSwatch, Group, Stack, Text } from "@mantine/core";
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

const HEIGHT = 220;
const LEGEND = 28;

/** Stacked bars over time. A chunk of its own: charts are large. */
export default function Bars({ points, series, label }: BarsProps) {
  return (
    <Stack gap="sm">
      <div role="img" aria-label={label} style={{ minWidth: 0, overflow: "hidden" }}>
        <BarChart
          h={HEIGHT}
          data={points}
          dataKey="label"
          series={series}
          type="stacked"
          valueFormatter={number}
          maxBarWidth={28}
          textColor="dimmed"
          gridColor="var(--line)"
          tickLine="none"
          strokeDasharray="0"
          yAxisProps={{ allowDecimals: false, width: 44, tickFormatter: short }}
          xAxisProps={{ interval: "equidistantPreserveStart", minTickGap: 28 }}
          barChartProps={{ accessibilityLayer: false, margin: { top: 10, right: 4 } }}
          barProps={{ isAnimationActive: false }}
          tooltipAnimationDuration={0}
        />
      </div>
      <Group gap="4px 16px" component="ul" m={0} p={0} mih={LEGEND} align="flex-start">
        {series.map(({ name, label, color }) => (
          <Group key={name} gap={6} component="li" wrap="nowrap" style={{ listStyle: "none" }}>
            <ColorSwatch color={cssColor(color)} size={9} radius={3} withShadow={false} />
            <Text size="xs" c="dimmed">
              {label}
            </Text>
          </Group>
        ))}
      </Group>
    </Stack>
  );
}

/** A colour as styles have it: `red.6` is one of the theme's. */
const cssColor = (color: string): string =>
  color.startsWith("var(") ? color : `var(--mantine-color-${color.replace(".", "-")})`;

const short = (value: number): string => new Intl.NumberFormat("en", { notation: "compact" }).format(value);
