import { Alert, Button, SimpleGrid, Text } from "@mantine/core";
import { useState } from "react";
import type { Schema } from "../../api/client";
import { type Column, DataTable } from "../../components/DataTable";
import { IconCheck, IconDownload, IconInfoCircle } from "../../components/icons";
import { Section } from "../../components/Section";
import { download, toCsv } from "../../lib/download";
import { number } from "../../lib/format";
import type { Paged } from "../../lib/queries";
import { t } from "../../texts";

type Done = Schema<"ImportOut">;
type Bad = Schema<"ImportFault">;

const PAGE = 25;

/** What an import did, in numbers. */
export function ImportResult({ done }: { done: Done }) {
  const texts = t.users.import;
  const good = done.failed === 0;
  const counts: [string, number][] = done.dry_run
    ? [
        [texts.valid, done.valid],
        [texts.bad, done.failed],
      ]
    : [
        [texts.created, done.created],
        [texts.updated, done.updated],
        [texts.failed, done.failed],
      ];
  return (
    <Alert
      role="status"
      color={good ? "teal" : "yellow"}
      icon={good ? <IconCheck aria-hidden /> : <IconInfoCircle aria-hidden />}
      title={titleOf(done)}
    >
      <SimpleGrid cols={counts.length} maw={420} mt="xs">
        {counts.map(([name, count]) => (
          <div key={name}>
            <Text fz="xl" fw={620} lh={1.2}>
              {number(count)}
            </Text>
            <Text size="sm">{name}</Text>
          </div>
        ))}
      </SimpleGrid>
    </Alert>
  );
}

function titleOf({ dry_run, failed, complete }: Done): string {
  const texts = t.users.import;
  if (dry_run) return failed === 0 ? texts.checked : texts.checkedSome;
  if (!complete) return texts.doneStopped;
  return failed === 0 ? texts.done : texts.doneSome;
}

const member = ({ pointer }: Bad): string =>
  (pointer ?? "").slice(1).replaceAll("/", ".").replaceAll("~1", "/").replaceAll("~0", "~");

/** What is wrong, without the member's name, which has a column of its own. */
const reason = (bad: Bad): string => {
  const prefix = `${member(bad)}: `;
  return bad.detail.startsWith(prefix) ? bad.detail.slice(prefix.length) : bad.detail;
};

export function BadLines({ done, file }: { done: Done; file: string }) {
  const texts = t.users.import;
  const list = useLocalPages(done.errors);
  const columns: Column<Bad & { index: number }>[] = [
    { head: texts.line, width: "6rem", align: "right", cell: ({ line }) => number(line) },
    {
      head: texts.member,
      cell: (bad) =>
        member(bad) ? (
          <Text size="sm" ff="monospace" style={{ overflowWrap: "anywhere" }}>
            {member(bad)}
          </Text>
        ) : (
          <Text size="sm" c="dimmed">
            {texts.wholeRecord}
          </Text>
        ),
    },
    { head: texts.reason, cell: reason },
  ];
  const save = () => {
    const rows = done.errors.map((bad) => [bad.line, member(bad), reason(bad)]);
    download(`${file}-bad-records.csv`, toCsv([[texts.line, texts.member, texts.reason], ...rows]));
  };
  return (
    <Section
      title={texts.badTitle}
      lead={texts.badLead(done.errors.length, done.more_errors)}
      actions={
        <Button variant="default" size="xs" onClick={save} leftSection={<IconDownload size={14} aria-hidden />}>
          {texts.downloadBad}
        </Button>
      }
    >
      <DataTable label={texts.badTitle} columns={columns} rowKey={({ index }) => String(index)} list={list} />
    </Section>
  );
}

/** A list that is here already, page by page. */
function useLocalPages(all: readonly Bad[]): Paged<Bad & { index: number }> {
  const [page, setPage] = useState(1);
  const from = (page - 1) * PAGE;
  return {
    rows: all.slice(from, from + PAGE).map((bad, index) => ({ ...bad, index: from + index })),
    page,
    next: from + PAGE < all.length ? () => setPage(page + 1) : null,
    previous: page > 1 ? () => setPage(page - 1) : null,
    problem: null,
    isMoving: false,
    retry: () => undefined,
  };
}
