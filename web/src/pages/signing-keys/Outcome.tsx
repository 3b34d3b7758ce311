import { Alert, Button, Group, Stack, Text } from "@mantine/core";
import type { ReactNode } from "react";
import type { Schema } from "../../api/client";
import { CopyBlock } from "../../components/Copy";
import { IconAlertTriangle, IconCheck } from "../../components/icons";
import { When } from "../../components/Time";
import { t } from "../../texts";
import { Notes } from "../deployments/Paste";

interface OutcomeProps {
  title: string;
  /** What is to be done now, in the server's words. */
  notes?: readonly string[];
  /** What one must know about it. */
  warnings?: readonly string[];
  secrets?: readonly { label: string; value: string | null | undefined }[];
  replaced?: Schema<"ReplacedKeyOut"> | null | undefined;
  close: () => void;
  children?: ReactNode;
}

/** What became of a key, and what has to be done elsewhere. Ends a dialogue. */
export function Outcome({ title, notes = [], warnings = [], secrets = [], replaced, close, children }: OutcomeProps) {
  const shown = secrets.filter(({ value }) => value);
  return (
    <Stack>
      <Alert role="status" color="teal" icon={<IconCheck aria-hidden />} title={title}>
        {replaced && (
          <Text size="sm">
            {t.signingKeys.make.replaced(replaced.kid)}{" "}
            {replaced.verifies_until ? (
              <>
                {t.signingKeys.make.replacedUntil} <When value={replaced.verifies_until} />.
              </>
            ) : (
              t.signingKeys.make.replacedAtOnce
            )}
          </Text>
        )}
      </Alert>
      {warnings.length > 0 && (
        <Alert color="yellow" icon={<IconAlertTriangle aria-hidden />} title={t.signingKeys.import.warnings}>
          <Notes notes={warnings} />
        </Alert>
      )}
      {children}
      {shown.map(({ label, value }) => (
        <CopyBlock key={label} label={label} value={value ?? ""} wrap={!value?.includes("\n")} />
      ))}
      {notes.length > 0 && (
        <div>
          <Text size="sm" fw={600} mb={4}>
            {t.signingKeys.toDo}
          </Text>
          <Notes notes={notes} />
        </div>
      )}
      <Group justify="flex-end">
        <Button onClick={close} data-autofocus>
          {t.signingKeys.close}
        </Button>
      </Group>
    </Stack>
  );
}
