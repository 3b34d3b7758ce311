import { Anchor, Group, Paper, Stack } from "@mantine/core";
import type { ReactNode } from "react";
import { Link } from "../components/Link";
import { to } from "../routes";
import { t } from "../texts";
import { Brand } from "./Brand";
import classes from "./Entrance.module.css";
import { SchemeMenu } from "./SchemeMenu";
import { Strap } from "./Strap";

/** Pages before the log-in: one card in the middle. */
export function Entrance({ children, below }: { children: ReactNode; below?: ReactNode }) {
  return (
    <div className={classes.page}>
      <header className={classes.head}>
        <Link to={to("home")} className={classes.brand ?? ""} aria-label={t.common.product}>
          <Brand />
        </Link>
        <SchemeMenu />
      </header>
      <main className={classes.main}>
        <Paper withBorder radius="lg" p={{ base: "lg", xs: "xl" }} className={classes.card ?? ""}>
          <Strap />
          {children}
        </Paper>
        {below && (
          <Stack align="center" gap="xs" mt="lg" fz="sm">
            {below}
          </Stack>
        )}
      </main>
      <footer>
        <Group justify="center" p="md" fz="xs">
          <Anchor href="/docs/" inherit c="dimmed">
            {t.common.apiDocs}
          </Anchor>
        </Group>
      </footer>
    </div>
  );
}
