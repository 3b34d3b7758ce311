import { Button, Group, Modal, Stack, TextInput } from "@mantine/core";
import { type FormEvent, type ReactNode, useState } from "react";
import type { Change } from "../lib/useChange";
import { t } from "../texts";
import { ProblemAlert } from "./ProblemAlert";

interface ConfirmProps {
  opened: boolean;
  close: () => void;
  title: string;
  /** What will happen, to what and to how many. */
  children: ReactNode;
  /** What the button says: the deed itself. */
  action: string;
  change: Pick<Change<void>, "send" | "busy" | "problem" | "rest">;
  /** What has to be typed; without it a click is enough. */
  word?: string;
  /** Whether it can't be undone. */
  danger?: boolean;
}

/** Asks before something is done. What can't be undone asks for its name to be typed. */
export function ConfirmByTyping(props: ConfirmProps) {
  return (
    <Modal
      opened={props.opened}
      onClose={props.close}
      title={props.title}
      closeButtonProps={{ "aria-label": t.common.close }}
    >
      <Body {...props} />
    </Modal>
  );
}

function Body({ close, children, action, change, word, danger = true }: ConfirmProps) {
  const [typed, setTyped] = useState("");
  const ready = word === undefined || typed.trim() === word;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (ready && !change.busy) change.send();
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        {children}
        {word !== undefined && (
          <TextInput
            label={t.common.typeToConfirm(word)}
            value={typed}
            onChange={(event) => setTyped(event.currentTarget.value)}
            autoComplete="off"
            spellCheck={false}
            data-autofocus
          />
        )}
        <ProblemAlert problem={change.problem} rest={change.rest} />
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={close}>
            {t.common.cancel}
          </Button>
          <Button type="submit" disabled={!ready} loading={change.busy} {...(danger && { color: "red.9" })}>
            {action}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
