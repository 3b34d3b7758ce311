import { keepPreviousData, QueryCache, QueryClient, useQuery } from "@tanstack/react-query";
import { useCallback } from "react";
import { Problem } from "../api/problem";
import { keepInHistory, usePlace } from "../router";

const MOST_RETRIES = 3;
const SECOND = 1000;

/** What was read. Only what is read is tried again by itself, and only what may go well later. */
export const queryClient = new QueryClient({
  queryCache: new QueryCache(),
  defaultOptions: {
    queries: {
      staleTime: 10 * SECOND,
      retry: (failures, thrown) => failures < MOST_RETRIES && Problem.from(thrown).isPassing,
      retryDelay: (failures, thrown) => {
        const wait = Problem.from(thrown).retryAfter;
        return wait === null ? Math.min(2 ** failures * 500, 8 * SECOND) : wait * SECOND;
      },
    },
    // A change that can't be sent fails at once and says so, instead of happening whenever the network is back.
    mutations: { retry: false, networkMode: "always" },
  },
});

/** A page of a list, as the API answers it. */
export interface ListPage<Row> {
  data: Row[];
  next_cursor?: string | null;
}

/** A list that is read page by page. */
export interface Paged<Row> {
  rows: readonly Row[] | undefined;
  /** The number of the page, from 1. */
  page: number;
  next: (() => void) | null;
  previous: (() => void) | null;
  problem: Problem | null;
  /** Whether what is shown is another page than what was asked for. */
  isMoving: boolean;
  retry: () => void;
}

/**
 * Reads a list page by page. The page is kept in the history: going back from a row shows the same page again.
 *
 * `key` begins with `["tenant", slug, …]`, and has all that the list depends on: when it changes, page 1 is shown.
 */
export function usePagedQuery<Row>(
  key: readonly unknown[],
  read: (cursor: { cursor?: string }) => Promise<ListPage<Row>>,
): Paged<Row> {
  const name = `pages:${JSON.stringify(key)}`;
  const held = usePlace().state[name];
  const cursors: readonly string[] = Array.isArray(held) ? held : [];
  const cursor = cursors.at(-1);
  const query = useQuery({
    queryKey: [...key, { cursor: cursor ?? null }],
    queryFn: () => read(cursor === undefined ? {} : { cursor }),
    placeholderData: keepPreviousData,
  });
  const problem = query.error ? Problem.from(query.error) : null;
  const expired = problem?.code === "cursor-invalid" && cursors.length > 0;
  const retry = useCallback(() => {
    if (expired) keepInHistory(name, []);
    else void query.refetch();
  }, [expired, name, query.refetch]);
  const next = query.data?.next_cursor;
  return {
    rows: query.data?.data,
    page: cursors.length + 1,
    next: next ? () => keepInHistory(name, [...cursors, next]) : null,
    previous: cursors.length > 0 ? () => keepInHistory(name, cursors.slice(0, -1)) : null,
    problem,
    isMoving: query.isPlaceholderData,
    retry,
  };
}
