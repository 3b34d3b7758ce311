import { Button, Group, Modal, PasswordInput, Stack, Text, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { api, ok } from "../api/client";
import { ProblemAlert } from "../components/ProblemAlert";
import { useChange } from "../lib/useChange";
import { t } from "../texts";
import { settle, useWaiting } from "./proof";
import { refreshSession, useMe } from "./session";

/** Asks for the password when the server wants it proved; the request that asked is sent again then. */
export default function ProofDialogue() {
  const opened = useWaiting();
  return (
    <Modal
      opened={opened}
      onClose={() => settle(false)}
      title={t.auth.prove.title}
      closeButtonProps={{ "aria-label": t.common.close }}
      zIndex={400}
    >
      <Form />
    </Modal>
  );
}

function Form() {
  const { account } = useMe();
  const form = useForm({ initialValues: { password: "", code: "" } });
  const prove = useChange({
    form,
    run: async ({ password, code }: typeof form.values) => {
      await ok(api.POST("/v1/account/prove", { body: { password, ...(code !== "" && { code }) } }));
      await refreshSession();
    },
    done: () => settle(true),
  });
  return (
    // React tells the page's own form of this one's events too, though the dialogue lies elsewhere.
    <form
      onSubmit={(event) => {
        event.stopPropagation();
        form.onSubmit((values) => prove.send(values))(event);
      }}
    >
      <Stack>
        <Text size="sm">{t.auth.prove.body}</Text>
        <ProblemAlert problem={prove.problem} rest={prove.rest} />
        <PasswordInput
          label={t.auth.prove.password}
          autoComplete="current-password"
          required
          data-autofocus
          {...form.getInputProps("password")}
        />
        {account.totp && (
          <TextInput
            label={t.auth.login.code}
            description={t.auth.login.codeHelp}
            autoComplete="one-time-code"
            required
            {...form.getInputProps("code")}
          />
        )}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={() => settle(false)}>
            {t.common.cancel}
          </Button>
          <Button type="submit" loading={prove.busy}>
            {t.auth.prove.submit}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
