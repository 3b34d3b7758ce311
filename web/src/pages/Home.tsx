import { Button, Paper, SimpleGrid, Text } from "@mantine/core";
import { useMe } from "../auth/session";
import { Empty } from "../components/DataTable";
import { Initial } from "../components/Initial";
import { Link } from "../components/Link";
import { Page } from "../components/Page";
import { StatusBadge } from "../components/StatusBadge";
import { to } from "../routes";
import { t } from "../texts";
import classes from "./Home.module.css";

/** The newsrooms that one belongs to. */
export default function Home() {
  const { memberships } = useMe();
  const make = (
    <Button component={Link} to={to("newNewsroom")} variant={memberships.length === 0 ? "filled" : "default"}>
      {t.shell.makeNewsroom}
    </Button>
  );
  return (
    <Page title={t.account.home.title} actions={memberships.length > 0 && make}>
      {memberships.length === 0 ? (
        <Paper withBorder>
          <Empty>
            <Text fw={550} c="var(--mantine-color-text)">
              {t.account.home.none}
            </Text>
            <Text size="sm">{t.account.home.noneMore}</Text>
            {make}
          </Empty>
        </Paper>
      ) : (
        <SimpleGrid cols={{ base: 1, xs: 2, md: 3 }}>
          {memberships.map(({ tenant, name, role, status }) => (
            <Paper
              key={tenant}
              component={Link}
              to={to("overview", { tenant })}
              withBorder
              p="md"
              className={classes.card ?? ""}
            >
              <Initial name={name} size={36} />
              <div className={classes.words}>
                <Text fw={600} truncate>
                  {name}
                </Text>
                <Text size="sm" c="dimmed" truncate>
                  {tenant} · {t.common.role[role] ?? role}
                </Text>
              </div>
              {status !== "active" && <StatusBadge status={status} />}
            </Paper>
          ))}
        </SimpleGrid>
      )}
    </Page>
  );
}
