import { Table } from "@mantine/core";
import type { ReactNode } from "react";
import classes from "./SmallTable.module.css";

interface SmallTableProps {
  /** What is listed, for screen readers. */
  label: string;
  heads: readonly string[];
  /** Whether all columns but the first are numbers. */
  numbers?: boolean;
  /** Rows. */
  children: ReactNode;
}

/** A table of few rows on a card; it scrolls where it is too wide. */
export function SmallTable({ label, heads, numbers = false, children }: SmallTableProps) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard.
    <div className={classes.frame} tabIndex={0} role="group" aria-label={label}>
      <Table>
        <Table.Thead>
          <Table.Tr>
            {heads.map((head, index) => (
              <Table.Th key={head} scope="col" {...(numbers && index > 0 && { ta: "right" as const })}>
                {head}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>{children}</Table.Tbody>
      </Table>
    </div>
  );
}
