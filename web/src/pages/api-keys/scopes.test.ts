import { expect, test } from "vitest";
import { t } from "../../texts";
import { inWords } from "./scopes";

test("scopes are said in words, and many are counted", () => {
  expect(inWords(["tokens:issue", "users:read"])).toBe("Issue tokens, read readers");
  const many = ["tokens:issue", "tokens:introspect", "tokens:revoke", "users:read", "users:write", "usage:read"];
  expect(inWords(many)).toBe("Issue tokens, check tokens, revoke tokens, read readers, 2 more");
  expect(inWords(Object.keys(t.apiKeys.short))).toBe(t.apiKeys.everything);
  expect(inWords(["later:scope"])).toBe("Later:scope");
});

test("every scope that can be chosen has its short words", () => {
  const offered = t.apiKeys.groups.flatMap(({ scopes }) => Object.keys(scopes));
  expect(offered.toSorted()).toEqual(Object.keys(t.apiKeys.short).toSorted());
});
