import { type UseQueryResult, useQuery, useQueryClient } from '@tanstack/react-query';
import { useMemo } from 'react';
import type { z } from 'zod';
import type { Contact, Pool, roleSchema } from '../../../contract/portal/people.ts';
import { may } from '../../lib/pages.ts';
import { useAppState, useClient } from '../../lib/window-context.tsx';
import { type DirectoryPage, directoryKey } from './directory-pages.ts';

export type Role = z.infer<typeof roleSchema>;

/** The company that the person is in; the page shows only with a profile. */
export function useAccountId(): string {
  return useAppState((state) => state.profile?.membership.account.id ?? '');
}

const poolsKey = (accountId: string) => ['people', accountId, 'pools'] as const;
const contactKey = (accountId: string, id: string) => ['people', accountId, 'contact', id] as const;

export function usePools(): UseQueryResult<{ pools: Pool[] }> {
  const client = useClient();
  const accountId = useAccountId();
  const enabled = useAppState((state) => may(state, 'seat:read'));
  return useQuery({
    queryKey: poolsKey(accountId),
    queryFn: ({ signal }) => client.people.listPools(undefined, { signal }),
    enabled,
  });
}

export function useRoles(): UseQueryResult<{ roles: Role[]; helpUrl: string }> {
  const client = useClient();
  const accountId = useAccountId();
  const enabled = useAppState((state) => may(state, 'role:read'));
  return useQuery({
    queryKey: ['people', accountId, 'roles'],
    queryFn: ({ signal }) => client.people.listRoles(undefined, { signal }),
    enabled,
    staleTime: 5 * 60_000,
  });
}

/** One contact as it is now; what the table knows shows at once. */
export function useContact(known: Contact): UseQueryResult<Contact> {
  const client = useClient();
  const accountId = useAccountId();
  return useQuery({
    queryKey: contactKey(accountId, known.id),
    queryFn: ({ signal }) => client.people.getContact({ id: known.id }, { signal }),
    placeholderData: known,
    staleTime: 0,
  });
}

export interface PeopleCache {
  /** A contact as the portal answered it: replaced wherever it shows, so that the table keeps its place. */
  put(contact: Contact): void;
  /** Rows were added or taken away: what shows is read again, the rest when it is next needed. */
  rowsChanged(): void;
  seatsChanged(): void;
  /** A pool as the portal answered it. */
  putPool(pool: Pool): void;
}

export function usePeopleCache(): PeopleCache {
  const queries = useQueryClient();
  const accountId = useAccountId();
  return useMemo(
    () => ({
      put(contact) {
        queries.setQueryData(contactKey(accountId, contact.id), contact);
        queries.setQueriesData<DirectoryPage>({ queryKey: directoryKey(accountId) }, (page) =>
          page?.contacts.some(({ id }) => id === contact.id)
            ? { ...page, contacts: page.contacts.map((old) => (old.id === contact.id ? contact : old)) }
            : page,
        );
      },
      rowsChanged() {
        queries.removeQueries({ queryKey: directoryKey(accountId), type: 'inactive' });
        void queries.invalidateQueries({ queryKey: directoryKey(accountId) });
      },
      seatsChanged() {
        void queries.invalidateQueries({ queryKey: poolsKey(accountId) });
      },
      putPool(pool) {
        queries.setQueryData<{ pools: Pool[] }>(poolsKey(accountId), (before) =>
          before === undefined
            ? before
            : { pools: before.pools.map((old) => (old.id === pool.id ? pool : old)) },
        );
      },
    }),
    [queries, accountId],
  );
}
