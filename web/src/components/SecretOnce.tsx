import { Alert, Button, Stack, Text } from "@mantine/core";
import type { ReactNode } from "react";
import { t } from "../texts";
import { CopyBlock } from "./Copy";
import { IconInfoCircle } from "./icons";

interface SecretOnceProps {
  /** Each secret and what it is called. */
  secrets: readonly { label: string; value: string }[];
  /** Whoever has kept them goes on. Drop them from the state then. */
  done: () => void;
  action?: string;
  children?: ReactNode;
}

/** Secrets that are shown this once. Hold them in a component's state only: never in a query, a draft or the history. */
export function SecretOnce({ secrets, done, action = t.common.secretOnce.kept, children }: SecretOnceProps) {
  return (
    <Stack>
      <Alert icon={<IconInfoCircle aria-hidden />} title={t.common.secretOnce.title} color="yellow">
        <Text size="sm">{t.common.secretOnce.body}</Text>
      </Alert>
      {children}
      {secrets.map(({ label, value }) => (
        <CopyBlock key={label} label={label} value={value} wrap={!value.includes("\n")} />
      ))}
      <Button onClick={done} style={{ alignSelf: "flex-end" }}>
        {action}
      </Button>
    </Stack>
  );
}
