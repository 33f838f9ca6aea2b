import { randomUUID } from 'node:crypto';
import { AldabaError } from '../../../src/contract/errors.ts';
import type { Permission } from '../../../src/contract/permissions.ts';
import type { Contact } from '../../../src/contract/portal/people.ts';
import { builtInPermissions } from '../../../src/domain/roles.ts';
import type { FakeImplementer, FakeInside } from './fake-core.ts';
import { allowedOf, fakeRoles, plain } from './fake-directory.ts';
import { listContacts } from './list-contacts.ts';
import { at, present } from './states.ts';

/** Good for 72 h (D5). */
const invitation = { sentAt: present, expiresAt: at(72, 'h') };

export function peopleProcedures(os: FakeImplementer['people'], { directory, stepUp }: FakeInside) {
  const find = (id: string): Contact => {
    const found = directory.contacts.find((contact) => contact.id === id);
    if (found === undefined) throw new AldabaError('not-found');
    return found;
  };
  const put = (id: string, change: Partial<Contact>): Contact => {
    const { state, self } = { ...find(id), ...change };
    return directory.change(id, { ...change, allowed: allowedOf(state, self) });
  };
  const created = new Map<string, { input: string; contact: Contact }>();
  const role = (id: string) => {
    const found = fakeRoles.find((one) => one.id === id);
    if (found === undefined) throw new AldabaError('not-found');
    return found;
  };
  const confirmed = () => {
    if (!stepUp.confirmed) throw new AldabaError('confirmation-required');
    stepUp.confirmed = false;
  };
  const take = (poolId: string): Contact['seats'][number] => {
    const pool = directory.pools.find((one) => one.id === poolId);
    if (pool === undefined) throw new AldabaError('not-found');
    if (pool.available === 0)
      throw new AldabaError('no-seats-available', 'none', { available: 0, needed: 1, buyUrl: pool.buyUrl });
    count(poolId, 1);
    return { seatId: randomUUID(), poolId, product: pool.product, productName: pool.productName };
  };
  const count = (poolId: string, by: 1 | -1) => {
    directory.pools = directory.pools.map((pool) =>
      pool.id === poolId ? { ...pool, used: pool.used + by, available: pool.available - by } : pool,
    );
  };

  return {
    listContacts: os.listContacts.handler(({ input }) => listContacts(directory.contacts, input)),
    getContact: os.getContact.handler(({ input }) => find(input.id)),
    createContact: os.createContact.handler(({ input }) => {
      const { idempotencyKey, language: _, roleId, poolIds, ...data } = input;
      const before = created.get(idempotencyKey);
      if (before?.input === JSON.stringify(input)) return before.contact;
      if (before !== undefined) throw new AldabaError('idempotency-mismatch');
      if (directory.contacts.some(({ email }) => plain(email) === plain(data.email)))
        throw new AldabaError('contact-exists', 'twice', { field: 'email' });
      const given = role(roleId);
      if (data.shared && given.key === 'administrator')
        throw new AldabaError('shared-identity-not-administrator');
      if (given.key === 'administrator') confirmed();
      const state = given.key === 'notifications-only' ? 'no-access' : 'invited';
      const contact: Contact = {
        ...data,
        id: randomUUID(),
        state,
        owner: false,
        association: false,
        self: false,
        role: given,
        seats: poolIds.map(take),
        invitation: state === 'invited' ? invitation : null,
        lastSignInAt: null,
        createdAt: present,
        revision: 1,
        allowed: allowedOf(state, false),
      };
      created.set(idempotencyKey, { input: JSON.stringify(input), contact });
      directory.contacts = [contact, ...directory.contacts];
      return contact;
    }),
    updateContact: os.updateContact.handler(({ input: { id, revision, roleId, ...data } }) => {
      const before = find(id);
      if (before.revision !== revision) throw new AldabaError('contact-changed');
      if (roleId !== undefined && roleId !== before.role.id) confirmed();
      const given = Object.fromEntries(Object.entries(data).filter(([, value]) => value !== undefined));
      return put(id, { ...given, ...(roleId === undefined ? {} : { role: role(roleId) }) });
    }),
    deleteContact: os.deleteContact.handler(({ input }) => {
      confirmed();
      for (const seat of find(input.id).seats) count(seat.poolId, -1);
      directory.contacts = directory.contacts.filter((contact) => contact.id !== input.id);
    }),
    suspendContact: os.suspendContact.handler(({ input }) => put(input.id, { state: 'suspended' })),
    // Whoever had not come in yet lost the invitation when they were suspended.
    reactivateContact: os.reactivateContact.handler(({ input }) =>
      put(input.id, { state: find(input.id).invitation === null ? 'active' : 'expired' }),
    ),
    resendInvitation: os.resendInvitation.handler(({ input }) =>
      put(input.id, { state: 'invited', invitation }),
    ),
    resetPassword: os.resetPassword.handler(({ input }) => {
      confirmed();
      return find(input.id);
    }),
    listRoles: os.listRoles.handler(() => ({
      helpUrl: 'https://aldaba.example/ayuda/roles',
      roles: fakeRoles.map((one) => ({
        ...one,
        permissions: [...builtInPermissions[one.key]] as Permission[],
        builtIn: true,
        mayAssign: true,
        members: directory.contacts.filter((contact) => contact.role.id === one.id).length,
      })),
    })),
    setBorrowDays: os.setBorrowDays.handler(({ input }) => {
      const { poolId, borrowDays } = input;
      const pool = directory.pools.find((one) => one.id === poolId);
      if (pool === undefined) throw new AldabaError('not-found');
      if (pool.kind === 'named') throw new AldabaError('borrow-unavailable', poolId);
      directory.pools = directory.pools.map((one) => (one === pool ? { ...pool, borrowDays } : one));
      return { ...pool, borrowDays };
    }),
    listPools: os.listPools.handler(() => ({ pools: directory.pools })),
    assignSeat: os.assignSeat.handler(({ input }) => {
      const contact = find(input.contactId);
      return put(contact.id, { seats: [...contact.seats, take(input.poolId)] });
    }),
    withdrawSeat: os.withdrawSeat.handler(({ input }) => {
      const contact = find(input.contactId);
      if (contact.seats.some((seat) => seat.poolId === input.poolId)) count(input.poolId, -1);
      return put(contact.id, { seats: contact.seats.filter((seat) => seat.poolId !== input.poolId) });
    }),
    listHolders: os.listHolders.handler(() => ({ holders: [] })),
  };
}
