import { Skeleton, Text } from "@mantine/core";
import type { ReactNode } from "react";
import classes from "./Figures.module.css";

export interface Figure {
  name: string;
  /** Nothing while it loads. */
  value: string | undefined;
  more?: ReactNode;
}

/** A few numbers on one card, with lines between them. */
export function Figures({ figures }: { figures: readonly Figure[] }) {
  return (
    <dl className={classes.figures} data-count={figures.length}>
      {figures.map(({ name, value, more }) => (
        <div key={name}>
          <Text component="dt" size="sm" c="dimmed">
            {name}
          </Text>
          <dd className={classes.value}>{value ?? <Skeleton height={20} my={6} width="60%" />}</dd>
          {more !== undefined && (
            <Text component="dd" m={0} size="xs" c="dimmed" mih="1.4em">
              {more}
            </Text>
          )}
        </div>
      ))}
    </dl>
  );
}
