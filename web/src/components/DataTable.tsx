import { Button, Group, Paper, ScrollArea, Skeleton, Stack, Table, Text, VisuallyHidden } from "@mantine/core";
import { type ReactNode, useRef } from "react";
import type { Paged } from "../lib/queries";
import { t } from "../texts";
import classes from "./DataTable.module.css";
import { IconChevronLeft, IconChevronRight } from "./icons";
import { ProblemAlert } from "./ProblemAlert";

export interface Column<Row> {
  /** What the head says, and the key. */
  head: string;
  cell: (row: Row) => ReactNode;
  /** Numbers and buttons stand on the right. */
  align?: "right";
  /** Such as `8rem`: columns of a set width don't jump from page to page. */
  width?: string;
  /** Whether it is left out where there is little room. */
  wideOnly?: boolean;
  /** Whether the head is for screen readers only: a column of buttons. */
  quiet?: boolean;
}

interface DataTableProps<Row> {
  /** What is listed, for screen readers. */
  label: string;
  columns: readonly Column<Row>[];
  rowKey: (row: Row) => string;
  list: Paged<Row>;
  /** What is said when there is nothing: a sentence, and perhaps a button. */
  empty?: ReactNode;
  /** How many rows are drawn while the first page loads. */
  expected?: number;
}

/** A list, page by page. The first cell of a row should hold the link to what the row is about. */
export function DataTable<Row>({ label, columns, rowKey, list, empty, expected = 5 }: DataTableProps<Row>) {
  const top = useRef<HTMLDivElement>(null);
  const { rows, problem } = list;
  const turn = (move: () => void) => {
    move();
    top.current?.scrollIntoView({ block: "nearest" });
  };
  if (problem && !rows) return <ProblemAlert problem={problem} retry={list.retry} />;
  return (
    <Stack gap="sm" ref={top}>
      {problem && <ProblemAlert problem={problem} retry={list.retry} />}
      <Paper withBorder className={classes.frame ?? ""}>
        <ScrollArea
          type="auto"
          scrollbarSize={8}
          offsetScrollbars="present"
          viewportProps={{ tabIndex: 0, role: "group", "aria-label": label }}
        >
          <Table aria-busy={rows === undefined || list.isMoving} className={classes.table ?? ""}>
            <Table.Thead>
              <Table.Tr>
                {columns.map((column) => (
                  <Table.Th key={column.head} {...place(column)} scope="col">
                    {column.quiet ? <VisuallyHidden>{column.head}</VisuallyHidden> : column.head}
                  </Table.Th>
                ))}
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody className={list.isMoving ? classes.moving : undefined}>
              {rows === undefined && <Waiting columns={columns} rows={expected} />}
              {rows?.map((row) => (
                <Table.Tr key={rowKey(row)}>
                  {columns.map((column) => (
                    <Table.Td key={column.head} {...place(column)}>
                      {column.cell(row)}
                    </Table.Td>
                  ))}
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </ScrollArea>
        {rows?.length === 0 && <Empty>{empty ?? t.common.table.empty}</Empty>}
      </Paper>
      {(list.next || list.previous) && (
        <Group justify="flex-end" gap="xs">
          <Text size="sm" c="dimmed" aria-live="polite" mr="xs">
            {t.common.table.page(list.page)}
          </Text>
          <Button
            variant="default"
            size="xs"
            disabled={!list.previous || list.isMoving}
            onClick={() => list.previous && turn(list.previous)}
            leftSection={<IconChevronLeft size={14} aria-hidden />}
          >
            {t.common.table.previous}
          </Button>
          <Button
            variant="default"
            size="xs"
            disabled={!list.next || list.isMoving}
            onClick={() => list.next && turn(list.next)}
            rightSection={<IconChevronRight size={14} aria-hidden />}
          >
            {t.common.table.next}
          </Button>
        </Group>
      )}
    </Stack>
  );
}

/** What is said where nothing is. */
export function Empty({ children }: { children: ReactNode }) {
  return (
    <Stack align="center" gap={6} py={40} px="md" ta="center" c="dimmed" className={classes.empty ?? ""}>
      <svg className={classes.nobody} viewBox="0 0 48 48" width="44" height="44" aria-hidden="true">
        <path d="M15 2l7 14M33 2l-7 14M20 16h8v4h-8z" />
        <rect x="10" y="20" width="28" height="24" rx="5" strokeDasharray="3.5 3.5" />
        <path d="M17 31h14M20 37h8" />
      </svg>
      {typeof children === "string" ? <Text size="sm">{children}</Text> : children}
    </Stack>
  );
}

function Waiting<Row>({ columns, rows }: { columns: readonly Column<Row>[]; rows: number }) {
  return Array.from({ length: rows }, (_, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: they are all alike, and never move.
    <Table.Tr key={index}>
      {columns.map((column) => (
        <Table.Td key={column.head} {...place(column)}>
          <Skeleton height={12} my={5} width={column.align ? 48 : `${55 + ((index * 17) % 35)}%`} />
        </Table.Td>
      ))}
    </Table.Tr>
  ));
}

function place<Row>({ align, width, wideOnly }: Column<Row>) {
  return {
    ...(width !== undefined && { w: width }),
    ...(align && { ta: align }),
    ...(wideOnly && { visibleFrom: "sm" as const }),
  };
}
