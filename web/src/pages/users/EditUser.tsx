import { Alert, Button, Code, Group, Select, Stack, TagsInput, Text, Textarea, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { api, ok, type Schema } from "../../api/client";
import { Problem } from "../../api/problem";
import { IconInfoCircle } from "../../components/icons";
import { ProblemAlert } from "../../components/ProblemAlert";
import { Section } from "../../components/Section";
import { queryClient } from "../../lib/queries";
import { useChange } from "../../lib/useChange";
import { useDraft } from "../../lib/useDraft";
import { useTenant } from "../../lib/useTenant";
import { t } from "../../texts";
import {
  changedMembers,
  fromForm,
  KNOWN,
  mergePatch,
  type Reader,
  type ReaderRecord,
  ROLES,
  readOthers,
  toForm,
  userPath,
} from "./record";
import { label } from "./User";

interface Version {
  reader: Reader;
  etag: string;
}

/** Changes members of a record. Only what differs is sent, so nothing else of the record is touched. */
export function EditUser({ began, now, done }: { began: Version; now: Version; done: () => void }) {
  const { slug, key } = useTenant();
  const before = began.reader.user as ReaderRecord;
  const user = began.reader.user.id;
  const form = useForm({
    initialValues: toForm(before),
    validate: { other: othersFault },
  });
  const draft = useDraft(`user:${slug}:${user}`, form);
  const patch = mergePatch(before, fromForm(before, form.values));
  const unchanged = Object.keys(patch).length === 0;
  const save = useChange({
    form,
    said: t.users.edit.saved,
    invalidate: [[...key, "users"]],
    run: async (etag: string) => {
      try {
        return await ok(
          api.PATCH("/v1/tenants/{tenant}/users/{user}", {
            params: { path: { tenant: slug, user }, header: { "If-Match": etag } },
            pathSerializer: userPath,
            headers: { "content-type": "application/merge-patch+json" },
            body: patch as Schema<"UserPatch">,
          }),
        );
      } catch (thrown) {
        // With what it is now, it can be said what others have changed.
        const stale = Problem.from(thrown).code === "precondition-failed";
        if (stale) await queryClient.invalidateQueries({ queryKey: [...key, "users", "one", user] });
        throw thrown;
      }
    },
    done: () => {
      draft.discard();
      done();
    },
  });
  // The record is read anew whenever the window is looked at again; the server has the last word.
  const conflict = now.etag !== began.etag;
  const refused = save.problem?.code === "precondition-failed";
  const cancel = () => {
    draft.discard();
    done();
  };
  const unset = { value: "", label: t.users.edit.unset };
  return (
    <Section title={t.users.edit.title}>
      <form
        onSubmit={form.onSubmit(() => {
          if (!unchanged) save.send(began.etag);
        })}
      >
        <Stack>
          {conflict ? (
            <Conflict
              began={began}
              now={now}
              mine={Object.keys(patch)}
              apply={() => save.send(now.etag)}
              busy={save.busy}
            />
          ) : null}
          {!(conflict && refused) && <ProblemAlert problem={save.problem} rest={save.rest} />}
          <TextInput label={t.users.username} maxLength={255} autoComplete="off" {...form.getInputProps("username")} />
          <TextInput
            label={t.users.email}
            maxLength={254}
            inputMode="email"
            autoComplete="off"
            {...form.getInputProps("email")}
          />
          <Select
            label={t.users.record.emailVerified}
            data={[unset, { value: "true", label: t.common.yes }, { value: "false", label: t.common.no }]}
            {...form.getInputProps("email_verified")}
          />
          <Select
            label={t.users.record.role}
            description={t.users.edit.roleHelp}
            data={[unset, ...ROLES.map((role) => ({ value: role as string, label: role as string }))]}
            {...form.getInputProps("role")}
          />
          <TagsInput
            label={t.users.record.badges}
            description={t.users.edit.badgesHelp}
            {...form.getInputProps("badges")}
          />
          <TextInput label={t.users.record.url} inputMode="url" maxLength={2048} {...form.getInputProps("url")} />
          <TextInput label={t.users.record.avatar} inputMode="url" maxLength={2048} {...form.getInputProps("avatar")} />
          <TextInput
            label={t.users.record.memberSince}
            description={t.users.edit.memberSinceHelp}
            {...form.getInputProps("member_since")}
          />
          <Textarea
            label={t.users.record.other}
            description={t.users.edit.otherHelp}
            placeholder='{ "premium": true }'
            autosize
            minRows={2}
            maxRows={14}
            spellCheck={false}
            styles={{ input: { fontFamily: "var(--mantine-font-family-monospace)" } }}
            {...form.getInputProps("other")}
          />
          <Stack gap={4}>
            <Text size="sm" c="dimmed">
              {unchanged ? t.users.edit.unchanged : t.users.edit.patch}
            </Text>
            {!unchanged && (
              <Code block style={{ whiteSpace: "pre-wrap", overflowWrap: "anywhere" }}>
                {JSON.stringify(patch, null, 2)}
              </Code>
            )}
          </Stack>
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={cancel}>
              {t.common.cancel}
            </Button>
            <Button type="submit" loading={save.busy} disabled={unchanged || conflict}>
              {t.common.save}
            </Button>
          </Group>
        </Stack>
      </form>
    </Section>
  );
}

function othersFault(typed: string): string | null {
  const others = readOthers(typed);
  if (others === null) return t.users.edit.otherNotJson;
  const known: readonly string[] = ["id", ...KNOWN];
  const twice = Object.keys(others).find((name) => known.includes(name));
  return twice === undefined ? null : t.users.edit.otherKnown(twice);
}

interface ConflictProps {
  began: Version;
  now: Version;
  mine: string[];
  apply: () => void;
  busy: boolean;
}

/** What others have changed meanwhile, and the way on. */
function Conflict({ began, now, mine, apply, busy }: ConflictProps) {
  const theirs = changedMembers(began.reader.user as ReaderRecord, now.reader.user as ReaderRecord);
  const named = (names: readonly string[]) =>
    names.map((name) => {
      const known = KNOWN.find((one) => one === name);
      return known ? label(known) : name;
    });
  const both = theirs.filter((name) => mine.includes(name));
  return (
    <Alert role="alert" color="yellow" icon={<IconInfoCircle aria-hidden />} title={t.users.edit.conflictTitle}>
      <Stack gap="xs" align="flex-start">
        <Text size="sm">{t.users.edit.conflict(named(theirs))}</Text>
        {both.length > 0 && <Text size="sm">{t.users.edit.both(named(both))}</Text>}
        {mine.length > 0 && (
          <Button size="xs" variant="default" onClick={apply} loading={busy}>
            {t.users.edit.apply}
          </Button>
        )}
      </Stack>
    </Alert>
  );
}
