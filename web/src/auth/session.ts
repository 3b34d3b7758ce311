/** Who is logged in. The cookie is the server's; a page holds the CSRF token, in memory only. */
import { useQuery } from "@tanstack/react-query";
import { api, ok, type Schema } from "../api/client";
import { Problem } from "../api/problem";
import { hooks } from "../api/send";
import { forgetDrafts } from "../lib/drafts";
import { queryClient } from "../lib/queries";
import { settle } from "./proof";

export type Me = Schema<"WhoAmI">;

/** `ended`: there was a session, and it is over without anybody having logged out here. */
export interface SessionState {
  me: Me | null;
  ended: boolean;
}

const KEY = ["session"];

const held = (): SessionState | undefined => queryClient.getQueryData<SessionState>(KEY);

/** The account that drafts are kept for: also after its session has ended, until another one logs in. */
let owner: string | null = null;
export const draftOwner = (): string | null => owner;

async function read(): Promise<SessionState> {
  try {
    const me = await ok(api.GET("/v1/account"));
    if (owner !== null && owner !== me.account.id) {
      // Somebody else has logged in, in another tab perhaps: nothing of the one before may be seen, or sent.
      settle(false);
      forgetDrafts();
      queryClient.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== KEY[0] });
    }
    owner = me.account.id;
    return { me, ended: false };
  } catch (thrown) {
    if (Problem.from(thrown).status === 401) return { me: null, ended: Boolean(held()?.me) };
    throw thrown;
  }
}

export function useSession() {
  return useQuery({ queryKey: KEY, queryFn: read, staleTime: 60_000, refetchOnWindowFocus: "always" });
}

/** Who is logged in, on pages that nobody else sees. */
export function useMe(): Me {
  const state = useSession().data;
  if (!state?.me) throw new Error("this page needs a session");
  return state.me;
}

/** Reads the session anew: after a change of the account, its newsrooms, or its session. */
export const refreshSession = (): Promise<SessionState> =>
  queryClient.fetchQuery({ queryKey: KEY, queryFn: read, staleTime: 0 });

/** Goes on with a session that was just opened or renewed. */
export async function entered(): Promise<void> {
  const state = await refreshSession();
  if (state.me) void queryClient.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] !== KEY[0] });
}

/** Logs out, and forgets all that was seen. */
export async function logOut(): Promise<void> {
  try {
    await ok(api.DELETE("/v1/sessions/{session}", { params: { path: { session: "current" } } }));
  } catch (thrown) {
    if (Problem.from(thrown).status !== 401) throw thrown;
  }
  leave(false);
  forgetDrafts();
  owner = null;
}

function leave(ended: boolean): void {
  // Whoever logs in next proves a password of their own, and for requests of their own.
  settle(false);
  queryClient.setQueryData<SessionState>(KEY, { me: null, ended });
  queryClient.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== KEY[0] });
}

hooks.csrfToken = () => held()?.me?.csrf_token ?? null;
// Only for who sent the request: with another's session it would be another's act.
hooks.renew = async () => {
  const before = owner;
  const { me } = await refreshSession();
  return me !== null && me.account.id === before;
};
hooks.ended = () => {
  if (held()?.me) leave(true);
};
