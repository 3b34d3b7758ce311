/** What an event's detail says, field by field. */
export interface Line {
  field: string;
  /** `undefined` where the detail has no before and after. */
  before?: string;
  after: string;
}

export interface Detail {
  kind: "change" | "values";
  lines: Line[];
  /** How many fields a change left as they were. */
  unchanged: number;
}

type Fields = Map<string, string>;

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const text = (value: unknown): string => {
  if (value === null || value === undefined) return "";
  if (Array.isArray(value) && value.every((one) => typeof one !== "object")) return value.join("\n");
  return typeof value === "object" ? JSON.stringify(value) : String(value);
};

function flat(value: unknown, path: string, into: Fields): Fields {
  if (isObject(value)) {
    for (const [name, inner] of Object.entries(value)) flat(inner, path ? `${path}.${name}` : name, into);
  } else {
    into.set(path, text(value));
  }
  return into;
}

/** `{ before, after, … }` becomes what has changed; anything else the fields that it has. */
export function explain(detail: Record<string, unknown>): Detail {
  const { before, after, ...rest } = detail;
  const values = [...flat(rest, "", new Map())].map(([field, after]) => ({ field, after }));
  if (!("before" in detail) || !("after" in detail)) {
    return {
      kind: "values",
      lines: [...flat(detail, "", new Map())].map(([field, after]) => ({ field, after })),
      unchanged: 0,
    };
  }
  const [old, now] = [flat(before, "", new Map()), flat(after, "", new Map())];
  const fields = [...new Set([...old.keys(), ...now.keys()])];
  const changed = fields.filter((field) => old.get(field) !== now.get(field));
  const lines = changed.map((field) => ({ field, before: old.get(field) ?? "", after: now.get(field) ?? "" }));
  return { kind: "change", lines: [...lines, ...values], unchanged: fields.length - changed.length };
}
