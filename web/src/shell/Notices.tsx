import { useNotifications } from "@mantine/notifications";
import { type ComponentType, useEffect, useState } from "react";

/** What is said in the corner. How it is drawn comes with the first that is said. */
export function Notices() {
  const any = useNotifications().notifications.length > 0;
  const [Corner, setCorner] = useState<ComponentType | null>(null);
  useEffect(() => {
    // What can't be loaded now is tried again with the next.
    if (any) import("./Corner").then(({ default: loaded }) => setCorner(() => loaded)).catch(() => undefined);
  }, [any]);
  return Corner && <Corner />;
}
