import { Alert, Button, List, Stack, Text } from "@mantine/core";
import type { Problem } from "../api/problem";
import { t } from "../texts";
import { IconAlertTriangle } from "./icons";

/** A problem in words for people: ours where we have some, else the server's. */
export function problemText(problem: Problem): string {
  if (problem.code === "rate-limited" && problem.retryAfter !== null) return t.problems.wait(problem.retryAfter);
  return t.problems.codes[problem.code] ?? (problem.message || (t.problems.codes["not-understood"] as string));
}

interface ProblemAlertProps {
  problem: Problem | null | undefined;
  /** More that is wrong: fields which the form doesn't show. */
  rest?: readonly string[];
  retry?: () => void;
}

/** What went wrong, if anything did. Read out at once by screen readers. */
export function ProblemAlert({ problem, rest = [], retry }: ProblemAlertProps) {
  if (!problem) return null;
  return (
    <Alert role="alert" color="red" variant="light" icon={<IconAlertTriangle aria-hidden />} title={t.problems.title}>
      <Stack gap="xs" align="flex-start">
        <Text size="sm">{problemText(problem)}</Text>
        {rest.length > 0 && (
          <List size="sm">
            {rest.map((line) => (
              <List.Item key={line}>{line}</List.Item>
            ))}
          </List>
        )}
        {retry && (
          <Button size="xs" variant="default" onClick={retry}>
            {t.common.retry}
          </Button>
        )}
      </Stack>
    </Alert>
  );
}
