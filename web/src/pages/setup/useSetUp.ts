import { useLocalStorage } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { api, ok } from "../../api/client";
import { Problem } from "../../api/problem";
import { useTenant } from "../../lib/useTenant";
import { type Deployment, useDeployments } from "../deployments/queries";
import { useKeys } from "../signing-keys/queries";
import { STEPS, type Step, stepsDone } from "./steps";

/** How often it is asked whether the CMS has called, until it has: its server's first call is awaited at this page. */
const WATCH = 5_000;

export interface SetUp {
  /** What is to be set up: the newsroom's first deployment. */
  deployment: Deployment | null;
  done: readonly Step[];
  open: readonly Step[];
  cmsSends: boolean;
  setCmsSends: (sends: boolean) => void;
  /** When a token was last found good. */
  seenAt: string | null;
}

/** The steps of the set-up that are done and open, as the API tells; `undefined` while it is asked. */
export function useSetUp(): { setUp: SetUp | undefined; problem: Problem | null; retry: () => void } {
  const tenant = useTenant();
  const path = { tenant: tenant.slug };
  // The API can't know of a plan: it is kept in the browser of whoever made it.
  const [cmsSends, setCmsSends] = useLocalStorage({
    key: `lanyard:set-up:${tenant.slug}:cms`,
    defaultValue: false,
    getInitialValueInEffect: false,
  });
  const deployments = useDeployments();
  const deployment = deployments.data?.find(({ name }) => name === "default") ?? deployments.data?.[0] ?? null;
  const keys = useKeys(deployment?.name ?? "default");
  const readers = useQuery({
    queryKey: [...tenant.key, "users", "any"],
    queryFn: async () =>
      (await ok(api.GET("/v1/tenants/{tenant}/users", { params: { path, query: { limit: 1 } } }))).data.length > 0,
  });
  const called = useQuery({
    queryKey: [...tenant.key, "api-keys", "used"],
    queryFn: async () =>
      (await ok(api.GET("/v1/tenants/{tenant}/api-keys", { params: { path, query: { limit: 100 } } }))).data.some(
        ({ last_used_at }) => Boolean(last_used_at),
      ),
    refetchInterval: ({ state }) => (state.data ? false : WATCH),
  });
  const queries = [deployments, readers, called, ...(deployment ? [keys] : [])];
  const failed = queries.find(({ error, data }) => error && data === undefined);
  const retry = () => {
    for (const query of queries) void query.refetch();
  };
  if (failed?.error) return { setUp: undefined, problem: Problem.from(failed.error), retry };
  if (queries.some(({ data }) => data === undefined)) return { setUp: undefined, problem: null, retry };
  const seenAt =
    keys.data
      ?.flatMap(({ last_seen_at }) => (last_seen_at ? [last_seen_at] : []))
      .sort()
      .at(-1) ?? null;
  const done = stepsDone({
    signs: Boolean(deployment?.active_kid),
    readers: readers.data ?? false,
    cmsSends,
    called: called.data ?? false,
    seen: seenAt !== null,
  });
  return {
    setUp: { deployment, done, open: STEPS.filter((step) => !done.includes(step)), cmsSends, setCmsSends, seenAt },
    problem: null,
    retry,
  };
}
