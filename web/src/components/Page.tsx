import { Group, Stack, Text, Title } from "@mantine/core";
import { type ReactNode, useEffect, useRef } from "react";
import { hasMoved } from "../router";
import { t } from "../texts";

interface PageProps {
  title: string;
  /** A sentence under the title. */
  lead?: ReactNode;
  /** Buttons beside the title. */
  actions?: ReactNode;
  /** What lies above the title: a link back to the list. */
  above?: ReactNode;
  children: ReactNode;
}

/** A page: its title is the window's too, and takes the focus when one comes from another page. */
export function Page({ title, lead, actions, above, children }: PageProps) {
  return (
    <Stack gap="lg">
      <Stack gap={4}>
        {above}
        <Group justify="space-between" gap="sm" mih={34}>
          <PageTitle>{title}</PageTitle>
          {actions && <Group gap="xs">{actions}</Group>}
        </Group>
        {lead && (
          <Text c="dimmed" size="sm" maw={720}>
            {lead}
          </Text>
        )}
      </Stack>
      {children}
    </Stack>
  );
}

export function PageTitle({ children, size }: { children: string; size?: "h1" | "h2" }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (hasMoved()) heading.current?.focus({ preventScroll: true });
  }, []);
  return (
    <>
      <title>{`${children} · ${t.common.product}`}</title>
      <Title
        order={1}
        size={size ?? "h1"}
        ref={heading}
        tabIndex={-1}
        style={{ outline: "none", overflowWrap: "anywhere" }}
      >
        {children}
      </Title>
    </>
  );
}
