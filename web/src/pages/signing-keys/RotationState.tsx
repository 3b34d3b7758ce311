import { Button, Group, Stack, Text } from "@mantine/core";
import { IconCheck } from "../../components/icons";
import { Loaded } from "../../components/Loaded";
import { Prose } from "../../components/Prose";
import { Section } from "../../components/Section";
import { StatusBadge } from "../../components/StatusBadge";
import { TimeAgo } from "../../components/Time";
import { useNow } from "../../lib/useNow";
import { useTenant } from "../../lib/useTenant";
import { t } from "../../texts";
import type { Deed } from "./KeyDialogues";
import { useRotation } from "./queries";
import classes from "./RotationState.module.css";

/** How many steps of the path are behind; the next one is where it stands. */
const BEHIND: Record<string, number> = { "no-key": 0, steady: 5, waiting: 1, overlap: 3, retire: 4 };
const BADGE: Record<string, string> = {
  "no-key": "suspended",
  steady: "active",
  waiting: "pending",
  overlap: "retiring",
  retire: "active",
};

interface RotationStateProps {
  deployment: string;
  coral: boolean;
  start: (deed: Deed, kid: string) => void;
}

/** How far the rotation has come, and the next step. */
export function RotationState({ deployment, coral, start }: RotationStateProps) {
  const tenant = useTenant();
  const query = useRotation(deployment);
  const now = useNow();
  const path = coral ? t.signingKeys.rotation.coralPath : t.signingKeys.rotation.path;
  return (
    <Section
      title={t.signingKeys.rotation.title}
      actions={
        query.data && (
          <StatusBadge
            status={BADGE[query.data.step] ?? query.data.step}
            label={t.signingKeys.rotation.steps[query.data.step] ?? query.data.step}
          />
        )
      }
    >
      <Loaded query={query} lines={2}>
        {({ step, next, key, at }) => {
          const behind = BEHIND[step] ?? 0;
          const deed: Deed | null = step === "waiting" ? "activate" : step === "retire" ? "retire" : null;
          return (
            <Stack>
              {step !== "steady" && (
                <ol className={classes.path}>
                  {path.map((name, index) => (
                    <li
                      key={name}
                      data-done={index < behind || undefined}
                      {...(index === behind && { "aria-current": "step" as const })}
                    >
                      <i aria-hidden>{index < behind ? <IconCheck size={13} stroke={2.6} /> : index + 1}</i>
                      {name}
                    </li>
                  ))}
                </ol>
              )}
              <Group justify="space-between" gap="sm">
                <Text size="sm" style={{ flex: "1 1 16rem" }}>
                  <strong>{t.signingKeys.rotation.next}:</strong> <Prose>{next}</Prose>
                  {at && new Date(at) > now && (
                    <>
                      {" "}
                      {t.signingKeys.rotation.at} <TimeAgo value={at} />.
                    </>
                  )}
                </Text>
                {deed && key && tenant.may("admin") && (
                  <Button variant="default" onClick={() => start(deed, key)} disabled={tenant.suspended}>
                    {t.signingKeys.rotation.doIt[deed === "activate" ? "activate" : "retire"]}
                  </Button>
                )}
              </Group>
            </Stack>
          );
        }}
      </Loaded>
    </Section>
  );
}
