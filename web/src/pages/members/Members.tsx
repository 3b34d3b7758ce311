import { ActionIcon, Badge, Group, Menu, Stack, Text } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useState } from "react";
import { api, ok, type Schema } from "../../api/client";
import { refreshSession, useMe } from "../../auth/session";
import { ConfirmByTyping } from "../../components/ConfirmByTyping";
import { type Column, DataTable } from "../../components/DataTable";
import { IconDots } from "../../components/icons";
import { Page } from "../../components/Page";
import { When } from "../../components/Time";
import { usePagedQuery } from "../../lib/queries";
import { useChange } from "../../lib/useChange";
import { useTenant } from "../../lib/useTenant";
import { navigate } from "../../router";
import { to } from "../../routes";
import { t } from "../../texts";
import { ChangeRole } from "./ChangeRole";
import { Invitations } from "./Invitations";

export type Member = Schema<"MemberOut">;
type Doing = { what: "change" | "remove"; member: Member };

/** Who runs the newsroom, and who is invited to. */
export default function Members() {
  const tenant = useTenant();
  const { account } = useMe();
  const [doing, setDoing] = useState<Doing | null>(null);
  const list = usePagedQuery([...tenant.key, "members"], (cursor) =>
    ok(
      api.GET("/v1/tenants/{tenant}/members", {
        params: { path: { tenant: tenant.slug }, query: { limit: 50, ...cursor } },
      }),
    ),
  );
  const mayManage = tenant.may("owner") && !tenant.suspended;
  const columns: Column<Member>[] = [
    {
      head: t.members.list.name,
      cell: ({ id, name, email }) => (
        <Stack gap={0} miw={140}>
          <Group gap="xs" wrap="nowrap">
            <Text size="sm" fw={550} style={{ overflowWrap: "anywhere" }}>
              {name}
            </Text>
            {id === account.id && (
              <Badge size="sm" variant="light" tt="none" fw={550} radius="sm" style={{ flexShrink: 0 }}>
                {t.members.list.you}
              </Badge>
            )}
          </Group>
          <Text size="xs" c="dimmed" style={{ overflowWrap: "anywhere" }}>
            {email}
          </Text>
        </Stack>
      ),
    },
    { head: t.members.list.role, cell: ({ role }) => t.common.role[role] ?? role, width: "7rem" },
    { head: t.members.list.since, cell: ({ since }) => <When value={since} />, wideOnly: true, width: "13rem" },
    {
      head: t.common.actions,
      quiet: true,
      align: "right",
      width: "4rem",
      cell: (member) => {
        const own = member.id === account.id;
        if (tenant.suspended || (!mayManage && !own)) return null;
        return (
          <Menu position="bottom-end">
            <Menu.Target>
              <ActionIcon variant="subtle" color="gray" aria-label={t.members.list.actionsOf(member.name)}>
                <IconDots size={18} aria-hidden />
              </ActionIcon>
            </Menu.Target>
            <Menu.Dropdown>
              {mayManage && (
                <Menu.Item onClick={() => setDoing({ what: "change", member })}>{t.members.change.action}…</Menu.Item>
              )}
              <Menu.Item onClick={() => setDoing({ what: "remove", member })} c="var(--mantine-color-error)">
                {own ? t.members.leave.action : t.members.remove.action}…
              </Menu.Item>
            </Menu.Dropdown>
          </Menu>
        );
      },
    },
  ];
  const close = () => setDoing(null);
  return (
    <Page title={t.members.title} lead={t.members.lead}>
      <DataTable label={t.members.title} columns={columns} rowKey={({ id }) => id} list={list} expected={2} />
      <Invitations />
      {doing?.what === "change" && <ChangeRole member={doing.member} close={close} />}
      {doing?.what === "remove" && <Remove member={doing.member} own={doing.member.id === account.id} close={close} />}
    </Page>
  );
}

function Remove({ member, own, close }: { member: Member; own: boolean; close: () => void }) {
  const tenant = useTenant();
  const remove = useChange({
    run: () =>
      ok(
        api.DELETE("/v1/tenants/{tenant}/members/{member}", {
          params: { path: { tenant: tenant.slug, member: member.id } },
        }),
      ),
    // Who has left may read nothing of it again.
    invalidate: own
      ? []
      : [
          [...tenant.key, "members"],
          [...tenant.key, "invitations"],
        ],
    ...(!own && { said: t.members.remove.done }),
    done: async () => {
      close();
      if (!own) return;
      navigate(to("home"));
      notifications.show({ message: t.members.leave.done(tenant.name), color: "teal" });
      await refreshSession();
    },
  });
  return (
    <ConfirmByTyping
      opened
      close={close}
      title={own ? t.members.leave.title(tenant.name) : t.members.remove.title(member.name)}
      action={own ? t.members.leave.submit : t.members.remove.submit}
      change={remove}
    >
      <Text size="sm">{own ? t.members.leave.body : t.members.remove.body}</Text>
      {member.role === "owner" && <Text size="sm">{t.members.remove.invitations}</Text>}
    </ConfirmByTyping>
  );
}
