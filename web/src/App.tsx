import { Center, Loader } from "@mantine/core";
import { lazy, type ReactNode, Suspense, useEffect, useState } from "react";
import { Problem } from "./api/problem";
import { useWaiting } from "./auth/proof";
import { type Me, useSession } from "./auth/session";
import { ProblemAlert } from "./components/ProblemAlert";
import { usePlace } from "./router";
import { type Found, find } from "./routes";
import { Entrance } from "./shell/Entrance";
import { Fault } from "./shell/Fault";
import { NotFound } from "./shell/NotFound";
import { Shell } from "./shell/Shell";
import { t } from "./texts";

// What a page that is opened by a member needs none of comes when it is needed.
const LoginForm = lazy(() => import("./auth/LoginForm"));
const ProofDialogue = lazy(() => import("./auth/ProofDialogue"));

export function App() {
  const { path } = usePlace();
  const found = find(path);
  const session = useSession();
  if (found?.route.audience === "anybody") return <Open found={found} path={path} />;
  if (!session.data) {
    if (!session.error) return <Waiting full />;
    return (
      <Entrance>
        <ProblemAlert problem={Problem.from(session.error)} retry={() => void session.refetch()} />
      </Entrance>
    );
  }
  // In place of the page, at its own address: whoever logs in is where they wanted to be.
  if (!session.data.me) {
    return (
      <Fault key="login">
        <Suspense fallback={<Waiting full />}>
          <LoginForm ended={session.data.ended} invited={found?.name === "invitation"} />
        </Suspense>
      </Fault>
    );
  }
  return (
    <>
      <Shell found={found}>
        {maySee(found, session.data.me) ? <Content found={found} path={path} /> : <NotFound />}
      </Shell>
      <Proof />
    </>
  );
}

/** The question for the password, from when it is asked first. */
function Proof() {
  const waiting = useWaiting();
  const [asked, setAsked] = useState(false);
  useEffect(() => {
    if (waiting) setAsked(true);
  }, [waiting]);
  return (
    asked && (
      <Suspense>
        <ProofDialogue />
      </Suspense>
    )
  );
}

function maySee(found: Found | null, me: Me): found is Found {
  switch (found?.route.audience) {
    case undefined:
      return false;
    case "members":
      return me.memberships.some(({ tenant }) => tenant === found?.params.tenant);
    case "platform":
      return me.account.platform_admin;
    default:
      return true;
  }
}

function Content({ found, path }: { found: Found; path: string }) {
  const Shown = found.route.page;
  return (
    <Fault key={path}>
      <Suspense fallback={<Waiting />}>
        <Shown />
      </Suspense>
    </Fault>
  );
}

const Open = ({ found, path }: { found: Found; path: string }): ReactNode => <Content found={found} path={path} />;

function Waiting({ full = false }: { full?: boolean }) {
  return (
    <Center h={full ? "100vh" : "50vh"}>
      <Loader type="dots" role="status" aria-label={t.common.loading} />
    </Center>
  );
}
