import { ActionIcon, Button, Group, Stack, Text, TextInput } from "@mantine/core";
import type { UseFormReturnType } from "@mantine/form";
import { IconPlus, IconTrash } from "../../components/icons";
import { Section } from "../../components/Section";
import { t } from "../../texts";
import type { Values } from "./SettingsForm";

/** The most that the server takes. */
const MOST = 50;
const texts = t.settings.origins;

/** The list of sites, a field each. */
export function Origins({ form, readOnly }: { form: UseFormReturnType<Values>; readOnly: boolean }) {
  const sites = form.values.allowed_origins;
  return (
    <Section title={texts.title} lead={texts.lead} side>
      {sites.length === 0 && (
        <Text size="sm" c="dimmed">
          {texts.none}
        </Text>
      )}
      {sites.length > 0 && (
        <Stack gap="xs">
          {sites.map((site, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a field is its place in the list.
            <Group key={index} gap="xs" wrap="nowrap" align="flex-start">
              <TextInput
                style={{ flex: 1 }}
                aria-label={texts.label(index + 1)}
                placeholder={texts.placeholder}
                inputMode="url"
                required
                readOnly={readOnly}
                {...form.getInputProps(`allowed_origins.${index}`)}
              />
              {!readOnly && (
                <ActionIcon
                  size={36}
                  variant="default"
                  aria-label={texts.remove(site)}
                  onClick={() => form.removeListItem("allowed_origins", index)}
                >
                  <IconTrash size={16} aria-hidden />
                </ActionIcon>
              )}
            </Group>
          ))}
        </Stack>
      )}
      {form.errors.allowed_origins && (
        <Text size="sm" c="var(--mantine-color-error)" role="alert">
          {form.errors.allowed_origins}
        </Text>
      )}
      {!readOnly && sites.length < MOST && (
        <Button
          variant="default"
          size="xs"
          style={{ alignSelf: "flex-start" }}
          leftSection={<IconPlus size={14} aria-hidden />}
          onClick={() => form.insertListItem("allowed_origins", "")}
        >
          {texts.add}
        </Button>
      )}
    </Section>
  );
}
