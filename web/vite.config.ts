import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync } from "node:zlib";
import react from "@vitejs/plugin-react";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";

/** The server puts a new nonce in its place with each answer (crates/admin/src/manage/dashboard.rs). */
const NONCE = "{{nonce}}";

/** Where the server runs while the pages are served by Vite: `npm run dev`. */
const server = process.env.LANYARD_URL ?? "http://localhost:3000";

/** Puts a `.br` beside each file that it makes smaller, which the server sends to whoever takes it. index.html is filled in by the server. */
function compressed(): Plugin {
  return {
    name: "compressed",
    apply: "build",
    writeBundle({ dir }) {
      if (!dir) return;
      for (const name of readdirSync(dir, { recursive: true, encoding: "utf8" })) {
        if (!/\.(js|css|svg)$/.test(name)) continue;
        const plain = readFileSync(join(dir, name));
        const small = brotliCompressSync(plain);
        if (small.length < plain.length) writeFileSync(join(dir, `${name}.br`), small);
      }
    },
  };
}

export default defineConfig({
  plugins: [react(), compressed()],
  // In Vite's own server nobody fills the nonce in, and no policy asks for it.
  html: { cspNonce: NONCE },
  build: {
    target: "es2023",
    // Browsers since May 2024: `light-dark()` stays as it is.
    cssTarget: ["chrome123", "firefox120", "safari17.5"],
    // A data: URL would need its own word in the policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
  server: {
    port: 5173,
    fs: { allow: [".."] },
    // The server takes changes from pages of its own origin only.
    proxy: Object.fromEntries(
      ["/v1", "/t", "/docs", "/openapi.json"].map((path) => [
        path,
        { target: server, changeOrigin: true, headers: { origin: server } },
      ]),
    ),
  },
  test: { environment: "happy-dom", include: ["src/**/*.test.{ts,tsx}"], restoreMocks: true },
});
