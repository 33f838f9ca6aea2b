import { IconPackageOff } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { EmptyState } from '../../components/empty-state.tsx';
import { ExternalLink } from '../../components/external-link.tsx';
import { Page } from '../../components/page.tsx';
import { RetryButton } from '../../components/retry-button.tsx';
import { TroubleView } from '../../components/trouble-view.tsx';
import { useFormat } from '../../lib/format-context.tsx';
import { toTrouble } from '../../lib/problem.ts';
import { useAppState, useClient } from '../../lib/window-context.tsx';
import { groupReleases, orphansOf } from './group-releases.ts';
import { ProductCard, ProductCardBones } from './product-card.tsx';
import classes from './programs-page.module.css';
import { OrphanRow } from './release-row.tsx';

/** A16: the programs that I may install, downloaded and checked before they can be opened. */
export default function ProgramsPage() {
  const { t } = useTranslation();
  const format = useFormat();
  const client = useClient();
  const platform = useAppState((state) => state.client.platform);
  const company = useAppState((state) => state.profile?.membership.account.id ?? null);
  const connection = useAppState((state) => state.connection);
  const downloads = useAppState((state) => state.downloads);
  const { data, error, isFetching, refetch } = useQuery({
    queryKey: ['programs', company],
    queryFn: ({ signal }) => client.programs.list(undefined, { signal }),
  });
  const releases = data?.releases ?? [];
  const orphans = orphansOf(downloads, releases);
  const settled = data !== undefined || error !== null;

  const before = useRef(connection.state);
  useEffect(() => {
    if (before.current === 'offline' && connection.state === 'online') void refetch();
    before.current = connection.state;
  }, [connection.state, refetch]);

  return (
    <Page title={t('page.programs')} about={t('programs.about')}>
      {error !== null ? (
        <TroubleView trouble={toTrouble(error)} tone={data === undefined ? 'error' : 'warning'} live>
          <RetryButton busy={isFetching} onRetry={() => void refetch()} />
        </TroubleView>
      ) : (
        connection.state === 'offline' && (
          <div role="status">
            <TroubleView trouble={connection.problem ?? { code: 'network-offline' }} tone="warning" />
          </div>
        )
      )}
      <div className={classes.products}>
        {data === undefined && error === null && <ProductCardBones />}
        {settled && orphans.length > 0 && (
          <section className={classes.card} aria-labelledby="downloads-heading">
            <header className={classes.head}>
              <h2 className={classes.name} id="downloads-heading">
                {t('programs.onThisDevice')}
              </h2>
            </header>
            <ul>
              {orphans.map((download) => (
                <OrphanRow key={download.releaseId} download={download} />
              ))}
            </ul>
          </section>
        )}
        {data !== undefined && releases.length === 0 && (
          <EmptyState
            icon={<IconPackageOff size={32} stroke={1.25} aria-hidden />}
            title={t('programs.empty.title')}
            text={t('programs.empty.text')}
          >
            {data.buyUrl !== null && <ExternalLink href={data.buyUrl}>{t('programs.buy')}</ExternalLink>}
          </EmptyState>
        )}
        {groupReleases(releases, platform, format.locale).map((group) => (
          <ProductCard key={group.product} group={group} />
        ))}
      </div>
      {data !== undefined && releases.length > 0 && data.buyUrl !== null && (
        <p>
          <ExternalLink href={data.buyUrl}>{t('programs.buy')}</ExternalLink>
        </p>
      )}
    </Page>
  );
}
