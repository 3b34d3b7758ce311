import { ActionIcon, Badge, Button, Group, Menu, Paper, SimpleGrid, Stack, Text, Tooltip } from "@mantine/core";
import type { ReactNode } from "react";
import { CopyValue } from "../../components/Copy";
import { IconDots } from "../../components/icons";
import { sentence } from "../../components/Prose";
import { StatusBadge } from "../../components/StatusBadge";
import { TimeAgo, When } from "../../components/Time";
import { useNow } from "../../lib/useNow";
import { useTenant } from "../../lib/useTenant";
import { t } from "../../texts";
import type { Deed } from "./KeyDialogues";
import { hasEnded, type SigningKey } from "./queries";

interface KeyCardProps {
  signingKey: SigningKey;
  start: (deed: Deed, kid: string) => void;
}

/** A key, how it was last used, and what can be done with it. */
export function KeyCard({ signingKey: key, start }: KeyCardProps) {
  const facts = useFacts(key);
  return (
    <Paper withBorder p={{ base: "md", sm: "lg" }} component="article" aria-label={key.kid}>
      <Stack gap="md">
        <Group justify="space-between" gap="sm" align="flex-start">
          <Group gap="xs" style={{ flex: "1 1 14rem", minWidth: 0 }}>
            <Text component="div" fw={600} size="sm" style={{ minWidth: 0 }}>
              <CopyValue value={key.kid} label={t.signingKeys.kid} />
            </Text>
            <StatusBadge status={key.state} label={t.signingKeys.states[key.state] ?? key.state} />
            <Badge variant="default" size="sm" radius="sm" tt="none" fw={550}>
              {key.algorithm}
            </Badge>
            {key.origin === "imported" && (
              <Badge variant="default" size="sm" radius="sm" tt="none" fw={550}>
                {t.signingKeys.imported}
              </Badge>
            )}
            {key.weak && (
              <Tooltip label={t.signingKeys.weakHelp}>
                <div>
                  <StatusBadge status="suspended" label={t.signingKeys.weak} />
                </div>
              </Tooltip>
            )}
          </Group>
          <Deeds signingKey={key} start={start} />
        </Group>
        {key.waiting_for && (
          <Text size="sm" c="dimmed">
            {sentence(key.waiting_for)}.
          </Text>
        )}
        <SimpleGrid component="dl" m={0} cols={{ base: 2, sm: 3, md: facts.length > 4 ? 5 : 4 }} verticalSpacing="sm">
          {facts.map(([name, value]) => (
            <div key={name}>
              <Text component="dt" size="xs" c="dimmed">
                {name}
              </Text>
              <Text component="dd" m={0} size="sm" fw={550}>
                {value}
              </Text>
            </div>
          ))}
        </SimpleGrid>
      </Stack>
    </Paper>
  );
}

function useFacts(key: SigningKey): [string, ReactNode][] {
  const now = useNow();
  const facts: [string, ReactNode][] = [];
  const names = t.signingKeys.facts;
  if (key.activated_at)
    facts.push([
      key.state === "active" ? names.signsSince : names.signedFrom,
      <When key="since" value={key.activated_at} />,
    ]);
  else {
    const made = key.origin === "imported" ? names.brought : names.made;
    facts.push([made, <When key="made" value={key.created_at} />]);
  }
  if (key.ended_at) facts.push([names.ended, <When key="ended" value={key.ended_at} />]);
  if (key.state !== "pending") {
    facts.push([names.lastIssued, <TimeAgo key="issued" value={key.last_issued_at} />]);
    facts.push([names.lastSeen, <TimeAgo key="seen" value={key.last_seen_at} />]);
  }
  if (hasEnded(key)) return facts;
  if (key.state !== "pending") {
    facts.push([names.live, liveTokens(key)]);
  }
  if (key.safe_to_retire_at && key.state === "retiring") {
    const safe = new Date(key.safe_to_retire_at) <= now;
    facts.push([names.safeAt, safe ? names.safeNow : <TimeAgo key="safe" value={key.safe_to_retire_at} />]);
  }
  return facts;
}

/** How many tokens of it are about, as far as one knows here. */
function liveTokens({ origin, live_tokens }: SigningKey): string {
  if (origin === "imported") return t.signingKeys.facts.liveOthers;
  if (typeof live_tokens !== "number") return t.signingKeys.facts.liveUnknown;
  return live_tokens === 0 ? t.common.none : t.signingKeys.facts.liveAtMost(live_tokens);
}

function Deeds({ signingKey: { kid, state }, start }: KeyCardProps) {
  const tenant = useTenant();
  const ended = state === "retired" || state === "revoked";
  const admin = tenant.may("admin") && !tenant.suspended;
  const first: Deed | null = state === "pending" ? "activate" : state === "retiring" ? "retire" : null;
  const rest: Deed[] = [
    ...(tenant.mayChange("owner") && !ended ? (["reveal"] as const) : []),
    ...(admin && state === "pending" ? (["retire"] as const) : []),
    ...(admin && !ended ? (["revoke"] as const) : []),
  ];
  return (
    <Group gap="xs">
      {first && admin && (
        <Button
          size="xs"
          variant="default"
          onClick={() => start(first, kid)}
          aria-label={`${t.signingKeys[first].action}: ${kid}`}
        >
          {t.signingKeys[first].action}
        </Button>
      )}
      {rest.length > 0 && (
        <Menu position="bottom-end">
          <Menu.Target>
            <ActionIcon variant="default" size={30} aria-label={t.signingKeys.more(kid)}>
              <IconDots size={16} aria-hidden />
            </ActionIcon>
          </Menu.Target>
          <Menu.Dropdown>
            {rest.map((deed) => (
              <Menu.Item
                key={deed}
                onClick={() => start(deed, kid)}
                {...(deed === "revoke" && { c: "var(--mantine-color-error)" })}
              >
                {t.signingKeys[deed].action}
              </Menu.Item>
            ))}
          </Menu.Dropdown>
        </Menu>
      )}
    </Group>
  );
}
