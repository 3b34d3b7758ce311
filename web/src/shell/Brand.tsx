import { Group, Text } from "@mantine/core";
import icon from "../icon.svg";
import { t } from "../texts";

export function Brand({ size = 26 }: { size?: number }) {
  return (
    <Group gap={9} wrap="nowrap">
      <img src={icon} width={size} height={size} alt="" />
      <Text fw={650} size="lg" lh={1} style={{ letterSpacing: "-0.01em" }}>
        {t.common.product}
      </Text>
    </Group>
  );
}
