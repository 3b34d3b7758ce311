// @vitest-environment node
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

/** What no page calls, and why nobody who sits before one misses it. */
const UNCALLED: Record<string, string> = {
  "GET /livez": "A load balancer asks it. People read the platform's health.",
  "GET /readyz": "A load balancer asks it. People read the platform's health.",
  "GET /t/{tenant}/": "Plugins of Talk ask it, with a reader's token.",
  "POST /t/{tenant}/": "The CMS exchanges a reader's id there, as Talk's demo service has it.",
  "GET /t/{tenant}/.well-known/jwks.json":
    "Programs fetch public keys there. People export them with the signing keys.",
  "GET /t/{tenant}/{deployment}/.well-known/jwks.json":
    "Programs fetch public keys there. People export them with the signing keys.",
  "POST /t/{tenant}/exchange": "A reader's browser redeems its code there.",
  "GET /t/{tenant}/lanyard.js": "The newsroom's pages load it. The embed code has its address.",
  "GET /v1/tenants": "The session tells which newsrooms one is a member of.",
  "GET /v1/tenants/{tenant}": "The session tells its name, role and status.",
  "GET /v1/tenants/{tenant}/api-keys/{api_key}": "The list says all that there is to say of each key.",
  "GET /v1/tenants/{tenant}/deployments/{deployment}/signing-keys/{kid}":
    "The list says all that there is to say of each key.",
  "PUT /v1/tenants/{tenant}/users/{user}":
    "Programs send whole records. The form sends what was changed, so nothing of others' is lost.",
  "POST /v1/tenants/{tenant}/tokens/batch": "The CMS asks for the tokens of many readers. A person tries one.",
  "POST /v1/tenants/{tenant}/tokens/codes": "The CMS makes a code for its page, where it is redeemed within a minute.",
  "POST /v1/tenants/{tenant}/tokens/introspect":
    "Programs ask whether a token is good. The checker says it to people, rule by rule.",
};

const root = join(import.meta.dirname, "..");
const description = JSON.parse(readFileSync(join(root, "../../openapi/openapi.json"), "utf8")) as {
  paths: Record<string, Record<string, unknown>>;
};
const METHODS = ["get", "put", "post", "delete", "patch"];
const operations = Object.entries(description.paths).flatMap(([path, methods]) =>
  METHODS.filter((method) => method in methods).map((method) => `${method.toUpperCase()} ${path}`),
);

/** Calls of the typed client, links and uploads: `GET /v1/tenants/{tenant}`. */
function calls(source: string): string[] {
  const typed = [...source.matchAll(/\bapi\.(GET|PUT|POST|DELETE|PATCH)\(\s*"([^"]+)"/g)];
  // Links and uploads have the path as a template: what is filled in is one part of it.
  const written = [...source.matchAll(/(upload<\w+>\(\{\s*path: |)`(\/v1\/[^`]*)`/g)].map(([, upload, template]) => {
    const path = (template ?? "").replaceAll(/\$\{[^}]*\}/g, "*").replace(/\?.*$/, "");
    const pattern = new RegExp(`^${upload ? "POST" : "GET"} ${path.replaceAll("*", "\\{\\w+\\}")}$`);
    return operations.find((operation) => pattern.test(operation)) ?? `unknown ${path}`;
  });
  return [...typed.map(([, method, path]) => `${method} ${path}`), ...written];
}

const sources = readdirSync(root, { recursive: true, encoding: "utf8" }).filter(
  (name) => /\.tsx?$/.test(name) && !/\.test\.|schema\.ts$|client\.ts$/.test(name),
);
const called = new Set(sources.flatMap((name) => calls(readFileSync(join(root, name), "utf8"))));

test("a page calls each route that a person would use", () => {
  expect(operations.filter((operation) => !called.has(operation) && !(operation in UNCALLED))).toEqual([]);
});

test("what is said to be called by no page exists, and isn't called", () => {
  expect(Object.keys(UNCALLED).filter((operation) => called.has(operation))).toEqual([]);
  expect(Object.keys(UNCALLED).filter((operation) => !operations.includes(operation))).toEqual([]);
  expect([...called].filter((operation) => !operations.includes(operation))).toEqual([]);
});
