import type { UseFormReturnType } from "@mantine/form";
import { useCallback, useEffect, useRef, useState } from "react";
import { draftOwner } from "../auth/session";
import { dropDraft, loadDraft, saveDraft } from "./drafts";

/**
 * Keeps what is typed into a form until it is sent: a session that runs out, a reload or a wrong click loses nothing.
 *
 * `name` tells the form from all others, with the ids of what it is about: `settings:the-post`. Name secret fields in
 * `except`; they aren't kept. Call `discard` once the form is sent.
 */
export function useDraft<Values extends Record<string, unknown>>(
  name: string,
  form: UseFormReturnType<Values>,
  { except = [] }: { except?: readonly (keyof Values & string)[] } = {},
): { restored: boolean; discard: () => void } {
  const owner = draftOwner();
  const [restored, setRestored] = useState(false);
  const loaded = useRef(false);
  const latest = useRef(form);
  latest.current = form;
  const secret = useRef(except);

  useEffect(() => {
    const draft = owner === null ? null : loadDraft(owner, name);
    if (draft) {
      const known = Object.entries(draft).filter(([key]) => key in latest.current.getValues());
      latest.current.setValues(Object.fromEntries(known) as Partial<Values>);
      setRestored(true);
    }
    loaded.current = true;
  }, [owner, name]);

  useEffect(() => {
    // The first effect's values aren't in this render yet.
    if (!loaded.current || owner === null || !latest.current.isDirty()) return;
    const kept = Object.entries(form.values).filter(([key]) => !secret.current.includes(key));
    saveDraft(owner, name, Object.fromEntries(kept));
  }, [owner, name, form.values]);

  const discard = useCallback(() => {
    if (owner !== null) dropDraft(owner, name);
    setRestored(false);
  }, [owner, name]);
  return { restored, discard };
}
