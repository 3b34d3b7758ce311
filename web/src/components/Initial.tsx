import { Avatar } from "@mantine/core";

/** A newsroom's first letter, beside its name. */
export function Initial({ name, size = 26 }: { name: string; size?: number }) {
  return (
    <Avatar size={size} radius="sm" color="petrol" variant="filled" aria-hidden>
      {[...name][0]?.toUpperCase()}
    </Avatar>
  );
}
