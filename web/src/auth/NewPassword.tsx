import { Group, PasswordInput, type PasswordInputProps, Progress, Text } from "@mantine/core";
import { useId } from "react";
import { t } from "../texts";
import { type Strength, useStrength } from "./strength";

interface NewPasswordProps extends PasswordInputProps {
  value?: string;
  /** The account's address, which guessers try too. */
  email?: string;
}

const COLOURS: Record<Strength["verdict"], string> = {
  tooShort: "red",
  control: "red",
  guessable: "orange",
  good: "petrol",
  strong: "petrol",
};

/** A field for a new password, which says whether the server will take it. */
export function NewPassword({ value = "", email = "", ...props }: NewPasswordProps) {
  const id = useId();
  const strength = useStrength(value, email);
  return (
    <div>
      <PasswordInput
        autoComplete="new-password"
        required
        maxLength={1024}
        value={value}
        {...props}
        aria-describedby={id}
      />
      <Progress
        value={strength?.percent ?? 0}
        color={COLOURS[strength?.verdict ?? "tooShort"]}
        size={4}
        mt={8}
        aria-label={t.auth.strength.label}
      />
      <Group id={id} mt={6} mih={40} align="flex-start" aria-live="polite">
        <Text size="sm" c="dimmed">
          {strength ? said(strength) : t.auth.strength.hint}
        </Text>
      </Group>
    </div>
  );
}

function said({ verdict, missing }: Strength): string {
  return verdict === "tooShort" ? t.auth.strength.tooShort(missing) : t.auth.strength[verdict];
}
