import { Button, Progress, Stack } from "@mantine/core";
import { Link } from "../../components/Link";
import { Section } from "../../components/Section";
import { useTenant } from "../../lib/useTenant";
import { to } from "../../routes";
import { t } from "../../texts";
import classes from "./SetUp.module.css";
import { StepMark } from "./StepMark";
import { STEPS } from "./steps";
import { useSetUp } from "./useSetUp";

/** The steps of the set-up that are still open, for the overview; nothing once all are done. */
export function SetUpSteps() {
  const tenant = useTenant();
  const { setUp } = useSetUp();
  if (!setUp || setUp.open.length === 0) return null;
  const path = to("setUp", { tenant: tenant.slug });
  return (
    <Section
      title={t.setUp.open}
      lead={t.setUp.lead(setUp.done.length, STEPS.length)}
      actions={
        <Button component={Link} to={path} size="xs">
          {t.setUp.goOn}
        </Button>
      }
    >
      <Stack gap="sm">
        <Progress value={(setUp.done.length / STEPS.length) * 100} size={4} aria-label={t.setUp.title} />
        <ol className={classes.short}>
          {setUp.open.map((step) => (
            <li key={step}>
              <StepMark number={STEPS.indexOf(step) + 1} done={false} />
              <Link to={`${path}#${step}`} className={classes.link}>
                {step === "newsroom" ? t.setUp.steps.newsroom.title : t.setUp.steps[step].short}
              </Link>
            </li>
          ))}
        </ol>
      </Stack>
    </Section>
  );
}
