import type { QueryClient } from '@tanstack/react-query';
import type { Contact } from '../../../contract/portal/people.ts';
import type { Client } from '../../lib/link.ts';
import type { DirectoryView } from './directory-view.ts';

/** Contacts in a page. Page `n` holds the rows from `n * pageSize`, wherever the reading began. */
export const pageSize = 100;

export interface DirectoryPage {
  readonly index: number;
  readonly contacts: readonly Contact[];
  readonly next: string | null;
  readonly previous: string | null;
  readonly total: number;
}

/** Everything of the directory that is kept of one company; what hangs below goes with it. */
export function directoryKey(accountId: string) {
  return ['people', accountId, 'contacts'] as const;
}

export function pageKey(accountId: string, view: DirectoryView, index: number) {
  return [...directoryKey(accountId), view, index] as const;
}

interface Needs {
  readonly client: Client;
  readonly queries: QueryClient;
  readonly accountId: string;
  readonly view: DirectoryView;
  readonly signal: AbortSignal;
}

/**
 * Reads one page in the cheapest way that leads there: from either end, along the cursor of a neighbor that is already here, and by
 * position only where the scroll bar was dragged. When the directory changed meanwhile and the cursor leads elsewhere, by position too.
 */
export async function readPage(needs: Needs, index: number): Promise<DirectoryPage> {
  const { client, queries, accountId, view, signal } = needs;
  const start = index * pageSize;
  const page = (at: number) => {
    const state = queries.getQueryState<DirectoryPage>(pageKey(accountId, view, at));
    return state?.isInvalidated === false ? state.data : undefined;
  };
  const ask = (from: Partial<Parameters<Client['people']['listContacts']>[0]>) =>
    client.people.listContacts(
      {
        sort: view.sort,
        direction: view.direction,
        ...(view.search === '' ? {} : { search: view.search }),
        ...(view.state === null ? {} : { state: view.state }),
        ...(view.roleId === null ? {} : { roleId: view.roleId }),
        limit: pageSize,
        ...from,
      },
      { signal },
    );

  const following = page(index - 1)?.next ?? null;
  const preceding = page(index + 1)?.previous ?? null;
  const total = knownTotal(queries, accountId, view);
  let answer =
    index === 0
      ? await ask({ from: 'first' })
      : following !== null
        ? await ask({ cursor: following })
        : preceding !== null
          ? await ask({ cursor: preceding })
          : total !== null && total > start && total <= start + pageSize
            ? await ask({ from: 'last', limit: total - start })
            : await ask({ offset: start });
  if (answer.offset !== start && answer.contacts.length > 0) answer = await ask({ offset: start });
  return {
    index,
    contacts: answer.contacts,
    next: answer.next,
    previous: answer.previous,
    total: answer.total,
  };
}

/** How many rows the latest page of this view said there are. */
function knownTotal(queries: QueryClient, accountId: string, view: DirectoryView): number | null {
  const pages = queries
    .getQueryCache()
    .findAll({ queryKey: [...directoryKey(accountId), view] })
    .sort((a, b) => b.state.dataUpdatedAt - a.state.dataUpdatedAt);
  return (pages[0]?.state.data as DirectoryPage | undefined)?.total ?? null;
}
