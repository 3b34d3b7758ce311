import { t } from "../../texts";

/** An act in words; one that is newer than this page by the name that the API has for it. */
export const actionName = (action: string): string => t.audit.actions[action] ?? action;
