import { Text, Tooltip } from "@mantine/core";
import { ago, dateTime, exactTime } from "../lib/format";
import { useNow } from "../lib/useNow";
import { t } from "../texts";

interface TimeProps {
  /** As the API has it; nothing is said to be "never". */
  value: string | null | undefined;
  /** What is said instead of "never". */
  otherwise?: string;
}

/** How long ago, or how soon; the exact time on hovering and for screen readers. Keeps up with the clock. */
export function TimeAgo({ value, otherwise = t.common.never }: TimeProps) {
  const now = useNow();
  if (!value)
    return (
      <Text span inherit c="dimmed">
        {otherwise}
      </Text>
    );
  return (
    <Tooltip label={exactTime(value)}>
      <time dateTime={value}>{ago(value, now)}</time>
    </Tooltip>
  );
}

/** A date and time in the reader's zone; to the second on hovering. */
export function When({ value, otherwise = t.common.never }: TimeProps) {
  if (!value)
    return (
      <Text span inherit c="dimmed">
        {otherwise}
      </Text>
    );
  return (
    <Tooltip label={exactTime(value)}>
      <time dateTime={value}>{dateTime(value)}</time>
    </Tooltip>
  );
}
