import { Alert, Button, Checkbox, Group, Progress, Stack, Text } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useEffect, useRef, useState } from "react";
import type { Schema } from "../../api/client";
import { Problem } from "../../api/problem";
import { upload } from "../../api/upload";
import { BackLink } from "../../components/BackLink";
import { Link } from "../../components/Link";
import { Page } from "../../components/Page";
import { ProblemAlert } from "../../components/ProblemAlert";
import { Section } from "../../components/Section";
import { queryClient } from "../../lib/queries";
import { useTenant } from "../../lib/useTenant";
import { to } from "../../routes";
import { t } from "../../texts";
import { Drop } from "./Drop";
import { BadLines, ImportResult } from "./ImportResult";
import { PreviewTable } from "./PreviewTable";
import { CONTENT_TYPES, HEAD_BYTES, type Preview, preview } from "./preview";

type Done = Schema<"ImportOut">;

interface Chosen {
  file: File;
  shown: Preview;
}

/** Many readers at once, from a file. */
export default function ImportUsers() {
  const tenant = useTenant();
  const [chosen, setChosen] = useState<Chosen | null>(null);
  const choose = async (file: File) => {
    const head = new Uint8Array(await file.slice(0, HEAD_BYTES).arrayBuffer());
    setChosen({ file, shown: preview(file.name, head, file.size <= HEAD_BYTES) });
  };
  return (
    <Page
      title={t.users.import.title}
      lead={t.users.import.lead}
      above={<BackLink to={to("users", { tenant: tenant.slug })}>{t.users.back}</BackLink>}
    >
      {!tenant.mayChange("admin") ? (
        <Alert>{tenant.suspended ? t.users.import.suspended : t.users.import.adminsOnly}</Alert>
      ) : chosen ? (
        <Import {...chosen} key={`${chosen.file.name}:${chosen.file.lastModified}`} another={() => setChosen(null)} />
      ) : (
        <Drop choose={(file) => void choose(file)} />
      )}
    </Page>
  );
}

/** What is on its way: how much is sent, and whether only to check it. */
interface Running {
  dryRun: boolean;
  sent: number;
}

function Import({ file, shown, another }: Chosen & { another: () => void }) {
  const { slug, key } = useTenant();
  const [stop, setStop] = useState(false);
  const [running, setRunning] = useState<Running | null>(null);
  const [done, setDone] = useState<Done | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [aborted, setAborted] = useState(false);
  const aborter = useRef<AbortController | null>(null);
  useWarning(running !== null);

  const start = async (dryRun: boolean) => {
    const controller = new AbortController();
    aborter.current = controller;
    setRunning({ dryRun, sent: 0 });
    setDone(null);
    setProblem(null);
    setAborted(false);
    try {
      const query = new URLSearchParams({ on_error: stop ? "stop" : "skip", dry_run: String(dryRun) });
      const answer = await upload<Done>({
        path: `/v1/tenants/${encodeURIComponent(slug)}/users/import?${query}`,
        file,
        contentType: CONTENT_TYPES[shown.kind],
        progress: (sent) => setRunning({ dryRun, sent: Math.min(sent, file.size) }),
        signal: controller.signal,
      });
      setDone(answer);
      // Whoever went to another page meanwhile is told there.
      if (!dryRun) {
        notifications.show({ message: t.users.import.said(answer.created, answer.updated), color: "teal" });
      }
    } catch (thrown) {
      if (thrown instanceof DOMException && thrown.name === "AbortError") setAborted(true);
      else setProblem(Problem.from(thrown));
    } finally {
      setRunning(null);
      if (!dryRun) void queryClient.invalidateQueries({ queryKey: [...key, "users"] });
    }
  };

  const imported = done !== null && !done.dry_run;
  const impossible = shown.fault !== null;
  return (
    <Stack>
      {done && <ImportResult done={done} />}
      <Section
        title={t.users.import.chosen}
        lead={
          <Text span inherit style={{ overflowWrap: "anywhere" }}>
            {file.name} · {t.users.import.size(file.size)} · {t.users.import.format[shown.kind]}
          </Text>
        }
        actions={
          !imported && (
            <Button variant="default" size="xs" onClick={another} disabled={running !== null}>
              {t.users.import.another}
            </Button>
          )
        }
      >
        {imported ? (
          <Group gap="xs">
            <Button component={Link} to={to("users", { tenant: slug })}>
              {t.users.import.see}
            </Button>
            <Button variant="default" onClick={another}>
              {t.users.import.again}
            </Button>
          </Group>
        ) : (
          <>
            <PreviewTable shown={shown} />
            {aborted && (
              <Text size="sm" role="status">
                {t.users.import.aborted}
              </Text>
            )}
            <ProblemAlert problem={problem} rest={problem?.faults.map(({ detail }) => detail) ?? []} />
            {running ? (
              <Sending {...running} total={file.size} abort={() => aborter.current?.abort()} />
            ) : (
              <Group justify="space-between" align="flex-end">
                <Checkbox
                  label={t.users.import.stop}
                  description={t.users.import.stopHelp}
                  checked={stop}
                  onChange={(event) => setStop(event.currentTarget.checked)}
                  disabled={impossible}
                />
                <Group gap="xs">
                  <Button variant="default" onClick={() => void start(true)} disabled={impossible}>
                    {t.users.import.check}
                  </Button>
                  <Button onClick={() => void start(false)} disabled={impossible}>
                    {t.users.import.start}
                  </Button>
                </Group>
              </Group>
            )}
          </>
        )}
      </Section>
      {done && done.errors.length > 0 && <BadLines done={done} file={file.name} />}
    </Stack>
  );
}

/** How far it is: bytes that have left, then the server's last batch. */
function Sending({ dryRun, sent, total, abort }: Running & { total: number; abort: () => void }) {
  const texts = t.users.import;
  const all = sent >= total;
  return (
    <Stack gap="xs">
      <Progress.Root size="lg">
        <Progress.Section
          value={total === 0 ? 100 : (100 * sent) / total}
          striped={all}
          animated={all}
          aria-label={texts.progress}
          withAria
        />
      </Progress.Root>
      <Group justify="space-between" gap="xs">
        <Text size="sm">{all ? (dryRun ? texts.checking : texts.finishing) : texts.sending(sent, total)}</Text>
        <Button size="xs" variant="default" onClick={abort}>
          {texts.abort}
        </Button>
      </Group>
      <Text size="sm" c="dimmed">
        {!dryRun && texts.abortHelp}
      </Text>
    </Stack>
  );
}

/** The browser asks before the window is closed on an import. */
function useWarning(on: boolean) {
  useEffect(() => {
    if (!on) return;
    const warn = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener("beforeunload", warn);
    return () => window.removeEventListener("beforeunload", warn);
  }, [on]);
}
