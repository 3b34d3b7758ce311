import { Button, Text } from "@mantine/core";
import { Link } from "../components/Link";
import { Page } from "../components/Page";
import { to } from "../routes";
import { t } from "../texts";

export function NotFound() {
  return (
    <Page title={t.common.notFound.title}>
      <Text>{t.common.notFound.body}</Text>
      <Button component={Link} to={to("home")} variant="default" style={{ alignSelf: "flex-start" }}>
        {t.common.notFound.home}
      </Button>
    </Page>
  );
}
