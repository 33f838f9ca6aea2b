import { type UseQueryResult, useQueries, useQueryClient } from '@tanstack/react-query';
import { useCallback, useMemo, useState } from 'react';
import type { Contact } from '../../../contract/portal/people.ts';
import { type Trouble, toTrouble } from '../../lib/problem.ts';
import { useClient } from '../../lib/window-context.tsx';
import { type DirectoryPage, pageKey, pageSize, readPage } from './directory-pages.ts';
import type { DirectoryView } from './directory-view.ts';
import { useAccountId } from './use-people.ts';

/** First and last page that the table needs now. */
export interface PageRange {
  readonly first: number;
  readonly last: number;
}

export interface Directory {
  /** Rows that match; null before the first answer. */
  readonly total: number | null;
  /** The contact at a position, undefined while its page is on the way. */
  row(index: number): Contact | undefined;
  /** What shows is of the view before, until this one's first page is here. */
  readonly late: boolean;
  /** It is late and on its way: not when it was refused. */
  readonly searching: boolean;
  readonly loading: boolean;
  readonly trouble: Trouble | null;
  retry(): void;
}

interface Shown {
  readonly view: DirectoryView;
  readonly pages: ReadonlyMap<number, DirectoryPage>;
  readonly total: number;
}

/** The pages of a view that the table needs, kept and read again by the query cache. Until a new view's rows are here, those of the last one stay. */
export function useDirectory(view: DirectoryView, range: PageRange): Directory {
  const client = useClient();
  const queries = useQueryClient();
  const accountId = useAccountId();
  const wanted = Array.from({ length: range.last - range.first + 1 }, (_, step) => range.first + step);
  const found = useQueries({
    queries: wanted.map((index) => ({
      queryKey: pageKey(accountId, view, index),
      queryFn: ({ signal }: { signal: AbortSignal }) =>
        readPage({ client, queries, accountId, view, signal }, index),
    })),
    combine,
  });

  const [shown, setShown] = useState<Shown | null>(null);
  const current = useMemo(() => shownOf(view, found), [view, found]);
  if (current !== null && current !== shown) setShown(current);
  const display = current ?? shown;
  const late = current === null && shown !== null && shown.view !== view;

  const row = useCallback(
    (index: number) => display?.pages.get(Math.floor(index / pageSize))?.contacts[index % pageSize],
    [display],
  );
  const { refetch } = found;
  return {
    total: display?.total ?? null,
    row,
    late,
    searching: late && found.error === null,
    loading: found.loading,
    trouble: found.error === null ? null : toTrouble(found.error),
    retry: refetch,
  };
}

interface Found {
  readonly pages: readonly DirectoryPage[];
  /** Of the latest answer. */
  readonly total: number | null;
  readonly loading: boolean;
  readonly error: Error | null;
  readonly refetch: () => void;
}

function combine(results: UseQueryResult<DirectoryPage>[]): Found {
  const answered = results.filter((result) => result.data !== undefined);
  const latest = answered.toSorted((a, b) => b.dataUpdatedAt - a.dataUpdatedAt)[0];
  return {
    pages: answered.flatMap(({ data }) => data ?? []),
    total: latest?.data?.total ?? null,
    loading: results.some((result) => result.isFetching),
    error: results.find((result) => result.isError)?.error ?? null,
    refetch: () => {
      for (const result of results) if (result.isError) void result.refetch();
    },
  };
}

function shownOf(view: DirectoryView, { pages, total }: Found): Shown | null {
  return total === null ? null : { view, total, pages: new Map(pages.map((page) => [page.index, page])) };
}
