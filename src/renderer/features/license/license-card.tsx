import { IconAlertTriangle } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import type { LicenseView } from '../../../contract/client/state.ts';
import { Button } from '../../components/button.tsx';
import { StateChip } from '../../components/state-chip.tsx';
import { TroubleDetails } from '../../components/trouble-details.tsx';
import { TroubleView } from '../../components/trouble-view.tsx';
import { useFormat } from '../../lib/format-context.tsx';
import { useNow } from '../../lib/use-now.ts';
import { useUntil } from '../../lib/use-until.ts';
import { useAppState } from '../../lib/window-context.tsx';
import classes from './license-card.module.css';
import { LicenseFacts } from './license-facts.tsx';
import {
  type GiveUp,
  giveUpOf,
  isTimeless,
  mayBorrow,
  nextInstant,
  runwayOf,
  stateWordOf,
  storyOf,
  toneOf,
  untoldOf,
} from './license-story.ts';
import { UseList } from './use-list.tsx';

/** What the person asks for in a card. */
export type LicenseAction = GiveUp | 'borrow';

/** One product's license: its state in words, what happens next, its facts, who uses it now. */
export function LicenseCard({ view, onAct }: { view: LicenseView; onAct: (what: LicenseAction) => void }) {
  const { t } = useTranslation();
  const giveUp = giveUpOf(view);
  const mode = useAppState((state) => state.settings.mode);
  const untold = untoldOf(
    view,
    mode,
    useAppState((state) => state.connection),
  );
  return (
    <article className={classes.card} aria-label={view.productName}>
      <header className={classes.head}>
        <span className={classes.tile} aria-hidden>
          {Array.from(view.productName)[0]}
        </span>
        <h2 className={classes.name}>{view.productName}</h2>
        <StateChip tone={toneOf(view)}>{t(`license.state.${stateWordOf(view, mode)}`)}</StateChip>
        <span className={classes.actions}>
          {mayBorrow(view) && (
            <Button size="xs" onClick={() => onAct('borrow')}>
              {view.kind === 'borrow' ? t('license.borrow.change') : t('license.borrow.open')}
            </Button>
          )}
          {giveUp !== null && (
            <Button size="xs" onClick={() => onAct(giveUp)}>
              {t(`license.giveUp.${giveUp}`)}
            </Button>
          )}
        </span>
      </header>
      <Story view={view} told={untold.problem === null} />
      <Warnings warnings={untold.warnings} />
      {untold.problem !== null && <Problem view={view} problem={untold.problem} />}
      <LicenseFacts view={view} />
      <UseList view={view} />
    </article>
  );
}

/** Who waits was told what it means by the story, and has nothing to do: what is left is the place in the queue, and who has the seats. */
function Problem({ view, problem }: { view: LicenseView; problem: NonNullable<LicenseView['problem']> }) {
  const trouble = { ...problem, data: { ...problem.data, product: undefined } };
  if (view.state === 'queued')
    return (
      <div className={classes.waiting}>
        <TroubleDetails trouble={trouble} />
      </div>
    );
  return <TroubleView trouble={trouble} tone="warning" />;
}

/** `told`: nothing below says what to do instead. */
function Story({ view, told }: { view: LicenseView; told: boolean }) {
  const { t } = useTranslation();
  const format = useFormat();
  const now = useNow(30_000);
  const until = useUntil();
  const story = storyOf(
    view,
    useAppState((state) => state.settings.mode),
  );
  const instant = nextInstant(view);
  const runway = runwayOf(view, now);
  return (
    <div className={classes.story}>
      <p>
        {t(`license.means.${story}`)}{' '}
        {story === 'read-only' && !told ? null : isTimeless(story) ? (
          <span className={classes.next}>{t(`license.next.${story}`)}</span>
        ) : (
          instant !== null && (
            <span className={classes.next}>
              {t(`license.next.${story}`, {
                until: until(instant, now),
                relative: format.relative(instant, now),
                end: until(view.until ?? instant, now),
              })}
            </span>
          )
        )}
      </p>
      {runway !== null && (
        <span
          className={classes.runway}
          data-low={runway < 0.2 || toneOf(view) === 'warn' || undefined}
          aria-hidden
        >
          <span style={{ width: `${runway * 100}%` }} />
        </span>
      )}
    </div>
  );
}

function Warnings({ warnings }: Pick<LicenseView, 'warnings'>) {
  const { t } = useTranslation();
  const format = useFormat();
  const now = useNow(30_000);
  const until = useUntil();
  if (warnings.length === 0) return null;
  return (
    <ul className={classes.warnings}>
      {warnings.map(({ kind, at }) => (
        <li key={`${kind} ${at}`}>
          <IconAlertTriangle size={16} stroke={1.75} aria-hidden />
          {at === null
            ? t(`license.warning.${kind}`)
            : t(`license.warningAt.${kind}`, {
                relative: format.relative(at, now),
                until: until(at, now),
              })}
        </li>
      ))}
    </ul>
  );
}
