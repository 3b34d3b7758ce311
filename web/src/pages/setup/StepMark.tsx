import { VisuallyHidden } from "@mantine/core";
import { IconCheck } from "../../components/icons";
import { t } from "../../texts";
import classes from "./SetUp.module.css";

/** A step's number, or that it is done. */
export function StepMark({ number, done }: { number: number; done: boolean }) {
  return (
    <span className={classes.mark} data-done={done || undefined}>
      <span aria-hidden className={classes.sign}>
        {done ? <IconCheck size={15} stroke={2.6} /> : number}
      </span>
      <VisuallyHidden>{done ? t.setUp.done : t.setUp.toDo}</VisuallyHidden>
    </span>
  );
}
