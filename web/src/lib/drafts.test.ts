import { beforeEach, expect, test, vi } from "vitest";
import { dropDraft, forgetDrafts, loadDraft, saveDraft } from "./drafts";

beforeEach(() => sessionStorage.clear());

test("a draft is there again, for its account and form only", () => {
  saveDraft("jane", "settings:the-post", { name: "The Post" });
  expect(loadDraft("jane", "settings:the-post")).toEqual({ name: "The Post" });
  expect(loadDraft("eve", "settings:the-post")).toBeNull();
  expect(loadDraft("jane", "settings:other")).toBeNull();
  dropDraft("jane", "settings:the-post");
  expect(loadDraft("jane", "settings:the-post")).toBeNull();
});

test("logging out forgets all drafts, and nothing else", () => {
  saveDraft("jane", "a", { x: 1 });
  saveDraft("jane", "b", { x: 2 });
  sessionStorage.setItem("other", "stays");
  forgetDrafts();
  expect(loadDraft("jane", "a")).toBeNull();
  expect(loadDraft("jane", "b")).toBeNull();
  expect(sessionStorage.getItem("other")).toBe("stays");
});

test("what can't be read is no draft, and a full store stops no form", () => {
  sessionStorage.setItem("draft:jane:a", "{broken");
  sessionStorage.setItem("draft:jane:b", "[1]");
  expect(loadDraft("jane", "a")).toBeNull();
  expect(loadDraft("jane", "b")).toBeNull();
  vi.spyOn(Storage.prototype, "setItem").mockImplementation(() => {
    throw new DOMException("full", "QuotaExceededError");
  });
  expect(() => saveDraft("jane", "a", { x: 1 })).not.toThrow();
});
