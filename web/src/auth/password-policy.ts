/** The server's rules for passwords (crates/core/src/password/policy.rs), so that a form can tell before it is sent. */
import common from "../../../crates/core/src/password/common.txt?raw";
import type { Strength } from "./strength";

const MIN_CHARS = 12;
const MIN_COST = 8;
/** What is worth calling very good. */
const STRONG_COST = 14;

const COST = { randomCharacter: 1, commonWord: 3, ownName: 1, run: 1, repeat: 1, number: 2 };

const MIN_WORD = 4;
const MAX_WORD = 32;
const MIN_RUN = 3;
const MAX_REPEAT = 64;
const MAX_NUMBER = 4;

const SEQUENCES = [
  "abcdefghijklmnopqrstuvwxyz",
  "01234567890",
  "!@#$%^&*()",
  "qwertyuiop",
  "asdfghjkl",
  "zxcvbnm",
  "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p",
  "qazwsxedcrfvtgbyhnujmikolp",
  "1q2w3e4r5t6y7u8i9o0p",
];

const MASKS: Record<string, string> = {
  "0": "o",
  "1": "i",
  "!": "i",
  "|": "i",
  "3": "e",
  "€": "e",
  "4": "a",
  "@": "a",
  "5": "s",
  $: "s",
  "7": "t",
};

const COMMON = new Set(common.split("\n").filter((line) => line !== ""));
const NEIGHBOURS = new Set(
  SEQUENCES.flatMap((row) => [...row].slice(1).flatMap((sign, at) => [row[at] + sign, sign + row[at]])),
);

export function judge(password: string, email: string): Strength {
  const signs = [...password];
  if (signs.length < MIN_CHARS) {
    return { verdict: "tooShort", missing: MIN_CHARS - signs.length, percent: (signs.length / MIN_CHARS) * 30 };
  }
  if (/\p{Cc}/u.test(password)) return { verdict: "control", missing: 0, percent: 30 };
  const cost = costOf(password, ownNames(email));
  const percent = Math.min(100, (cost / STRONG_COST) * 100);
  if (cost < MIN_COST) return { verdict: "guessable", missing: 0, percent: Math.min(percent, 50) };
  return { verdict: cost >= STRONG_COST ? "strong" : "good", missing: 0, percent };
}

function ownNames(email: string): string[] {
  const local = email.slice(0, Math.max(0, email.lastIndexOf("@")));
  const names = [...email.split(/[@.]/), local, email, "lanyard"].map((name) => name.toLowerCase());
  return names.filter((name) => name.length >= MIN_WORD);
}

/** The cost of the cheapest row of pieces that make up the text. */
function costOf(text: string, own: readonly string[]): number {
  const signs = [...text.toLowerCase()];
  const plain = signs.map((sign) => MASKS[sign] ?? sign);
  const least = new Array<number>(signs.length + 1).fill(Number.POSITIVE_INFINITY);
  least[0] = 0;
  for (let start = 0; start < signs.length; start++) {
    const here = least[start] ?? 0;
    const piece = (length: number, cost: number) => {
      const end = start + length;
      if (end < least.length) least[end] = Math.min(least[end] ?? Number.POSITIVE_INFINITY, here + cost);
    };
    piece(1, COST.randomCharacter);
    const run = runAt(signs, start);
    for (let length = MIN_RUN; length <= run; length++) piece(length, COST.run);
    const digits = digitsAt(signs, start);
    for (let length = 2; length <= digits; length++) piece(length, COST.number);
    for (let length = 2; length <= Math.min(MAX_REPEAT, start, signs.length - start); length++) {
      if (isRepeat(signs, start, length)) piece(length, COST.repeat);
    }
    for (const written of [signs, plain]) {
      const rest = written.slice(start, start + MAX_WORD).join("");
      for (const name of own) if (rest.startsWith(name)) piece([...name].length, COST.ownName);
      for (let length = MIN_WORD; length <= Math.min(MAX_WORD, signs.length - start); length++) {
        if (COMMON.has(written.slice(start, start + length).join(""))) piece(length, COST.commonWord);
      }
    }
  }
  return least[signs.length] ?? 0;
}

/** How many characters from here on are equal or neighbours, each to the next. */
function runAt(signs: readonly string[], start: number): number {
  let end = start + 1;
  while (end < signs.length && (signs[end] === signs[end - 1] || NEIGHBOURS.has(`${signs[end - 1]}${signs[end]}`)))
    end++;
  return end - start;
}

function digitsAt(signs: readonly string[], start: number): number {
  let count = 0;
  while (count < MAX_NUMBER && /^[0-9]$/.test(signs[start + count] ?? "")) count++;
  return count;
}

function isRepeat(signs: readonly string[], start: number, length: number): boolean {
  for (let at = 0; at < length; at++) {
    if (signs[start - length + at] !== signs[start + at]) return false;
  }
  return true;
}
