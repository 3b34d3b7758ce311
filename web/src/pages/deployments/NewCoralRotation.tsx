import { Alert, Badge, Button, Group, List, PasswordInput, Select, Stack, Table, Text, Title } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useEffect, useRef, useState } from "react";
import { api, ok } from "../../api/client";
import { CopyValue } from "../../components/Copy";
import { IconAlertTriangle } from "../../components/icons";
import { ProblemAlert } from "../../components/ProblemAlert";
import { Prose } from "../../components/Prose";
import { StatusBadge } from "../../components/StatusBadge";
import { When } from "../../components/Time";
import { duration } from "../../lib/format";
import { useChange } from "../../lib/useChange";
import { useTenant } from "../../lib/useTenant";
import { t } from "../../texts";
import { afterRotationChange, type CoralPlan, type CoralRotation } from "./coral-rotations";
import { Notes } from "./Paste";

const texts = t.coralRotation;

interface Looked {
  plan: CoralPlan;
  /** What it was made for: another token or overlap needs another look. */
  asked: string;
}

/** Looks at both sides first, and rotates then. The token is kept in this component's state only. */
export function NewCoralRotation({ deployment, address }: { deployment: string; address: string }) {
  const tenant = useTenant();
  const [looked, setLooked] = useState<Looked | null>(null);
  const result = useRef<HTMLDivElement>(null);
  const form = useForm({ initialValues: { admin_token: "", overlap: "" } });
  const send = ({ admin_token, overlap }: typeof form.values, dry_run: boolean) =>
    ok(
      api.POST("/v1/tenants/{tenant}/deployments/{deployment}/coral-rotations", {
        params: { path: { tenant: tenant.slug, deployment } },
        body: {
          admin_token: admin_token.trim(),
          // What is shown here: should somebody have changed it meanwhile, the token isn't sent.
          root_url: address,
          ...(overlap !== "" && { overlap: Number(overlap) }),
          ...(dry_run && { dry_run }),
        },
      }),
    );
  const look = useChange({
    form,
    run: (values: typeof form.values) => send(values, true) as Promise<CoralPlan>,
    done: (plan, values) => setLooked({ plan, asked: JSON.stringify(values) }),
  });
  const start = useChange({
    form,
    said: texts.started,
    invalidate: afterRotationChange(tenant, deployment),
    run: (values: typeof form.values) => send(values, false) as Promise<CoralRotation>,
    done: () => {
      form.reset();
      setLooked(null);
    },
  });
  const stale = looked !== null && looked.asked !== JSON.stringify(form.values);
  useEffect(() => {
    if (looked) result.current?.focus();
  }, [looked]);
  const submit = (values: typeof form.values) => {
    start.reset();
    look.send(values);
  };
  return (
    <Stack>
      <form onSubmit={form.onSubmit(submit)}>
        <Stack>
          <PasswordInput
            label={texts.token}
            description={`${texts.tokenHelp} ${texts.target(address)}`}
            autoComplete="off"
            spellCheck={false}
            maxLength={8192}
            required
            {...form.getInputProps("admin_token")}
            visibilityToggleButtonProps={{ "aria-label": t.common.show }}
          />
          <Select
            label={texts.overlap}
            data={Object.entries(texts.overlaps).map(([value, label]) => ({ value, label }))}
            allowDeselect={false}
            maw={380}
            {...form.getInputProps("overlap")}
          />
          <ProblemAlert problem={look.problem} rest={look.rest} />
          <Group justify="flex-end">
            <Button
              type="submit"
              loading={look.busy}
              disabled={tenant.suspended}
              {...(looked && { variant: "default" })}
            >
              {looked ? texts.lookAgain : texts.look}
            </Button>
          </Group>
        </Stack>
      </form>
      {looked && (
        <div ref={result} tabIndex={-1} style={{ outline: "none" }}>
          <Stack>
            <Plan plan={looked.plan} />
            <ProblemAlert problem={start.problem} rest={start.rest} />
            <Group justify="flex-end" gap="sm">
              {stale && (
                <Text size="sm" c="dimmed" role="status">
                  {texts.plan.expired}
                </Text>
              )}
              <Button onClick={() => start.send(form.values)} loading={start.busy} disabled={stale}>
                {texts.start}
              </Button>
            </Group>
          </Stack>
        </div>
      )}
    </Stack>
  );
}

function Plan({ plan: { root_url, overlap, coral_secrets, warnings, steps } }: { plan: CoralPlan }) {
  return (
    <Stack gap="sm">
      <div>
        <Title order={3} size="h3">
          {texts.plan.title}
        </Title>
        <Text size="sm" c="dimmed" style={{ overflowWrap: "anywhere" }}>
          {texts.plan.lead(root_url)} {warnings.length === 0 && texts.plan.clean}
        </Text>
      </div>
      {warnings.length > 0 && (
        <Alert color="yellow" icon={<IconAlertTriangle aria-hidden />} title={texts.plan.odd}>
          <Notes notes={warnings} />
        </Alert>
      )}
      <List type="ordered" size="sm" spacing={4}>
        {steps.map((step) => (
          <List.Item key={step}>
            <Prose>{step}</Prose>
          </List.Item>
        ))}
      </List>
      <Text size="sm">{texts.plan.overlap(duration(overlap))}</Text>
      <Text size="sm" fw={600}>
        {texts.plan.secrets}
      </Text>
      <Secrets secrets={coral_secrets} />
    </Stack>
  );
}

function Secrets({ secrets }: { secrets: CoralPlan["coral_secrets"] }) {
  const heads = [texts.plan.kid, texts.plan.state, texts.plan.here, texts.plan.made, texts.plan.ends];
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard.
    <div style={{ overflowX: "auto" }} tabIndex={0} role="group" aria-label={texts.plan.secrets}>
      <Table>
        <Table.Thead>
          <Table.Tr>
            {heads.map((head) => (
              <Table.Th key={head} scope="col">
                {head}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {secrets.map(({ kid, active, known_here, created_at, inactive_at }) => (
            <Table.Tr key={kid}>
              <Table.Td miw={190}>
                <CopyValue value={kid} label={texts.plan.kid} />
              </Table.Td>
              <Table.Td>
                <StatusBadge
                  status={active ? "active" : "retired"}
                  label={active ? texts.plan.active : texts.plan.inactive}
                />
              </Table.Td>
              <Table.Td>
                <Badge variant="default" size="sm" radius="sm" tt="none" fw={550} miw="max-content">
                  {known_here ? texts.plan.known : texts.plan.unknown}
                </Badge>
              </Table.Td>
              <Table.Td style={{ whiteSpace: "nowrap" }}>
                <When value={created_at} />
              </Table.Td>
              <Table.Td style={{ whiteSpace: "nowrap" }}>
                <When value={inactive_at} otherwise={texts.plan.stays} />
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </div>
  );
}
