import { useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Bone } from '../../components/page.tsx';
import { useAppState } from '../../lib/window-context.tsx';
import type { ProductReleases } from './group-releases.ts';
import classes from './programs-page.module.css';
import { ReleaseRow } from './release-row.tsx';

/** A program: what there is for this machine, and folded, for others. */
export function ProductCard({ group }: { group: ProductReleases }) {
  const { t } = useTranslation();
  const id = useId();
  const { productName, mine, others } = group;
  const platform = useAppState((state) => state.client.platform);
  const moving = useAppState((state) =>
    state.downloads.some(({ releaseId }) => others.some((release) => release.id === releaseId)),
  );
  const [isOpen, setOpen] = useState(moving || mine.length === 0);
  const [wasMoving, setWasMoving] = useState(moving);
  // What begins to move comes into sight; its end closes nothing that the person looks at.
  if (wasMoving !== moving) {
    setWasMoving(moving);
    if (moving) setOpen(true);
  }
  return (
    <section className={classes.card} aria-labelledby={id}>
      <header className={classes.head}>
        <span className={classes.tile} aria-hidden>
          {Array.from(productName)[0]}
        </span>
        <h2 className={classes.name} id={id}>
          {productName}
        </h2>
        {mine.length === 0 && (
          <span className={classes.about}>
            {t('programs.noneHere', { platform: t(`platform.${platform}`) })}
          </span>
        )}
      </header>
      <ul>
        {mine.map((release) => (
          <ReleaseRow key={release.id} release={release} main={release === mine[0]} />
        ))}
      </ul>
      {others.length > 0 && (
        <details
          className={classes.others}
          open={isOpen}
          onToggle={({ currentTarget }) => setOpen(currentTarget.open)}
        >
          <summary>{t('programs.others', { count: others.length })}</summary>
          <ul>
            {others.map((release) => (
              <ReleaseRow key={release.id} release={release} main={false} />
            ))}
          </ul>
        </details>
      )}
    </section>
  );
}

export function ProductCardBones() {
  const { t } = useTranslation();
  return (
    <>
      <p className="visually-hidden" role="status">
        {t('common.loading')}
      </p>
      {[0, 1, 2].map((index) => (
        <div key={index} className={classes.card} aria-hidden>
          <div className={classes.head}>
            <Bone width={32} height={32} />
            <Bone width={96} height={16} />
          </div>
          <div className={classes.release}>
            <Bone width={220} />
          </div>
        </div>
      ))}
    </>
  );
}
