import { Avatar, Group, Menu, Text, UnstyledButton, VisuallyHidden } from "@mantine/core";
import { logOut, useMe } from "../auth/session";
import { IconBook2, IconChevronDown, IconLogout, IconUserCog } from "../components/icons";
import { useChange } from "../lib/useChange";
import { navigate } from "../router";
import { to } from "../routes";
import { t } from "../texts";
import { SchemeMenu } from "./SchemeMenu";

/** Colours, and what is one's own: the account, and the way out. */
export function UserMenu() {
  const { account } = useMe();
  const leave = useChange({ run: logOut, done: () => navigate(to("login")) });
  return (
    <Group gap={6} wrap="nowrap">
      <SchemeMenu />
      <Menu width={230} position="bottom-end">
        <Menu.Target>
          <UnstyledButton p={4} style={{ borderRadius: 7 }}>
            <Group gap={8} wrap="nowrap">
              <VisuallyHidden>{t.shell.yourAccount}</VisuallyHidden>
              <Avatar size={28} radius="xl" color="petrol" aria-hidden>
                {[...account.name][0]?.toUpperCase()}
              </Avatar>
              <Text size="sm" fw={500} maw={160} truncate visibleFrom="sm">
                {account.name}
              </Text>
              <IconChevronDown size={14} aria-hidden />
            </Group>
          </UnstyledButton>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Label>
            <Text size="xs" truncate>
              {account.email}
            </Text>
          </Menu.Label>
          <Menu.Item leftSection={<IconUserCog size={16} aria-hidden />} onClick={() => navigate(to("account"))}>
            {t.shell.yourAccount}
          </Menu.Item>
          <Menu.Item leftSection={<IconBook2 size={16} aria-hidden />} component="a" href="/docs/">
            {t.common.apiDocs}
          </Menu.Item>
          <Menu.Divider />
          <Menu.Item
            leftSection={<IconLogout size={16} aria-hidden />}
            onClick={() => leave.send()}
            disabled={leave.busy}
          >
            {t.shell.logOut}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
    </Group>
  );
}
