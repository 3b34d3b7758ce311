/** Two people change the same settings: what each has changed since both saw the same. */
type Values = Readonly<Record<string, unknown>>;

const same = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other);

/** The fields in which two versions differ, with what the second has. */
export function changes<V extends Values>(before: V, after: V): Partial<V> {
  const names = Object.keys(after).filter((name) => !same(before[name], after[name]));
  return Object.fromEntries(names.map((name) => [name, after[name]])) as Partial<V>;
}

/** The fields that both have changed, and not to the same value: somebody has to choose. */
export function conflicts<V extends Values>(base: V, yours: V, theirs: V): (keyof V & string)[] {
  const both = Object.keys(changes(base, yours)).filter((name) => name in changes(base, theirs));
  return both.filter((name) => !same(yours[name], theirs[name]));
}

/** What is to be saved: theirs, with your changes, and in a conflict what was chosen. */
export function merged<V extends Values>(base: V, yours: V, theirs: V, keepTheirs: readonly string[]): V {
  const mine = Object.entries(changes(base, yours)).filter(([name]) => !keepTheirs.includes(name));
  return { ...theirs, ...Object.fromEntries(mine) };
}
