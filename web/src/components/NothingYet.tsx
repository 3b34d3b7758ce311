import { Anchor, Paper, Text } from "@mantine/core";
import { t } from "../texts";
import { Empty } from "./DataTable";
import { Page } from "./Page";

/** A page that isn't built yet. */
export function NothingYet({ title }: { title: string }) {
  return (
    <Page title={title}>
      <Paper withBorder>
        <Empty>
          <Text fw={550} c="var(--mantine-color-text)">
            {t.common.nothingYet}
          </Text>
          <Text size="sm" maw={420}>
            {t.common.nothingYetMore}
          </Text>
          <Anchor href="/docs/" size="sm">
            {t.common.apiDocs}
          </Anchor>
        </Empty>
      </Paper>
    </Page>
  );
}
