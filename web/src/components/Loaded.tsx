import { Skeleton, Stack } from "@mantine/core";
import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { Problem } from "../api/problem";
import { ProblemAlert } from "./ProblemAlert";

interface LoadedProps<Data> {
  query: UseQueryResult<Data>;
  /** How many lines are drawn while it loads. */
  lines?: number;
  children: (data: Data) => ReactNode;
}

/** What was read, once it is there: grey lines before, what went wrong otherwise. */
export function Loaded<Data>({ query, lines = 3, children }: LoadedProps<Data>) {
  if (query.data !== undefined) return children(query.data);
  if (query.error) return <ProblemAlert problem={Problem.from(query.error)} retry={() => void query.refetch()} />;
  return (
    <Stack gap="sm" aria-busy>
      {Array.from({ length: lines }, (_, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: they are all alike, and never move.
        <Skeleton key={index} height={14} width={`${90 - ((index * 23) % 45)}%`} />
      ))}
    </Stack>
  );
}
