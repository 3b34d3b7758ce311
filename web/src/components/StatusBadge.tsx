import { Badge } from "@mantine/core";
import { t } from "../texts";
import classes from "./StatusBadge.module.css";

const COLOURS: Record<string, string> = {
  active: "petrol",
  open: "petrol",
  pending: "blue",
  retiring: "yellow",
  suspended: "orange",
  disabled: "orange",
  revoked: "red",
};

/** A state as the API calls it (`active`, `revoked`, …), in words and colour. */
export function StatusBadge({ status, label }: { status: string; label?: string }) {
  return (
    <Badge
      variant="light"
      size="sm"
      radius="sm"
      tt="none"
      fw={500}
      color={COLOURS[status] ?? "gray"}
      autoContrast={false}
      miw="max-content"
      leftSection={<i className={classes.dot} aria-hidden />}
    >
      {label ?? t.common.status[status] ?? status}
    </Badge>
  );
}
