import { Alert, AppShell, Burger, Group } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { onlineManager } from "@tanstack/react-query";
import { type ReactNode, useEffect, useSyncExternalStore } from "react";
import { IconWifiOff } from "../components/icons";
import { Link } from "../components/Link";
import { useMaybeTenant } from "../lib/useTenant";
import { usePlace } from "../router";
import { type Found, to } from "../routes";
import { t } from "../texts";
import { Brand } from "./Brand";
import { Navigation } from "./Navigation";
import classes from "./Shell.module.css";
import { Suspended } from "./Suspended";
import { UserMenu } from "./UserMenu";

const isOnline = (): boolean => onlineManager.isOnline();
const onlineChanges = (tell: () => void): (() => void) => onlineManager.subscribe(tell);

/** What surrounds every page of somebody who is logged in. */
export function Shell({ found, children }: { found: Found | null; children: ReactNode }) {
  const [opened, { toggle, close }] = useDisclosure(false);
  const { path } = usePlace();
  const online = useSyncExternalStore(onlineChanges, isOnline);
  const tenant = useMaybeTenant();
  // biome-ignore lint/correctness/useExhaustiveDependencies: a page that was gone to is what closes the menu.
  useEffect(close, [path, close]);
  return (
    <AppShell
      header={{ height: 52 }}
      navbar={{ width: 236, breakpoint: "sm", collapsed: { mobile: !opened } }}
      padding={{ base: "md", sm: "xl" }}
      transitionDuration={0}
    >
      <a href="#content" className={classes.skip}>
        {t.shell.skip}
      </a>
      <AppShell.Header className={classes.header ?? ""}>
        <Group h="100%" px={{ base: "md", sm: "lg" }} justify="space-between" wrap="nowrap">
          <Group gap="xs" wrap="nowrap">
            <Burger
              opened={opened}
              onClick={toggle}
              hiddenFrom="sm"
              size="sm"
              lineSize={2}
              aria-label={t.shell.menu}
              aria-expanded={opened}
            />
            <Link to={to("home")} className={classes.brand ?? ""} aria-label={t.common.product}>
              <Brand />
            </Link>
          </Group>
          <UserMenu />
        </Group>
      </AppShell.Header>
      <AppShell.Navbar
        p="sm"
        className={classes.navbar ?? ""}
        data-closed={!opened || undefined}
        aria-label={t.shell.navigation}
      >
        <Navigation found={found} tenant={tenant} />
      </AppShell.Navbar>
      <AppShell.Main>
        <div id="content" tabIndex={-1} className={classes.content}>
          {!online && (
            <Alert color="yellow" icon={<IconWifiOff aria-hidden />} role="status" mb="md">
              {t.shell.offline}
            </Alert>
          )}
          {tenant?.suspended && <Suspended tenant={tenant} />}
          {children}
        </div>
      </AppShell.Main>
    </AppShell>
  );
}
