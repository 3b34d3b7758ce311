import type { Deployment } from "./queries";

export type ConfigurationForm = {
  name: string;
  root_url: string;
  issuer: string;
  audience: string;
  user_id_claim: string;
  profile_claims: string[];
  max_role: string;
  badges: boolean;
  token_lifetime: number | string;
};

/** A deployment as its form shows it: what isn't there is empty. */
export function formOf(deployment: Deployment): ConfigurationForm {
  return {
    name: deployment.name,
    root_url: deployment.root_url ?? "",
    issuer: deployment.issuer ?? "",
    audience: deployment.audience ?? "",
    user_id_claim: deployment.user_id_claim ?? "",
    profile_claims: [...(deployment.profile_claims ?? [])].sort(),
    max_role: deployment.max_role ?? "",
    badges: deployment.badges ?? false,
    token_lifetime: deployment.token_lifetime,
  };
}

/** What can be cleared; an empty text says so here, and `null` there. */
const CLEARED = ["root_url", "max_role"];

/** What was changed, as the API wants it: the rest isn't named, and so stays. */
export function changed(before: ConfigurationForm, after: ConfigurationForm): Record<string, unknown> {
  const changes: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(after)) {
    const now = Array.isArray(value) ? [...value].sort() : value;
    if (JSON.stringify(now) === JSON.stringify((before as Record<string, unknown>)[name])) continue;
    changes[name] = now === "" && CLEARED.includes(name) ? null : now;
  }
  return changes;
}
