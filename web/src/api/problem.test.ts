import { expect, test } from "vitest";
import { faultsOf, fieldPath, Problem } from "./problem";

const problem = (errors: { pointer?: string; parameter?: string; detail: string }[]) =>
  new Problem({ type: "urn:lanyard:problem:fields-invalid", status: 422, detail: "…", errors });

test("a JSON pointer names a form's field", () => {
  expect(fieldPath("/name")).toBe("name");
  expect(fieldPath("/rules/0/limit~1day")).toBe("rules.0.limit/day");
  expect(fieldPath("/a~01")).toBe("a~1");
  expect(fieldPath("")).toBe("");
});

test("each fault goes to its field, and what the form doesn't have is told apart", () => {
  const has = (path: string) => ["name", "scopes", "limit"].includes(path);
  const found = faultsOf(
    problem([
      { pointer: "/name", detail: "is missing" },
      { pointer: "/scopes/2", detail: "is no scope" },
      { parameter: "limit", detail: "must be 1 to 200" },
      { pointer: "/kind", detail: "isn't known" },
      { pointer: "", detail: "must be an object" },
    ]),
    has,
  );
  expect(found.fields).toEqual({ name: "Is missing", scopes: "Is no scope", limit: "Must be 1 to 200" });
  expect(found.rest).toEqual(["kind: isn't known", "Must be an object"]);
});

test("two faults of one field are both told", () => {
  const { fields } = faultsOf(
    problem([
      { pointer: "/name", detail: "is too long" },
      { pointer: "/name", detail: "has control characters" },
    ]),
    () => true,
  );
  expect(fields.name).toBe("Is too long Has control characters");
});

test("an answer that isn't ours is still a problem", async () => {
  const page = new Response("<h1>Bad gateway</h1>", { status: 502 });
  expect(await Problem.of(page)).toMatchObject({ code: "not-understood", status: 502, isPassing: true });
  const limited = Response.json(
    { type: "urn:lanyard:problem:rate-limited", title: "", status: 429, detail: "Slow down." },
    { status: 429, headers: { "retry-after": "7" } },
  );
  expect(await Problem.of(limited)).toMatchObject({ code: "rate-limited", retryAfter: 7, message: "Slow down." });
  expect(Problem.from("whatever").code).toBe("not-understood");
});
