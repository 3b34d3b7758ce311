import { ActionIcon, Button, Code, CopyButton, Group, Paper, Text, Tooltip } from "@mantine/core";
import { t } from "../texts";
import classes from "./Copy.module.css";
import { IconCheck, IconCopy } from "./icons";

/** Code or settings with a button that copies all of it. Long lines scroll; `wrap` breaks them. */
export function CopyBlock({ label, value, wrap = false }: { label: string; value: string; wrap?: boolean }) {
  return (
    <Paper withBorder className={classes.block}>
      <Group justify="space-between" wrap="nowrap" className={classes.head}>
        <Text size="xs" c="dimmed" fw={550} truncate>
          {label}
        </Text>
        <CopyText value={value} label={label} />
      </Group>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard. */}
      <pre className={classes.code} data-wrap={wrap || undefined} tabIndex={0} aria-label={label} role="group">
        {value}
      </pre>
    </Paper>
  );
}

/** A button that copies a text; `label` says to screen readers which. */
export function CopyText({ value, label }: { value: string; label: string }) {
  return (
    <CopyButton value={value} timeout={2000}>
      {({ copied, copy }) => (
        <Button
          size="compact-xs"
          variant="subtle"
          color="gray"
          className={classes.button ?? ""}
          onClick={copy}
          leftSection={copied ? <IconCheck size={14} aria-hidden /> : <IconCopy size={14} aria-hidden />}
          aria-label={copied ? t.common.copied : `${t.common.copy}: ${label}`}
        >
          {copied ? t.common.copied : t.common.copy}
        </Button>
      )}
    </CopyButton>
  );
}

/** An id or another short value, in line, with a small button that copies it. */
export function CopyValue({ value, label }: { value: string; label: string }) {
  return (
    <Group gap={4} wrap="nowrap" component="span">
      <Code className={classes.value}>{value}</Code>
      <CopyButton value={value} timeout={2000}>
        {({ copied, copy }) => (
          <Tooltip label={copied ? t.common.copied : t.common.copy}>
            <ActionIcon
              size="sm"
              variant="subtle"
              color="gray"
              onClick={copy}
              aria-label={`${t.common.copy}: ${label}`}
            >
              {copied ? <IconCheck size={14} aria-hidden /> : <IconCopy size={14} aria-hidden />}
            </ActionIcon>
          </Tooltip>
        )}
      </CopyButton>
    </Group>
  );
}
