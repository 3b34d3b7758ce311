import classes from "./Entrance.module.css";

/** The lanyard that the card hangs from. */
export function Strap() {
  return (
    <>
      <svg className={classes.strap} viewBox="0 0 120 340" width="120" height="340" aria-hidden="true">
        <path className={classes.behind} d="M104 0h14L67 312H55z" />
        <path className={classes.band} d="M2 0h14l49 312H53z" />
        <rect className={classes.clip} x="51" y="306" width="18" height="11" rx="2.5" />
        <path className={classes.hook} d="M60 317v17" />
      </svg>
      <span className={classes.slot} aria-hidden="true" />
    </>
  );
}
