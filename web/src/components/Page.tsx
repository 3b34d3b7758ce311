import { Group, Stack, Text, Title } from "@mantine/core";
import { type ReactNode, useEffect, useRef } from "react";
import { hasMoved } from "../router";
import { t } from "../texts";
import classes from "./Page.module.css";

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
        <div className={classes.head}>
          <div className={classes.words} data-lead={Boolean(lead) || undefined}>
            <PageTitle>{title}</PageTitle>
            {lead && (
              <Text component="div" c="dimmed" size="sm" mt={4} maw={720}>
                {lead}
              </Text>
            )}
          </div>
          {actions && <Group gap="xs">{actions}</Group>}
        </div>
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
