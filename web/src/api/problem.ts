/** What goes wrong, as the server says it: problem+json (RFC 9457); docs/problems.md has all. */
import type { components } from "./schema";

export type ProblemDocument = components["schemas"]["Problem"];
export type FieldFault = components["schemas"]["FieldError"];

const PREFIX = "urn:lanyard:problem:";

/** An answer that isn't the one asked for. What no server said has the codes `network` and `not-understood`. */
export class Problem extends Error {
  readonly code: string;
  readonly status: number;
  readonly faults: readonly FieldFault[];
  /** Seconds after which to try again, where the server says so. */
  readonly retryAfter: number | null;

  constructor(document: Partial<ProblemDocument>, retryAfter: number | null = null) {
    super(document.detail ?? "");
    this.name = "Problem";
    this.code = document.type?.startsWith(PREFIX) ? document.type.slice(PREFIX.length) : (document.type ?? "");
    this.status = document.status ?? 0;
    this.faults = document.errors ?? [];
    this.retryAfter = retryAfter;
  }

  /** Whether the same may go well a little later. */
  get isPassing(): boolean {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }

  static async of(response: Response): Promise<Problem> {
    const seconds = Number(response.headers.get("retry-after") ?? Number.NaN);
    const retryAfter = Number.isFinite(seconds) ? seconds : null;
    try {
      const document: unknown = await response.json();
      if (typeof document === "object" && document !== null && "type" in document) {
        return new Problem(document as ProblemDocument, retryAfter);
      }
    } catch {
      // Not JSON: a proxy answered.
    }
    return new Problem({ type: "not-understood", status: response.status }, retryAfter);
  }

  /** Whatever was thrown, as a problem. */
  static from(thrown: unknown): Problem {
    if (thrown instanceof Problem) return thrown;
    return new Problem({ type: "not-understood", detail: thrown instanceof Error ? thrown.message : "" });
  }
}

/** The path of a form's field that a JSON pointer (RFC 6901) names: `/rules/0/name` is `rules.0.name`. */
export function fieldPath(pointer: string): string {
  const parts = pointer.split("/").slice(1);
  return parts.map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~")).join(".");
}

/** What is wrong with a form: by field, and the rest. `has` says which fields the form has. */
export function faultsOf(
  problem: Problem,
  has: (path: string) => boolean,
): { fields: Record<string, string>; rest: string[] } {
  const fields: Record<string, string> = {};
  const rest: string[] = [];
  for (const { pointer, parameter, detail } of problem.faults) {
    // The server's sentences begin with a small letter, as they follow the field's name.
    const said = detail.charAt(0).toUpperCase() + detail.slice(1);
    let path = pointer === undefined ? (parameter ?? "") : fieldPath(pointer);
    // A fault inside a value belongs to the field that holds it.
    while (path !== "" && !has(path)) path = path.includes(".") ? path.slice(0, path.lastIndexOf(".")) : "";
    if (path === "") {
      const where = pointer === undefined ? (parameter ?? "") : fieldPath(pointer);
      rest.push(where ? `${where}: ${detail}` : said);
    } else {
      fields[path] = fields[path] ? `${fields[path]} ${said}` : said;
    }
  }
  return { fields, rest };
}
