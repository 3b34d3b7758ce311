import { expect, test } from "vitest";
import { judge } from "./password-policy";

// The same examples as in crates/core/src/password/policy.rs.
const EMAIL = "jane.doe@thepost.example";
const verdict = (password: string) => judge(password, EMAIL).verdict;

test("what is long and random is good in any alphabet", () => {
  for (const good of [
    "correct horse battery staple",
    "kqzvhwrtpmxn",
    "9f8e-2b7c-41d0",
    "T7#qLm!x02vR",
    "Вышел ёжик из тумана",
    "日本語でもよいパスワード",
    "janedoe writes for breakfast",
    `${"q7Zx".repeat(16)}m2Kp9VwT`,
  ]) {
    expect(verdict(good), good).toMatch(/good|strong/);
  }
});

test("what a guesser tries first is refused", () => {
  for (const bad of [
    "password1234",
    "P4$$w0rd2024!",
    "Password123!",
    "qwertyuiop12",
    "1qaz2wsx3edc4rfv",
    "qazwsxedcrfv",
    "abcdefghijklmnop",
    "aaaaaaaaaaaaaaaa",
    "abcabcabcabcabc",
    "k3!k3!k3!k3!k3!k3!",
    "passwordpassword",
    "iloveyou2024",
    "123456789012",
    "!@#$%^&*()!@",
    "lanyardlanyard",
    "Lanyard-2024!",
    "jane.doe@thepost.example",
    "janejanejane2",
    "thepost-jane1",
    "administrator",
    "jane.doe1985!",
    "a".repeat(1024),
  ]) {
    expect(verdict(bad), bad).toBe("guessable");
  }
});

test("twelve characters are the least, and none may be invisible", () => {
  expect(judge("T7#qLm!x02v", EMAIL)).toMatchObject({ verdict: "tooShort", missing: 1 });
  expect(judge("ééééé", EMAIL)).toMatchObject({ verdict: "tooShort", missing: 7 });
  for (const bad of ["T7#qLm!x02vR\0", "T7#qLm!\nx02vR", "T7#qLm!x02\u0085vR"]) expect(verdict(bad)).toBe("control");
});

test("a longer password is never shown as weaker", () => {
  let last = 0;
  const text = "correct horse battery staple";
  for (let length = 1; length <= text.length; length++) {
    const { percent } = judge(text.slice(0, length), EMAIL);
    expect(percent).toBeGreaterThanOrEqual(0);
    expect(percent).toBeLessThanOrEqual(100);
    last = percent;
  }
  expect(last).toBeGreaterThan(50);
});
