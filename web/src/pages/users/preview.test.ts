import { expect, it } from "vitest";
import { csvLines, kindOf, preview } from "./preview";

const bytes = (text: string) => new TextEncoder().encode(text);
const read = (name: string, text: string, whole = true) => preview(name, bytes(text), whole);

it("tells files apart as the server does", () => {
  expect(kindOf("a.JSONL", "")).toBe("ndjson");
  expect(kindOf("a.tsv", "{")).toBe("csv");
  expect(kindOf("db.json", ' { "users" : [')).toBe("json");
  expect(kindOf("x", '[{"id":"1"}]')).toBe("json");
  expect(kindOf("x", '{"id":"1"}\n')).toBe("ndjson");
  expect(kindOf("x", "id,email\n")).toBe("csv");
});

it("reads CSV with quotes, other separators, and an end that was cut off", () => {
  expect(csvLines('id,name\n1,"a ""b"",\nc"\r\n2,d', true, 9)).toEqual([
    ["id", "name"],
    ["1", 'a "b",\nc'],
    ["2", "d"],
  ]);
  expect(csvLines("id;name\n1;a,b\n2;c", false, 9)).toEqual([
    ["id", "name"],
    ["1", "a,b"],
  ]);
  const shown = read("a.csv", "\uFEFFid\tname\n1\tann\n\n2\n");
  expect(shown).toEqual({
    kind: "csv",
    columns: ["id", "name"],
    rows: [
      ["1", "ann"],
      ["2", ""],
    ],
    fault: null,
  });
});

it("shows records of JSON with the id first, and those that can't be read", () => {
  const shown = read("a.ndjson", '{"name":"ann","id":"1"}\nnonsense\n{"id":"3","tags":["x"]}\n{"id', false);
  expect(shown.columns).toEqual(["id", "name", "tags"]);
  expect(shown.rows).toEqual([["1", "ann", ""], null, ["3", "", '["x"]']]);
  expect(read("db.json", '{"users":[{"id":"1","a":"]}"},{"id":"2"}]}').rows).toEqual([
    ["1", "]}"],
    ["2", ""],
  ]);
});

it("finds out what no import takes", () => {
  expect(preview("a.csv", new Uint8Array([0x50, 0x4b, 3, 4]), true).fault).toBe("binary");
  expect(read("a.csv", " \n").fault).toBe("empty");
  expect(read("a.csv", "name,email\nann,x\n").fault).toBe("noId");
});
