// Writes src/api/schema.ts from ../openapi/openapi.json. Usage: node gen.mjs [--check]
import { readFileSync, writeFileSync } from "node:fs";
import openapiTS, { astToString } from "openapi-typescript";

const file = new URL("src/api/schema.ts", import.meta.url);
const document = JSON.parse(readFileSync(new URL("../openapi/openapi.json", import.meta.url), "utf8"));
// Problems are thrown (src/api/problem.ts): what each operation may answer instead of its result would be most of the file.
for (const path of Object.values(document.paths)) {
  for (const operation of Object.values(path)) {
    for (const status of Object.keys(operation.responses ?? {})) {
      if (status >= "400") delete operation.responses[status];
    }
  }
}
// Any JSON value. TypeScript has no type for it that is made of itself.
document.components.schemas.Storable = {};
const ast = await openapiTS(document, { defaultNonNullable: false });
const text = `// Generated from openapi/openapi.json by script/gen.\n\n${astToString(ast)}`;

if (!process.argv.includes("--check")) {
  writeFileSync(file, text);
  console.log("web/src/api/schema.ts is regenerated");
} else if (readFileSync(file, "utf8") === text) {
  console.log("web/src/api/schema.ts is up to date");
} else {
  console.error("web/src/api/schema.ts is stale: run script/gen and commit it");
  process.exit(1);
}
