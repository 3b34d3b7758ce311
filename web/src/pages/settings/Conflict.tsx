import { Button, Group, Modal, Radio, Stack, Text } from "@mantine/core";
import { type ReactNode, useState } from "react";
import { t } from "../../texts";
import type { Values } from "./SettingsForm";

interface ConflictProps {
  fields: readonly (keyof Values & string)[];
  yours: Values;
  theirs: Values;
  close: () => void;
  /** Goes on; with what is to stay as the other has saved it. */
  choose: (keepTheirs: readonly string[]) => void;
}

const texts = t.settings.conflict;

/** Two have changed the same: shows both, and asks. */
export function Conflict({ fields, yours, theirs, close, choose }: ConflictProps) {
  const [chosen, setChosen] = useState<Record<string, string>>({});
  const all = fields.every((field) => chosen[field]);
  return (
    <Modal
      opened
      onClose={close}
      title={texts.title}
      size="lg"
      closeOnClickOutside={false}
      closeButtonProps={{ "aria-label": t.common.close }}
    >
      <Stack>
        <Text size="sm">{texts.lead}</Text>
        {fields.map((field) => (
          <Radio.Group
            key={field}
            label={t.settings.fields[field] ?? field}
            value={chosen[field] ?? null}
            onChange={(which) => setChosen({ ...chosen, [field]: which })}
          >
            <Group mt="xs" gap="xs" align="stretch" grow preventGrowOverflow={false}>
              <Choice value="theirs" head={texts.theirs}>
                {shown(theirs[field])}
              </Choice>
              <Choice value="yours" head={texts.yours}>
                {shown(yours[field])}
              </Choice>
            </Group>
          </Radio.Group>
        ))}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={close}>
            {t.common.cancel}
          </Button>
          <Button disabled={!all} onClick={() => choose(fields.filter((field) => chosen[field] === "theirs"))}>
            {texts.submit}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}

function Choice({ value, head, children }: { value: string; head: string; children: ReactNode }) {
  return (
    <Radio.Card value={value} p="sm" miw={200}>
      <Group gap="sm" wrap="nowrap" align="flex-start">
        <Radio.Indicator />
        <div style={{ minWidth: 0 }}>
          <Text size="xs" c="dimmed">
            {head}
          </Text>
          <Text size="sm" component="div" style={{ overflowWrap: "anywhere" }}>
            {children}
          </Text>
        </div>
      </Group>
    </Radio.Card>
  );
}

function shown(value: unknown): ReactNode {
  if (typeof value === "boolean") return value ? t.common.yes : t.common.no;
  if (Array.isArray(value)) return value.length === 0 ? texts.empty : value.map((line) => <div key={line}>{line}</div>);
  return String(value);
}
