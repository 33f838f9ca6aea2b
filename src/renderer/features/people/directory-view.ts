import type { z } from 'zod';
import type { Contact, contactSortSchema } from '../../../contract/portal/people.ts';

export type ContactSort = z.infer<typeof contactSortSchema>;
export type ContactState = Contact['state'];

/** What the table shows: which contacts, in which order. */
export interface DirectoryView {
  readonly search: string;
  readonly state: ContactState | null;
  readonly roleId: string | null;
  readonly sort: ContactSort;
  readonly direction: 'asc' | 'desc';
}

export const wholeDirectory: DirectoryView = {
  search: '',
  state: null,
  roleId: null,
  sort: 'name',
  direction: 'asc',
};

export function isNarrowed({ search, state, roleId }: DirectoryView): boolean {
  return search !== '' || state !== null || roleId !== null;
}

/** The order after a column's heading was pressed: the other way round, or that column's first way. The latest sign-in is what people look for. */
export function sortedBy(view: DirectoryView, sort: ContactSort): DirectoryView {
  if (view.sort === sort) return { ...view, direction: view.direction === 'asc' ? 'desc' : 'asc' };
  return { ...view, sort, direction: sort === 'last-sign-in' ? 'desc' : 'asc' };
}

export function nameOf({ firstName, lastName }: Pick<Contact, 'firstName' | 'lastName'>): string {
  return `${firstName} ${lastName}`.trim();
}

/** As the table's order by name goes, which is the portal's: the surnames lead. */
export function listedNameOf({ firstName, lastName }: Pick<Contact, 'firstName' | 'lastName'>): string {
  return `${lastName}, ${firstName}`;
}

export const stateTones = {
  'no-access': 'idle',
  invited: 'busy',
  expired: 'warn',
  active: 'ok',
  suspended: 'stop',
} as const satisfies Record<ContactState, string>;
