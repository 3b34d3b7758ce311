import { Alert, Button, Checkbox, Text } from "@mantine/core";
import { useState } from "react";
import { api, ok } from "../../api/client";
import { ConfirmByTyping } from "../../components/ConfirmByTyping";
import { IconAlertTriangle } from "../../components/icons";
import { Section } from "../../components/Section";
import { useChange } from "../../lib/useChange";
import { useTenant } from "../../lib/useTenant";
import { t } from "../../texts";
import type { Move, Names } from "./MoveToCoral";

const texts = t.moveToCoral;

/** The step from which on only Coral issues. */
export function CutOver({ move, names }: { move: Move; names: Names }) {
  const tenant = useTenant();
  const [opened, setOpened] = useState(false);
  const [force, setForce] = useState(false);
  const cutOver = useChange({
    invalidate: [tenant.key],
    said: texts.cutOver.done,
    run: () =>
      ok(
        api.POST("/v1/tenants/{tenant}/migration-to-coral/cut-over", {
          params: { path: { tenant: tenant.slug } },
          body: { ...names, ...(force && { force }) },
        }),
      ),
    done: () => setOpened(false),
  });
  const { readers, ready } = move.readiness;
  const close = () => {
    cutOver.reset();
    setOpened(false);
  };
  return (
    <Section
      title={texts.cutOver.title}
      lead={texts.cutOver.lead}
      actions={
        <Button onClick={() => setOpened(true)} disabled={move.stage === "prepare"}>
          {texts.cutOver.action}…
        </Button>
      }
    >
      <ConfirmByTyping
        opened={opened}
        close={close}
        title={texts.cutOver.confirmTitle}
        action={texts.cutOver.action}
        change={cutOver}
        word={tenant.slug}
      >
        <Text size="sm">{texts.cutOver.confirm(readers)}</Text>
        {ready < readers && (
          <Alert color="orange" icon={<IconAlertTriangle aria-hidden />} title={texts.cutOver.keptOut(readers - ready)}>
            <Checkbox
              label={texts.cutOver.force}
              checked={force}
              onChange={(event) => setForce(event.currentTarget.checked)}
            />
          </Alert>
        )}
      </ConfirmByTyping>
    </Section>
  );
}

/** The way back. */
export function CutBack({ names }: { names: Names }) {
  const tenant = useTenant();
  const [opened, setOpened] = useState(false);
  const back = useChange({
    invalidate: [tenant.key],
    said: texts.back.done,
    run: () =>
      ok(
        api.POST("/v1/tenants/{tenant}/migration-to-coral/back", {
          params: { path: { tenant: tenant.slug } },
          body: { ...names },
        }),
      ),
    done: () => setOpened(false),
  });
  return (
    <Section
      title={texts.back.title}
      lead={texts.back.lead}
      actions={
        <Button variant="default" onClick={() => setOpened(true)}>
          {texts.back.action}…
        </Button>
      }
    >
      <ConfirmByTyping
        opened={opened}
        close={() => setOpened(false)}
        title={texts.back.confirmTitle}
        action={texts.back.action}
        change={back}
        word={tenant.slug}
      >
        <Text size="sm">{texts.back.confirm}</Text>
      </ConfirmByTyping>
    </Section>
  );
}
