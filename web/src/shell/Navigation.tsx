import { Menu, NavLink, ScrollArea, Text, UnstyledButton, VisuallyHidden } from "@mantine/core";
import { useMe } from "../auth/session";
import { Initial } from "../components/Initial";
import {
  IconActivity,
  IconBuildingCommunity,
  IconChartBar,
  IconCheck,
  IconChevronDown,
  IconHeartbeat,
  IconHistory,
  IconHome,
  IconKey,
  IconPlug,
  IconPlus,
  IconSettings,
  IconShieldCheck,
  IconShieldLock,
  IconUsers,
  IconUsersGroup,
} from "../components/icons";
import { Link } from "../components/Link";
import type { Tenant } from "../lib/useTenant";
import { navigate } from "../router";
import { type Found, type RouteName, to } from "../routes";
import { t } from "../texts";
import classes from "./Shell.module.css";

interface Entry {
  path: string;
  label: string;
  icon: typeof IconHome;
  /** The pages during which it is marked. */
  pages: readonly RouteName[];
}

/** The sidebar: the newsroom's pages in it, the platform's for its admins. */
export function Navigation({ found, tenant }: { found: Found | null; tenant: Tenant | null }) {
  const me = useMe();
  return (
    <ScrollArea h="100%" type="auto">
      <Switcher tenant={tenant} />
      {tenant && <TenantEntries tenant={tenant} found={found} />}
      {me.account.platform_admin && (
        <Entries
          label={t.shell.platform}
          found={found}
          entries={[
            {
              path: to("platformTenants"),
              label: t.platform.tenants,
              icon: IconBuildingCommunity,
              pages: ["platformTenants", "platformTenant"],
            },
            { path: to("platformUsage"), label: t.platform.usage, icon: IconChartBar, pages: ["platformUsage"] },
            { path: to("platformHealth"), label: t.platform.health, icon: IconHeartbeat, pages: ["platformHealth"] },
            { path: to("platformAdmins"), label: t.platform.admins, icon: IconShieldCheck, pages: ["platformAdmins"] },
            { path: to("platformAudit"), label: t.platform.audit, icon: IconHistory, pages: ["platformAudit"] },
          ]}
        />
      )}
    </ScrollArea>
  );
}

function TenantEntries({ tenant, found }: { tenant: Tenant; found: Found | null }) {
  const at = { tenant: tenant.slug };
  const audit: Entry = { path: to("audit", at), label: t.audit.title, icon: IconHistory, pages: ["audit"] };
  return (
    <>
      <Entries
        label={t.shell.groups.run}
        found={found}
        entries={[
          { path: to("overview", at), label: t.overview.title, icon: IconHome, pages: ["overview", "setUp"] },
          {
            path: to("users", at),
            label: t.users.title,
            icon: IconUsers,
            pages: ["users", "user", "importUsers"],
          },
          { path: to("usage", at), label: t.usage.title, icon: IconActivity, pages: ["usage"] },
        ]}
      />
      <Entries
        label={t.shell.groups.connect}
        found={found}
        entries={[
          {
            path: to("deployments", at),
            label: t.deployments.title,
            icon: IconPlug,
            pages: ["deployments", "deployment", "moveToCoral"],
          },
          { path: to("signingKeys", at), label: t.signingKeys.title, icon: IconShieldLock, pages: ["signingKeys"] },
          { path: to("apiKeys", at), label: t.apiKeys.title, icon: IconKey, pages: ["apiKeys"] },
        ]}
      />
      <Entries
        label={t.shell.groups.team}
        found={found}
        entries={[
          { path: to("members", at), label: t.members.title, icon: IconUsersGroup, pages: ["members"] },
          // The server shows the log to admins.
          ...(tenant.may("admin") ? [audit] : []),
          { path: to("settings", at), label: t.settings.title, icon: IconSettings, pages: ["settings"] },
        ]}
      />
    </>
  );
}

function Entries({ label, entries, found }: { label: string; entries: readonly Entry[]; found: Found | null }) {
  return (
    <>
      <p className={classes.group}>{label}</p>
      {entries.map(({ path, label, icon: Icon, pages }) => {
        const active = found !== null && pages.includes(found.name);
        return (
          <NavLink
            key={path}
            component={Link}
            to={path}
            label={label}
            active={active}
            {...(active && { "aria-current": "page" as const })}
            className={classes.link ?? ""}
            leftSection={<Icon size={17} stroke={1.7} aria-hidden />}
          />
        );
      })}
    </>
  );
}

/** The newsroom that one is in, and the way to the others. */
function Switcher({ tenant }: { tenant: Tenant | null }) {
  const me = useMe();
  return (
    <Menu width={222} position="bottom-start">
      <Menu.Target>
        <UnstyledButton className={classes.switch ?? ""}>
          {tenant && <Initial name={tenant.name} />}
          <VisuallyHidden>{t.shell.switchNewsroom}</VisuallyHidden>
          <span className={classes.name}>
            <Text size="sm" fw={600} truncate>
              {tenant?.name ?? t.account.home.title}
            </Text>
            {tenant && (
              <Text size="xs" c="dimmed" truncate lh={1.25}>
                {t.common.role[tenant.role]}
              </Text>
            )}
          </span>
          <IconChevronDown size={15} aria-hidden />
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        {me.memberships.map(({ tenant: slug, name }) => (
          <Menu.Item
            key={slug}
            onClick={() => navigate(to("overview", { tenant: slug }))}
            leftSection={<Initial name={name} />}
            rightSection={slug === tenant?.slug && <IconCheck size={14} aria-hidden />}
          >
            <Text size="sm" truncate maw={130}>
              {name}
            </Text>
          </Menu.Item>
        ))}
        {me.memberships.length > 0 && <Menu.Divider />}
        <Menu.Item onClick={() => navigate(to("newNewsroom"))} leftSection={<IconPlus size={16} aria-hidden />}>
          {t.shell.makeNewsroom}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
