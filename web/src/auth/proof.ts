/** The question for the password, and the requests that wait for its answer. */
import { useSyncExternalStore } from "react";
import { hooks } from "../api/send";

/** The requests that wait for the password: one dialogue for all of them. */
let waiting: ((proved: boolean) => void)[] = [];
const listeners = new Set<() => void>();

function tell(): void {
  for (const listener of listeners) listener();
}

/** Answers all that wait. */
export function settle(proved: boolean): void {
  const settled = waiting;
  waiting = [];
  tell();
  for (const go of settled) go(proved);
}

hooks.prove = () =>
  new Promise((resolve) => {
    waiting = [...waiting, resolve];
    tell();
  });

const subscribe = (listener: () => void) => {
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
  };
};

/** Whether the password is asked for. */
export const useWaiting = (): boolean => useSyncExternalStore(subscribe, () => waiting.length > 0);
