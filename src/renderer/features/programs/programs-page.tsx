import { Button } from '@mantine/core';
import { IconPackageOff } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { EmptyState } from '../../components/empty-state.tsx';
import { ExternalLink } from '../../components/external-link.tsx';
import { Page } from '../../components/page.tsx';
import { Segments } from '../../components/segments.tsx';
import { TroubleView } from '../../components/trouble-view.tsx';
import { useFormat } from '../../lib/format-context.tsx';
import { toTrouble } from '../../lib/problem.ts';
import { useAppState, useClient } from '../../lib/window-context.tsx';
import { groupReleases } from './group-releases.ts';
import { ProductCard, ProductCardBones } from './product-card.tsx';
import classes from './programs-page.module.css';

/** A16: the programs that I may install, downloaded and checked before they can be opened. */
export default function ProgramsPage() {
  const { t } = useTranslation();
  const format = useFormat();
  const client = useClient();
  const platform = useAppState((state) => state.client.platform);
  const company = useAppState((state) => state.profile?.membership.account.id ?? null);
  const [shown, setShown] = useState<'mine' | 'all'>('mine');
  const { data, error, isFetching, refetch } = useQuery({
    queryKey: ['programs', company],
    queryFn: () => client.programs.list(),
  });
  const groups = groupReleases(data?.releases ?? [], shown === 'mine' ? platform : null, format.locale);
  const elsewhere = data !== undefined && data.releases.length > 0 && groups.length === 0;

  return (
    <Page
      title={t('page.programs')}
      about={t('programs.about')}
      actions={
        <Segments
          name="platform"
          label={t('programs.platforms')}
          value={shown}
          onChange={setShown}
          options={[
            { value: 'mine', title: t(`platform.${platform}`) },
            { value: 'all', title: t('programs.allPlatforms') },
          ]}
        />
      }
    >
      <div className={classes.products}>
        {error !== null && (
          <TroubleView trouble={toTrouble(error)} live>
            <Button size="xs" loading={isFetching} onClick={() => void refetch()}>
              {t('common.retry')}
            </Button>
          </TroubleView>
        )}
        {data === undefined && error === null && <ProductCardBones />}
        {data !== undefined && groups.length === 0 && (
          <EmptyState
            icon={<IconPackageOff size={32} stroke={1.25} aria-hidden />}
            title={elsewhere ? t('programs.emptyPlatform.title') : t('programs.empty.title')}
            text={elsewhere ? t('programs.emptyPlatform.text') : t('programs.empty.text')}
          >
            {elsewhere && <Button onClick={() => setShown('all')}>{t('programs.showAll')}</Button>}
          </EmptyState>
        )}
        {groups.map((group) => (
          <ProductCard key={group.product} group={group} withPlatform={shown === 'all'} />
        ))}
      </div>
      {data !== undefined && data.buyUrl !== null && (
        <p>
          <ExternalLink href={data.buyUrl}>{t('programs.buy')}</ExternalLink>
        </p>
      )}
    </Page>
  );
}
