import { Group, Text } from "@mantine/core";
import icon from "../icon.svg";
import { t } from "../texts";

export function Brand({ size = 24 }: { size?: number }) {
  return (
    <Group gap={9} wrap="nowrap">
      <img src={icon} width={size} height={size} alt="" />
      <Text fw={680} size="lg" lh={1} style={{ letterSpacing: "-0.028em" }}>
        {t.common.product}
      </Text>
    </Group>
  );
}
