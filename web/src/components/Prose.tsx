import { Code } from "@mantine/core";

/** A sentence of the server's: what stands between backticks is drawn as code. */
export function Prose({ children }: { children: string }) {
  const parts = children.split("`");
  // An odd number of backticks means that the last one is a sign like any other.
  if (parts.length % 2 === 0) return <span style={{ overflowWrap: "anywhere" }}>{children}</span>;
  return (
    <span style={{ overflowWrap: "anywhere" }}>
      {parts.map((part, index) =>
        index % 2 === 1 ? (
          // biome-ignore lint/suspicious/noArrayIndexKey: the parts of a sentence stay where they are.
          <Code key={index}>{part}</Code>
        ) : (
          part
        ),
      )}
    </span>
  );
}

/** The same with a capital letter at its beginning: the server's findings begin with a small one. */
export const sentence = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
