import { Badge, Button, Group, Modal, Stack, Text, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useDisclosure } from "@mantine/hooks";
import { useState } from "react";
import { api, ok, type Schema } from "../../api/client";
import { refreshSession, useMe } from "../../auth/session";
import { ConfirmByTyping } from "../../components/ConfirmByTyping";
import { type Column, DataTable } from "../../components/DataTable";
import { IconPlus } from "../../components/icons";
import { Page } from "../../components/Page";
import { ProblemAlert } from "../../components/ProblemAlert";
import { When } from "../../components/Time";
import { usePagedQuery } from "../../lib/queries";
import { useChange } from "../../lib/useChange";
import { navigate } from "../../router";
import { to } from "../../routes";
import { t } from "../../texts";

type Admin = Schema<"PlatformAdminOut">;
const texts = t.platform.people;
const KEY = ["platform", "admins"];

/** Who runs the platform. */
export default function Admins() {
  const { account } = useMe();
  const [adding, { open, close }] = useDisclosure(false);
  const [removing, setRemoving] = useState<Admin | null>(null);
  const list = usePagedQuery(KEY, () => ok(api.GET("/v1/platform/admins")));
  const own = removing?.id === account.id;
  const remove = useChange({
    invalidate: [KEY],
    said: texts.removed,
    run: () => ok(api.DELETE("/v1/platform/admins/{admin}", { params: { path: { admin: removing?.id ?? "" } } })),
    done: async () => {
      setRemoving(null);
      if (!own) return;
      navigate(to("home"));
      await refreshSession();
    },
  });
  const columns: Column<Admin>[] = [
    {
      head: texts.name,
      cell: ({ id, name, email }) => (
        <Stack gap={0} miw={150}>
          <Group gap="xs" wrap="nowrap">
            <Text size="sm" fw={550} style={{ overflowWrap: "anywhere" }}>
              {name}
            </Text>
            {id === account.id && (
              <Badge size="sm" variant="light" tt="none" fw={550} radius="sm" miw="max-content">
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
    { head: texts.totp, cell: ({ totp }) => (totp ? texts.on : texts.off), width: "11rem", wideOnly: true },
    { head: texts.since, cell: ({ created_at }) => <When value={created_at} />, wideOnly: true, width: "13rem" },
    {
      head: t.common.actions,
      quiet: true,
      align: "right",
      cell: (admin) => (
        <Button
          size="compact-sm"
          variant="default"
          onClick={() => setRemoving(admin)}
          aria-label={texts.removeOf(admin.name)}
        >
          {texts.remove}
        </Button>
      ),
    },
  ];
  return (
    <Page
      title={t.platform.admins}
      lead={texts.lead}
      actions={
        <Button onClick={open} leftSection={<IconPlus size={16} aria-hidden />}>
          {texts.add}
        </Button>
      }
    >
      <DataTable label={t.platform.admins} columns={columns} rowKey={({ id }) => id} list={list} expected={1} />
      <Modal opened={adding} onClose={close} title={texts.addTitle} closeButtonProps={{ "aria-label": t.common.close }}>
        <Add close={close} />
      </Modal>
      <ConfirmByTyping
        opened={removing !== null}
        close={() => {
          remove.reset();
          setRemoving(null);
        }}
        title={texts.removeTitle(removing?.name ?? "")}
        action={texts.remove}
        change={remove}
      >
        <Text size="sm">{texts.removeBody}</Text>
        {own && <Text size="sm">{texts.removeSelf}</Text>}
      </ConfirmByTyping>
    </Page>
  );
}

function Add({ close }: { close: () => void }) {
  const form = useForm({ initialValues: { email: "" } });
  const add = useChange({
    form,
    invalidate: [KEY],
    said: texts.added,
    run: (body: typeof form.values) => ok(api.POST("/v1/platform/admins", { body })),
    done: close,
  });
  return (
    <form onSubmit={form.onSubmit((values) => add.send(values))}>
      <Stack>
        <TextInput
          label={texts.email}
          description={texts.emailHelp}
          type="email"
          autoComplete="off"
          required
          data-autofocus
          {...form.getInputProps("email")}
        />
        <ProblemAlert problem={add.problem} rest={add.rest} />
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={close}>
            {t.common.cancel}
          </Button>
          <Button type="submit" loading={add.busy}>
            {texts.submit}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
