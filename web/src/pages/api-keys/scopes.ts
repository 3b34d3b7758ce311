import { locale } from "../../lib/format";
import { t } from "../../texts";

/** How many are named before the rest is counted. */
const NAMED = 4;

/** What a key may do, as a sentence would say it. */
export function inWords(scopes: readonly string[]): string {
  const all = Object.keys(t.apiKeys.short);
  if (all.every((scope) => scopes.includes(scope))) return t.apiKeys.everything;
  const words = scopes.map((scope) => t.apiKeys.short[scope] ?? scope);
  const shown = words.length > NAMED + 1 ? [...words.slice(0, NAMED), t.apiKeys.more(words.length - NAMED)] : words;
  const text = new Intl.ListFormat(locale(), { type: "unit", style: "long" }).format(shown);
  return text.charAt(0).toLocaleUpperCase(locale()) + text.slice(1);
}
