import { Text, Tooltip } from "@mantine/core";
import { Section } from "../../components/Section";
import { date, dateTime } from "../../lib/format";
import { useNow } from "../../lib/useNow";
import { t } from "../../texts";
import classes from "./KeyTimeline.module.css";
import { type Life, lives, type Scale, type Stretch, scaleOf } from "./lives";
import type { SigningKey } from "./queries";

const DAY = 86_400_000;

/** Each key's life: when it waited, signed and verified, and until when it will. */
export function KeyTimeline({ keys }: { keys: readonly SigningKey[] }) {
  const now = useNow().getTime();
  const all = lives(keys, now);
  const scale = scaleOf(all, now);
  const stretches = all.flatMap((life) => life.stretches);
  const phases = (["pending", "active", "retiring", "ended"] as const).filter((phase) =>
    phase === "ended"
      ? all.some(({ ended }) => ended !== null)
      : stretches.some((one) => one.phase === phase && !one.planned),
  );
  const label = scale.to - scale.from > 3 * DAY ? date : dateTime;
  return (
    <Section title={t.signingKeys.timeline.title}>
      <div className={classes.frame}>
        {all.map((life) => (
          <Row key={life.key.kid} life={life} scale={scale} now={now} />
        ))}
        <div className={classes.axis} aria-hidden>
          <span>{label(new Date(scale.from))}</span>
          {scale.place(now) > 25 && scale.place(now) < 75 && (
            <b style={{ left: `${scale.place(now)}%` }}>{t.signingKeys.timeline.now}</b>
          )}
          <span>{label(new Date(scale.to))}</span>
        </div>
      </div>
      <ul className={classes.legend} aria-hidden>
        {phases.map((phase) => (
          <li key={phase}>
            <i className={phase === "ended" ? classes.dot : classes.swatch} data-phase={phase} />
            {t.signingKeys.timeline.phases[phase]}
          </li>
        ))}
        {stretches.some(({ planned }) => planned) && (
          <li>
            <i className={classes.swatch} data-phase="retiring" data-planned />
            {t.signingKeys.timeline.future}
          </li>
        )}
        <li>
          <i className={classes.tick} />
          {t.signingKeys.timeline.now}
        </li>
      </ul>
    </Section>
  );
}

const told = ({ phase, from, to }: Stretch): string =>
  t.signingKeys.timeline.part(
    t.signingKeys.timeline.phases[phase] ?? phase,
    dateTime(new Date(from)),
    dateTime(new Date(to)),
  );

function Row({ life: { key, stretches, ended }, scale, now }: { life: Life; scale: Scale; now: number }) {
  return (
    <div className={classes.row}>
      <Text size="xs" fw={550} className={classes.kid ?? ""} truncate title={key.kid}>
        {key.kid}
      </Text>
      <div
        className={classes.track}
        role="img"
        aria-label={t.signingKeys.timeline.life(key.kid, [
          ...stretches.map(told),
          ...(ended === null ? [] : [`${t.signingKeys.facts.ended.toLowerCase()} ${dateTime(new Date(ended))}`]),
        ])}
      >
        {stretches.map((stretch) => {
          const left = scale.place(stretch.from);
          return (
            <Tooltip key={`${stretch.phase} ${stretch.from}`} label={told(stretch)}>
              <div
                className={classes.stretch}
                data-phase={stretch.phase}
                data-planned={stretch.planned || undefined}
                style={{ left: `${left}%`, width: `${scale.place(stretch.to) - left}%` }}
              />
            </Tooltip>
          );
        })}
        {key.state === "active" && <i className={classes.onwards} style={{ left: `${scale.place(now)}%` }} />}
        {ended !== null && (
          <i className={classes.dot} data-state={key.state} style={{ left: `${scale.place(ended)}%` }} />
        )}
        <i className={classes.now} style={{ left: `${scale.place(now)}%` }} />
      </div>
    </div>
  );
}
