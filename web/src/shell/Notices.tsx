import { useNotifications } from "@mantine/notifications";
import { lazy, Suspense, useEffect, useState } from "react";

const Corner = lazy(() => import("./Corner"));

/** What is said in the corner. How it is drawn comes with the first that is said. */
export function Notices() {
  const any = useNotifications().notifications.length > 0;
  const [needed, setNeeded] = useState(false);
  useEffect(() => {
    if (any) setNeeded(true);
  }, [any]);
  return (
    needed && (
      <Suspense>
        <Corner />
      </Suspense>
    )
  );
}
