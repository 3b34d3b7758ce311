/** The beginning of a file, read before it is sent: which kind it is, and its first records. */

export type Kind = "csv" | "ndjson" | "json";

export interface Preview {
  kind: Kind;
  columns: string[];
  /** The first records' cells; `null` for one that can't be read. */
  rows: (string[] | null)[];
  fault: "empty" | "binary" | "noId" | null;
}

export const CONTENT_TYPES: Record<Kind, string> = {
  csv: "text/csv",
  ndjson: "application/x-ndjson",
  json: "application/json",
};

export const HEAD_BYTES = 64 * 1024;
const MOST_ROWS = 5;
const MOST_COLUMNS = 8;

/** Workbooks, archives and UTF-16 give themselves away by their first bytes. */
const FOREIGN = [
  [0xff, 0xfe],
  [0xfe, 0xff],
  [0x1f, 0x8b],
  [0x50, 0x4b, 0x03, 0x04],
  [0xd0, 0xcf, 0x11, 0xe0],
];

export function kindOf(name: string, text: string): Kind {
  if (/\.(ndjson|jsonl)$/i.test(name)) return "ndjson";
  if (/\.(csv|tsv)$/i.test(name)) return "csv";
  const start = text.trimStart();
  if (start.startsWith("[") || /^\{\s*"users"\s*:\s*\[/.test(start)) return "json";
  if (start.startsWith("{")) return "ndjson";
  return "csv";
}

/** Reads the first bytes of a file; `whole` says whether they are all of it. */
export function preview(name: string, head: Uint8Array, whole: boolean): Preview {
  if (FOREIGN.some((magic) => magic.every((byte, index) => head[index] === byte)) || head.includes(0)) {
    return { kind: "csv", columns: [], rows: [], fault: "binary" };
  }
  const text = new TextDecoder().decode(head).replace(/^\uFEFF/, "");
  const kind = kindOf(name, text);
  if (whole && text.trim() === "") return { kind, columns: [], rows: [], fault: "empty" };
  if (kind === "csv") return csvPreview(text, whole);
  const records = kind === "ndjson" ? ndjsonRecords(text, whole) : jsonRecords(text);
  return { kind, ...tableOf(records), fault: null };
}

function ndjsonRecords(text: string, whole: boolean): unknown[] {
  const lines = text.split(/\r?\n/);
  // The last line goes on where the bytes end.
  if (!whole) lines.pop();
  const full = lines.filter((line) => line.trim() !== "");
  return full.slice(0, MOST_ROWS).map(parse);
}

function jsonRecords(text: string): unknown[] {
  const start = text.indexOf("[");
  const records: unknown[] = [];
  let depth = 0;
  let from = -1;
  let quoted = false;
  for (let at = start + 1; at < text.length && records.length < MOST_ROWS; at++) {
    const sign = text[at];
    if (quoted) {
      if (sign === "\\") at++;
      else if (sign === '"') quoted = false;
    } else if (sign === '"') quoted = true;
    else if (sign === "{" || sign === "[") {
      if (depth === 0) from = at;
      depth++;
    } else if (sign === "}" || sign === "]") {
      depth--;
      if (depth < 0) break;
      if (depth === 0) records.push(parse(text.slice(from, at + 1)));
    }
  }
  return records;
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

function tableOf(records: unknown[]): { columns: string[]; rows: (string[] | null)[] } {
  const isRecord = (one: unknown): one is Record<string, unknown> =>
    typeof one === "object" && one !== null && !Array.isArray(one);
  const names = new Set(records.filter(isRecord).flatMap((record) => Object.keys(record)));
  const columns = [...names].sort((a, b) => Number(b === "id") - Number(a === "id")).slice(0, MOST_COLUMNS);
  const cell = (value: unknown) =>
    value === undefined || value === null ? "" : typeof value === "string" ? value : JSON.stringify(value);
  const rows = records.map((record) => (isRecord(record) ? columns.map((name) => cell(record[name])) : null));
  return { columns, rows };
}

function csvPreview(text: string, whole: boolean): Preview {
  const lines = csvLines(text, whole, MOST_ROWS + 1);
  const head = lines.shift() ?? [];
  const columns = head.slice(0, MOST_COLUMNS).map((name) => name.trim());
  const rows = lines.map((cells) => columns.map((_, index) => cells[index] ?? ""));
  const noId = !head.some((name) => name.trim().toLowerCase() === "id");
  return { kind: "csv", columns, rows, fault: noId ? "noId" : null };
}

/** The first records of a CSV file (RFC 4180), with the separator that its head has most of. */
export function csvLines(text: string, whole: boolean, most: number): string[][] {
  const first = text.split(/\r?\n/, 1)[0] ?? "";
  const count = (separator: string) => first.split(separator).length;
  const separator = [",", ";", "\t"].reduce((best, one) => (count(one) > count(best) ? one : best));
  const records: string[][] = [];
  let cells: string[] = [];
  let cell = "";
  let quoted = false;
  const end = () => {
    cells.push(cell);
    if (cells.length > 1 || cell !== "") records.push(cells);
    cells = [];
    cell = "";
  };
  for (let at = 0; at < text.length && records.length < most; at++) {
    const sign = text[at];
    if (quoted) {
      if (sign !== '"') cell += sign;
      else if (text[at + 1] === '"') {
        cell += '"';
        at++;
      } else quoted = false;
    } else if (sign === '"' && cell === "") quoted = true;
    else if (sign === separator) {
      cells.push(cell);
      cell = "";
    } else if (sign === "\n") end();
    else if (sign !== "\r") cell += sign;
  }
  if (whole && records.length < most && (cells.length > 0 || cell !== "")) end();
  return records;
}
