/** The API, typed by its own description: `await ok(api.GET("/v1/tenants/{tenant}", { params: { path: { tenant } } }))`. */
import createClient from "openapi-fetch";
import type { components, paths } from "./schema";
import { send } from "./send";

/** The types of the description: `Schema<"ApiKeyOut">`. */
export type Schema<Name extends keyof components["schemas"]> = components["schemas"][Name];

/** Throws a {@link Problem} for whatever isn't a success, so an answer is always the one that was asked for. */
export const api = createClient<paths>({ baseUrl: window.location.origin, fetch: send });

/** The body of an answer. */
export async function ok<T>(answer: Promise<{ data?: T }>): Promise<Exclude<T, undefined>> {
  return (await answer).data as Exclude<T, undefined>;
}

/** A thing and its version: send that as `If-Match`, and nobody's change in between is overwritten. */
export async function versioned<T>(
  answer: Promise<{ data?: T; response: Response }>,
): Promise<{ data: Exclude<T, undefined>; etag: string }> {
  const { data, response } = await answer;
  return { data: data as Exclude<T, undefined>, etag: response.headers.get("etag") ?? "*" };
}
