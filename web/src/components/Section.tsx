import { Group, Paper, Stack, Text, Title } from "@mantine/core";
import { type ReactNode, useId } from "react";
import classes from "./Section.module.css";

interface SectionProps {
  title: string;
  lead?: ReactNode;
  actions?: ReactNode;
  children?: ReactNode;
  /** Whether the title stands beside what it is about, where there is room: for forms. */
  side?: boolean;
}

/** A part of a page, on a card of its own. */
export function Section({ title, lead, actions, children, side = false }: SectionProps) {
  const id = useId();
  return (
    <Paper
      component="section"
      aria-labelledby={id}
      withBorder
      className={classes.card ?? ""}
      data-side={side || undefined}
    >
      <Stack gap="md" className={classes.parts ?? ""}>
        <Group justify="space-between" align="flex-start" gap="sm">
          <div className={classes.words}>
            <Title order={2} size="h2" id={id}>
              {title}
            </Title>
            {lead && (
              <Text c="dimmed" size="sm" mt={2} maw={720}>
                {lead}
              </Text>
            )}
          </div>
          {actions && <Group gap="xs">{actions}</Group>}
        </Group>
        {side ? <Stack gap="md">{children}</Stack> : children}
      </Stack>
    </Paper>
  );
}
