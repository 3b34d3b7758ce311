import { Button, Stack, Text, Title } from "@mantine/core";
import { Component, type ReactNode } from "react";
import { t } from "../texts";

/** Catches what a page throws. A page that can't be loaded belongs to a version that is gone. */
export class Fault extends Component<{ children: ReactNode }, { thrown: unknown }> {
  override state = { thrown: null as unknown };

  static getDerivedStateFromError(thrown: unknown) {
    return { thrown };
  }

  override render() {
    const { thrown } = this.state;
    if (thrown === null) return this.props.children;
    const isGone = thrown instanceof Error && /import|preload|module/i.test(thrown.message);
    const said = isGone ? t.common.newVersion : t.common.broken;
    return (
      <Stack align="flex-start" role="alert" p="md">
        <Title order={1} size="h2">
          {said.title}
        </Title>
        <Text>{said.body}</Text>
        <Button onClick={() => window.location.reload()}>{t.common.reload}</Button>
      </Stack>
    );
  }
}
