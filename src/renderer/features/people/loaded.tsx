import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Bone } from '../../components/page.tsx';
import { RetryButton } from '../../components/retry-button.tsx';
import { TroubleView } from '../../components/trouble-view.tsx';
import { toTrouble } from '../../lib/problem.ts';

/** A part of a panel that needs what is read meanwhile: its place, why it could not be read with a way to try again, or itself. */
export function Loaded<T>({
  query,
  height,
  children,
}: {
  query: UseQueryResult<T>;
  /** Of the place, in px. */
  height: number;
  children: (data: T) => ReactNode;
}) {
  if (query.data !== undefined) return children(query.data);
  if (query.error === null) return <Bone height={height} />;
  return (
    <TroubleView trouble={toTrouble(query.error)} live>
      <RetryButton busy={query.isFetching} onRetry={() => void query.refetch()} />
    </TroubleView>
  );
}
