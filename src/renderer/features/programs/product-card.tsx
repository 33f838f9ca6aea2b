import { useTranslation } from 'react-i18next';
import { Bone } from '../../components/page.tsx';
import { TroubleView } from '../../components/trouble-view.tsx';
import { useFormat } from '../../lib/format-context.tsx';
import { useAppState } from '../../lib/window-context.tsx';
import { DownloadAction } from './download-action.tsx';
import type { ProductReleases } from './group-releases.ts';
import classes from './programs-page.module.css';

type Release = ProductReleases['releases'][number];

export function ProductCard({ group, withPlatform }: { group: ProductReleases; withPlatform: boolean }) {
  return (
    <article className={classes.card} aria-label={group.productName}>
      <header className={classes.head}>
        <span className={classes.tile} aria-hidden>
          {Array.from(group.productName)[0]}
        </span>
        <h2 className={classes.name}>{group.productName}</h2>
      </header>
      {group.releases.map((release) => (
        <ReleaseRow key={release.id} release={release} withPlatform={withPlatform} />
      ))}
    </article>
  );
}

function ReleaseRow({ release, withPlatform }: { release: Release; withPlatform: boolean }) {
  const { t } = useTranslation();
  const format = useFormat();
  const download = useAppState((state) => state.downloads.find(({ releaseId }) => releaseId === release.id));
  const facts = [
    ...(withPlatform ? [t(`platform.${release.platform}`)] : []),
    format.date(release.publishedAt),
    format.bytes(release.size),
  ];
  return (
    <div className={classes.release}>
      <div>
        <p className={classes.version}>
          {t('programs.version', { version: release.version })}
          {release.channel === 'preview' && <span className={classes.channel}>{t('programs.preview')}</span>}
        </p>
        <p className={classes.about}>{facts.join(' · ')}</p>
      </div>
      <DownloadAction release={release} download={download} />
      {download?.state === 'failed' && download.problem !== null && (
        <div className={classes.failure}>
          <TroubleView trouble={download.problem} />
        </div>
      )}
      {release.notes !== '' && (
        <details className={classes.notes}>
          <summary>{t('programs.notes')}</summary>
          <p>{release.notes}</p>
        </details>
      )}
    </div>
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
