import { Button, Group, NumberInput, Progress, SimpleGrid, Stack, Text } from "@mantine/core";
import { useForm } from "@mantine/form";
import { api, ok, type Schema } from "../../api/client";
import { ProblemAlert } from "../../components/ProblemAlert";
import { Section } from "../../components/Section";
import { useChange } from "../../lib/useChange";
import { useDraft } from "../../lib/useDraft";
import { t } from "../../texts";

type Name = keyof Schema<"QuotaOut">;
const NAMES: readonly Name[] = ["users", "deployments", "signing_keys", "api_keys", "members", "requests_per_second"];
const MOST = 1_000_000_000;
const texts = t.platform.one.holdings;

/** How much a newsroom has, and the form for how much it may have. */
export function Quota({ one, etag }: { one: Schema<"PlatformTenantDetail">; etag: string }) {
  const initial: Record<Name, number | string> = { ...one.quota };
  const form = useForm({ initialValues: initial });
  const draft = useDraft(`quota:${one.slug}`, form);
  const save = useChange({
    form,
    invalidate: [["platform", "tenant", one.slug]],
    said: t.common.saved,
    run: (values: typeof initial) =>
      ok(
        api.PUT("/v1/platform/tenants/{tenant}/quota", {
          params: { path: { tenant: one.slug }, header: { "If-Match": etag } },
          body: Object.fromEntries(NAMES.map((name) => [name, values[name] === "" ? null : Number(values[name])])),
        }),
      ),
    done: (quota) => {
      draft.discard();
      form.setInitialValues({ ...quota });
      form.setValues({ ...quota });
      form.resetDirty({ ...quota });
    },
  });
  const has: Partial<Record<Name, number>> = { ...one.holdings };
  return (
    <Section title={texts.title} lead={texts.lead}>
      <form onSubmit={form.onSubmit((values) => save.send(values))}>
        <Stack>
          <ProblemAlert problem={save.problem} rest={save.rest} />
          <SimpleGrid cols={{ base: 1, xs: 2, md: 3 }} verticalSpacing="lg">
            {NAMES.map((name) => (
              <Stack key={name} gap={6}>
                <NumberInput
                  label={texts.names[name]}
                  min={1}
                  max={MOST}
                  allowDecimal={false}
                  allowNegative={false}
                  thousandSeparator=","
                  hideControls
                  placeholder={texts.platform}
                  {...form.getInputProps(name)}
                />
                <Bar has={has[name]} may={one.quota[name]} label={texts.names[name] ?? name} />
              </Stack>
            ))}
          </SimpleGrid>
          <Text size="sm" c="dimmed">
            {texts.untouched}
          </Text>
          <Group justify="flex-end" gap="xs">
            <Button
              variant="default"
              disabled={!form.isDirty()}
              onClick={() => {
                form.reset();
                draft.discard();
              }}
            >
              {t.settings.discard}
            </Button>
            <Button type="submit" loading={save.busy} disabled={!form.isDirty()}>
              {texts.save}
            </Button>
          </Group>
        </Stack>
      </form>
    </Section>
  );
}

function Bar({ has, may, label }: { has: number | undefined; may: number; label: string }) {
  if (has === undefined) return null;
  const share = Math.min(100, (has / may) * 100);
  return (
    <>
      <Progress.Root size={6}>
        <Progress.Section value={share} color={share >= 90 ? "orange" : "petrol"} aria-label={label} />
      </Progress.Root>
      <Text size="xs" c="dimmed">
        {texts.has(has)}
      </Text>
    </>
  );
}
