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

/** The fields, and what they were when whoever sits there began to change them. */
export type EditedConfiguration = ConfigurationForm & { base: ConfigurationForm };

export const untouched = (deployment: Deployment): EditedConfiguration => {
  const base = formOf(deployment);
  return { ...base, base };
};

const normal = (value: unknown): unknown => (Array.isArray(value) ? [...value].sort() : value);

/** The fields that were changed here. */
function edits({ base, ...fields }: EditedConfiguration): [string, unknown][] {
  const before: Record<string, unknown> = base;
  return Object.entries(fields)
    .map(([name, value]): [string, unknown] => [name, normal(value)])
    .filter(([name, value]) => JSON.stringify(value) !== JSON.stringify(before[name]));
}

/** What was changed here, on top of what somebody else has changed meanwhile. */
export const rebased = (edited: EditedConfiguration, deployment: Deployment): EditedConfiguration => ({
  ...untouched(deployment),
  ...Object.fromEntries(edits(edited)),
});

/** What can be cleared; an empty text says so here, and `null` there. */
const CLEARED = ["root_url", "max_role"];

/** What was changed, as the API wants it: the rest isn't named, and so stays. */
export const changed = (edited: EditedConfiguration): Record<string, unknown> =>
  Object.fromEntries(
    edits(edited).map(([name, value]) => [name, value === "" && CLEARED.includes(name) ? null : value]),
  );
