import { notifications } from "@mantine/notifications";
import { useMutation } from "@tanstack/react-query";
import { faultsOf, Problem } from "../api/problem";
import { t } from "../texts";
import { queryClient } from "./queries";

/** A form of Mantine's, whatever its fields. */
interface AnyForm {
  setErrors: (errors: Record<string, string>) => void;
  getInputNode: (path: never) => HTMLElement | null;
  getValues: () => unknown;
}

interface ChangeOptions<Input, Output> {
  /** Sends it. */
  run: (input: Input) => Promise<Output>;
  /** What has to be read anew then: beginnings of query keys. */
  invalidate?: readonly (readonly unknown[])[];
  /** The form that it comes from: wrong fields are shown there. */
  form?: AnyForm;
  /** What is said in the corner when it is done. */
  said?: string;
  done?: (output: Output, input: Input) => void | Promise<void>;
}

/** A change: `<form onSubmit={form.onSubmit(change.send)}>`, `<ProblemAlert problem={change.problem} />`. */
export interface Change<Input> {
  send: (input: Input) => void;
  busy: boolean;
  /** Without what is shown at the form's fields. */
  problem: Problem | null;
  /** Wrong fields that the form doesn't show. */
  rest: readonly string[];
  reset: () => void;
}

const hasPath = (values: unknown, path: string): boolean => {
  let here: unknown = values;
  for (const part of path.split(".")) {
    if (typeof here !== "object" || here === null || !(part in here)) return false;
    here = (here as Record<string, unknown>)[part];
  }
  return true;
};

export function useChange<Input = void, Output = unknown>(options: ChangeOptions<Input, Output>): Change<Input> {
  const { run, invalidate = [], form, said, done } = options;
  const faults = (problem: Problem) =>
    faultsOf(problem, (path) => form !== undefined && hasPath(form.getValues(), path));
  const mutation = useMutation({
    mutationFn: run,
    onSuccess: async (output, input) => {
      await Promise.all(invalidate.map((queryKey) => queryClient.invalidateQueries({ queryKey: [...queryKey] })));
      if (said)
        notifications.show({ message: said, color: "teal", closeButtonProps: { "aria-label": t.common.close } });
      await done?.(output, input);
    },
    onError: (thrown) => {
      const { fields } = faults(Problem.from(thrown));
      form?.setErrors(fields);
      const first = Object.keys(fields)[0];
      // Once the error is there to be read with the field.
      if (first !== undefined) setTimeout(() => form?.getInputNode(first as never)?.focus());
    },
  });
  const problem = mutation.error ? Problem.from(mutation.error) : null;
  const split = problem && faults(problem);
  const allShown = split !== null && Object.keys(split.fields).length > 0 && split.rest.length === 0;
  return {
    send: mutation.mutate,
    busy: mutation.isPending,
    problem: allShown ? null : problem,
    rest: split?.rest ?? [],
    reset: mutation.reset,
  };
}
