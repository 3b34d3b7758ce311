import { expect, test } from "vitest";
import { browserName } from "./browser";

test("a browser is called as people call it", () => {
  for (const [agent, name] of [
    [
      "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36",
      "Chrome 156, Linux",
    ],
    ["Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:148.0) Gecko/20100101 Firefox/148.0", "Firefox 148, Windows"],
    [
      "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.1 Safari/605.1.15",
      "Safari 26, macOS",
    ],
    [
      "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36 Edg/156.0.0.0",
      "Edge 156, Windows",
    ],
    ["curl/8.5.0", "curl/8.5.0"],
    ["", "?"],
  ] as const) {
    expect(browserName(agent)).toBe(name);
  }
});
