import { Button, Group, Modal, Stack, Text, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useDisclosure } from "@mantine/hooks";
import { api, ok, type Schema } from "../../api/client";
import { type Column, DataTable } from "../../components/DataTable";
import { IconPlus } from "../../components/icons";
import { ProblemAlert } from "../../components/ProblemAlert";
import { Section } from "../../components/Section";
import { StatusBadge } from "../../components/StatusBadge";
import { TimeAgo } from "../../components/Time";
import { usePagedQuery } from "../../lib/queries";
import { useChange } from "../../lib/useChange";
import { useDraft } from "../../lib/useDraft";
import { useTenant } from "../../lib/useTenant";
import { t } from "../../texts";
import { RoleChoice } from "./ChangeRole";

type Invitation = Schema<"InvitationOut">;
const texts = t.members.invitations;

/** Who is invited, and hasn't accepted yet. */
export function Invitations() {
  const tenant = useTenant();
  const [inviting, { open, close }] = useDisclosure(false);
  const path = { tenant: tenant.slug };
  const key = [...tenant.key, "invitations"];
  const list = usePagedQuery(key, (cursor) =>
    ok(api.GET("/v1/tenants/{tenant}/invitations", { params: { path, query: { limit: 50, ...cursor } } })),
  );
  const again = useChange({
    invalidate: [key],
    said: texts.againDone,
    run: ({ email, role }: Invitation) =>
      ok(api.POST("/v1/tenants/{tenant}/invitations", { params: { path }, body: { email, role } })),
  });
  const withdraw = useChange({
    invalidate: [key],
    said: texts.withdrawn,
    run: (invitation: string) =>
      ok(api.DELETE("/v1/tenants/{tenant}/invitations/{invitation}", { params: { path: { ...path, invitation } } })),
  });
  const mayManage = tenant.may("owner") && !tenant.suspended;
  const columns: Column<Invitation>[] = [
    {
      head: texts.email,
      cell: ({ email }) => (
        <Text size="sm" miw={140} style={{ overflowWrap: "anywhere" }}>
          {email}
        </Text>
      ),
    },
    { head: texts.role, cell: ({ role }) => t.common.role[role] ?? role },
    { head: texts.state, cell: ({ state }) => <StatusBadge status={state} /> },
    { head: texts.sent, cell: ({ created_at }) => <TimeAgo value={created_at} />, wideOnly: true },
    { head: texts.ends, cell: ({ expires_at }) => <TimeAgo value={expires_at} />, wideOnly: true },
  ];
  if (mayManage) {
    columns.push({
      head: t.common.actions,
      quiet: true,
      align: "right",
      cell: (invitation) => (
        <Group gap="xs" justify="flex-end" wrap="nowrap">
          <Button
            size="compact-sm"
            variant="default"
            disabled={again.busy}
            onClick={() => again.send(invitation)}
            aria-label={texts.againOf(invitation.email)}
          >
            {texts.again}
          </Button>
          <Button
            size="compact-sm"
            variant="default"
            disabled={withdraw.busy}
            onClick={() => withdraw.send(invitation.id)}
            aria-label={texts.withdrawOf(invitation.email)}
          >
            {texts.withdraw}
          </Button>
        </Group>
      ),
    });
  }
  return (
    <Section
      title={texts.title}
      lead={mayManage ? texts.lead : t.members.ownersOnly}
      actions={
        mayManage && (
          <Button onClick={open} size="sm" leftSection={<IconPlus size={16} aria-hidden />}>
            {texts.invite}
          </Button>
        )
      }
    >
      <ProblemAlert problem={again.problem ?? withdraw.problem} />
      <DataTable
        label={texts.title}
        columns={columns}
        rowKey={({ id }) => id}
        list={list}
        expected={1}
        empty={texts.empty}
      />
      <Modal
        opened={inviting}
        onClose={close}
        title={texts.inviteTitle}
        closeButtonProps={{ "aria-label": t.common.close }}
      >
        <Invite close={close} />
      </Modal>
    </Section>
  );
}

function Invite({ close }: { close: () => void }) {
  const tenant = useTenant();
  const form = useForm({ initialValues: { email: "", role: "admin" } });
  const draft = useDraft(`invitation:${tenant.slug}`, form);
  const invite = useChange({
    form,
    invalidate: [[...tenant.key, "invitations"]],
    said: texts.invited,
    run: (body: typeof form.values) =>
      ok(api.POST("/v1/tenants/{tenant}/invitations", { params: { path: { tenant: tenant.slug } }, body })),
    done: () => {
      draft.discard();
      close();
    },
  });
  return (
    <form onSubmit={form.onSubmit((values) => invite.send(values))}>
      <Stack>
        <TextInput
          label={texts.email}
          description={texts.emailHelp}
          type="email"
          maxLength={254}
          autoComplete="off"
          required
          data-autofocus
          {...form.getInputProps("email")}
        />
        <RoleChoice label={texts.role} value={form.values.role} onChange={(role) => form.setFieldValue("role", role)} />
        <ProblemAlert problem={invite.problem} rest={invite.rest} />
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={close}>
            {t.common.cancel}
          </Button>
          <Button type="submit" loading={invite.busy}>
            {texts.submit}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
