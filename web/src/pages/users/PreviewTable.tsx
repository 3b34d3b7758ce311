import { Alert, Paper, ScrollArea, Stack, Table, Text } from "@mantine/core";
import { IconAlertTriangle } from "../../components/icons";
import { t } from "../../texts";
import type { Preview } from "./preview";

/** The first records of a file, as they will be read. */
export function PreviewTable({ shown }: { shown: Preview }) {
  const { columns, rows, fault } = shown;
  const title = t.users.import.preview(rows.length);
  return (
    <Stack gap="xs">
      {fault && (
        <Alert role="alert" color="red" icon={<IconAlertTriangle aria-hidden />}>
          <Text size="sm">{t.users.import[fault]}</Text>
        </Alert>
      )}
      {rows.length === 0 && !fault && (
        <Text size="sm" c="dimmed">
          {t.users.import.noPreview}
        </Text>
      )}
      {rows.length > 0 && (
        <>
          <Text size="sm" fw={550}>
            {title}
          </Text>
          <Paper withBorder>
            <ScrollArea
              type="auto"
              scrollbarSize={8}
              offsetScrollbars="present"
              viewportProps={{ tabIndex: 0, role: "group", "aria-label": title }}
            >
              <Table verticalSpacing={6} fz="sm">
                <Table.Thead>
                  <Table.Tr>
                    {columns.map((name, index) => (
                      // biome-ignore lint/suspicious/noArrayIndexKey: a file may have two columns of one name.
                      <Table.Th key={index} scope="col" fw={550} c="dimmed" style={{ whiteSpace: "nowrap" }}>
                        {name || "–"}
                      </Table.Th>
                    ))}
                  </Table.Tr>
                </Table.Thead>
                <Table.Tbody>
                  {rows.map((cells, line) => (
                    // biome-ignore lint/suspicious/noArrayIndexKey: they never move.
                    <Table.Tr key={line}>
                      {cells === null ? (
                        <Table.Td colSpan={Math.max(columns.length, 1)} c="var(--mantine-color-error)">
                          {t.users.import.unreadable}
                        </Table.Td>
                      ) : (
                        cells.map((cell, index) => (
                          // biome-ignore lint/suspicious/noArrayIndexKey: they never move.
                          <Table.Td key={index}>
                            <Text size="sm" truncate maw={220} title={cell}>
                              {cell}
                            </Text>
                          </Table.Td>
                        ))
                      )}
                    </Table.Tr>
                  ))}
                </Table.Tbody>
              </Table>
            </ScrollArea>
          </Paper>
        </>
      )}
    </Stack>
  );
}
