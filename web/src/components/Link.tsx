import type { AnchorHTMLAttributes, MouseEvent, Ref } from "react";
import { type Move, navigate } from "../router";

export interface LinkProps extends AnchorHTMLAttributes<HTMLAnchorElement>, Move {
  /** A path of the dashboard: see `to` in routes.ts. */
  to: string;
  ref?: Ref<HTMLAnchorElement>;
}

/** A link within the dashboard. Goes with Mantine's components too: `<Button component={Link} to={…}>`. */
export function Link({ to, replace, state, onClick, ...rest }: LinkProps) {
  const click = (event: MouseEvent<HTMLAnchorElement>) => {
    onClick?.(event);
    const elsewhere = event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey;
    if (event.defaultPrevented || elsewhere || rest.target === "_blank") return;
    event.preventDefault();
    navigate(to, { ...(replace && { replace }), ...(state && { state }) });
  };
  return <a {...rest} href={to} onClick={click} />;
}
