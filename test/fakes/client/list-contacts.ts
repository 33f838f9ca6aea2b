import type { Contact } from '../../../src/contract/portal/people.ts';
import { queryWords, searchWords } from '../../../src/domain/search-words.ts';
import { plain } from './fake-directory.ts';

interface Ask {
  readonly cursor?: string | undefined;
  readonly limit: number;
  readonly search?: string | undefined;
  readonly sort: 'name' | 'email' | 'role' | 'state' | 'created' | 'last-sign-in';
  readonly direction: 'asc' | 'desc';
  readonly state?: Contact['state'] | undefined;
  readonly roleId?: string | undefined;
  readonly from: 'first' | 'last';
  readonly offset?: number | undefined;
}

/** One page. The cursor is the position of the page's first row; the portal's is a key, and just as opaque. */
export function listContacts(contacts: readonly Contact[], ask: Ask) {
  const rows = matching(contacts, ask);
  const asked = ask.cursor === undefined ? null : Number(ask.cursor);
  const offset = Math.max(0, asked ?? ask.offset ?? (ask.from === 'last' ? rows.length - ask.limit : 0));
  const end = Math.min(rows.length, offset + ask.limit);
  return {
    contacts: rows.slice(offset, end),
    next: end < rows.length ? String(end) : null,
    previous: offset > 0 ? String(Math.max(0, offset - ask.limit)) : null,
    total: rows.length,
    offset,
  };
}

const cache = new WeakMap<readonly Contact[], Map<string, Contact[]>>();

function matching(contacts: readonly Contact[], ask: Ask): Contact[] {
  const orders = cache.get(contacts) ?? new Map<string, Contact[]>();
  cache.set(contacts, orders);
  const key = JSON.stringify([ask.search, ask.sort, ask.direction, ask.state, ask.roleId]);
  const known = orders.get(key);
  if (known !== undefined) return known;
  const words = queryWords(ask.search ?? '');
  const sign = ask.direction === 'asc' ? 1 : -1;
  const keyed = contacts
    .filter((contact) => ask.state === undefined || contact.state === ask.state)
    .filter((contact) => ask.roleId === undefined || contact.role.id === ask.roleId)
    .filter((contact) => finds(contact, words))
    .map((contact) => ({ contact, key: sortKey(contact, ask.sort) }))
    .sort((a, b) => (a.key < b.key ? -sign : a.key > b.key ? sign : a.contact.id < b.contact.id ? -1 : 1));
  const rows = keyed.map(({ contact }) => contact);
  orders.set(key, rows);
  return rows;
}

/** By the portal's own rule, see src/portal/services/people/directory-page.ts. */
function finds(contact: Contact, words: readonly string[] | null): boolean {
  if (words === null) return false;
  if (words.length === 0) return true;
  const own = searchWords(contact);
  return words.every((word) => own.some((mine) => mine.startsWith(word)));
}

function sortKey(contact: Contact, sort: Ask['sort']): string {
  switch (sort) {
    case 'name':
      return plain(`${contact.lastName} ${contact.firstName}`);
    case 'email':
      return contact.email;
    case 'role':
      return contact.role.name;
    case 'state':
      return contact.state;
    case 'created':
      return contact.createdAt;
    case 'last-sign-in':
      return contact.lastSignInAt ?? '';
  }
}
