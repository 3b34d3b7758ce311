import { Alert, Button, Group, Modal, Radio, Stack } from "@mantine/core";
import { useState } from "react";
import { api, ok } from "../../api/client";
import { refreshSession, useMe } from "../../auth/session";
import { IconInfoCircle } from "../../components/icons";
import { ProblemAlert } from "../../components/ProblemAlert";
import { useChange } from "../../lib/useChange";
import { useTenant } from "../../lib/useTenant";
import { t } from "../../texts";
import type { Member } from "./Members";

/** The three roles, and what each may do. */
export function RoleChoice({
  label,
  value,
  onChange,
}: {
  label: string;
  value: string;
  onChange: (role: string) => void;
}) {
  return (
    <Radio.Group label={label} value={value} onChange={onChange}>
      <Stack gap="sm" mt={6}>
        {Object.entries(t.members.roles).map(([role, may]) => (
          <Radio key={role} value={role} label={t.common.role[role]} description={may} />
        ))}
      </Stack>
    </Radio.Group>
  );
}

export function ChangeRole({ member, close }: { member: Member; close: () => void }) {
  const tenant = useTenant();
  const { account } = useMe();
  const [role, setRole] = useState(member.role);
  const own = member.id === account.id;
  const change = useChange({
    invalidate: [[...tenant.key, "members"]],
    said: t.members.change.done,
    run: async () => {
      await ok(
        api.PATCH("/v1/tenants/{tenant}/members/{member}", {
          params: { path: { tenant: tenant.slug, member: member.id } },
          body: { role },
        }),
      );
      if (own) await refreshSession();
    },
    done: close,
  });
  return (
    <Modal
      opened
      onClose={close}
      title={t.members.change.title(member.name)}
      closeButtonProps={{ "aria-label": t.common.close }}
    >
      <Stack>
        {own && (
          <Alert color="yellow" icon={<IconInfoCircle aria-hidden />}>
            {t.members.change.self}
          </Alert>
        )}
        <RoleChoice label={t.members.change.label} value={role} onChange={setRole} />
        <ProblemAlert problem={change.problem} rest={change.rest} />
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={close}>
            {t.common.cancel}
          </Button>
          <Button onClick={() => change.send()} loading={change.busy} disabled={role === member.role}>
            {t.members.change.submit}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
