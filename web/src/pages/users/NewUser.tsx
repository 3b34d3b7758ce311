import { Button, Group, Modal, Stack, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { api, ok } from "../../api/client";
import { ProblemAlert } from "../../components/ProblemAlert";
import { useChange } from "../../lib/useChange";
import { useDraft } from "../../lib/useDraft";
import { useTenant } from "../../lib/useTenant";
import { navigate } from "../../router";
import { to } from "../../routes";
import { t } from "../../texts";

/** Adds one reader. The rest of the record is filled in on the reader's own page. */
export default function NewUser({ opened, close }: { opened: boolean; close: () => void }) {
  return (
    <Modal
      opened={opened}
      onClose={close}
      title={t.users.make.title}
      closeButtonProps={{ "aria-label": t.common.close }}
    >
      <NewUserForm close={close} />
    </Modal>
  );
}

function NewUserForm({ close }: { close: () => void }) {
  const { slug, key } = useTenant();
  const form = useForm({ initialValues: { id: "", username: "", email: "" } });
  const draft = useDraft(`new-user:${slug}`, form);
  const make = useChange({
    form,
    said: t.users.make.made,
    invalidate: [[...key, "users"]],
    run: ({ id, username, email }: typeof form.values) =>
      ok(
        api.POST("/v1/tenants/{tenant}/users", {
          params: { path: { tenant: slug } },
          body: { id, ...(username && { username }), ...(email && { email }) },
        }),
      ),
    done: ({ user }) => {
      draft.discard();
      navigate(to("user", { tenant: slug, user: user.id }));
    },
  });
  return (
    <form onSubmit={form.onSubmit((values) => make.send(values))}>
      <Stack>
        <ProblemAlert problem={make.problem} rest={make.rest} />
        <TextInput
          label={t.users.id}
          description={t.users.make.idHelp}
          maxLength={255}
          required
          spellCheck={false}
          autoComplete="off"
          data-autofocus
          {...form.getInputProps("id")}
        />
        <TextInput
          label={`${t.users.username} (${t.common.optional})`}
          maxLength={255}
          autoComplete="off"
          {...form.getInputProps("username")}
        />
        <TextInput
          label={`${t.users.email} (${t.common.optional})`}
          maxLength={254}
          inputMode="email"
          autoComplete="off"
          {...form.getInputProps("email")}
        />
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={close}>
            {t.common.cancel}
          </Button>
          <Button type="submit" loading={make.busy}>
            {t.users.make.submit}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
