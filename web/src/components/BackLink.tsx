import { Anchor } from "@mantine/core";
import { IconChevronLeft } from "./icons";
import { Link } from "./Link";
import classes from "./Page.module.css";

/** The way back to the list that a page belongs to: `above` its title. */
export function BackLink({ to, children }: { to: string; children: string }) {
  return (
    <Anchor component={Link} to={to} size="sm" c="dimmed" className={classes.back ?? ""}>
      <IconChevronLeft size={15} aria-hidden />
      {children}
    </Anchor>
  );
}
