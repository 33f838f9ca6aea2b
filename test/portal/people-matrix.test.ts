import { randomUUID } from 'node:crypto';
import { sql } from 'drizzle-orm';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { people as peopleContract } from '../../src/contract/portal/people.ts';
import { createCloudKey } from '../../src/portal/services/keys.ts';
import {
  newContact,
  peoplePortal,
  refusalOf,
  type Staff,
  type StaffRole,
  staffRoles,
} from './people-support.ts';
import { createTestDevice, type PortalClient, testPassword } from './support.ts';

const people = peoplePortal();
let condor: Staff;
let poolId: string;
let floatingId: string;
/** An engineer without seat, and one who waits for an invitation. */
let engineer: string;
let invited: string;

beforeAll(async () => {
  condor = await people.staffed();
  poolId = await people.pool(condor.company, { total: 50 });
  floatingId = await people.pool(condor.company, { kind: 'floating', total: 1 });
  engineer = condor.contactId('license-installer');
  invited = (await condor.add()).id;
});
// What an allowed call changed is put back, so that every cell of the matrix starts alike.
afterEach(async () => {
  people.portal.clock.advance(61_000);
  await people.query(sql`update membership set suspended_at = null where account_id = ${condor.company.id}`);
});

type Procedure = keyof typeof peopleContract;

const everybodyWhoReads: readonly StaffRole[] = [
  'owner',
  'administrator',
  'finance',
  'license-manager',
  'auditor',
];
const administrators: readonly StaffRole[] = ['owner', 'administrator'];
const seatManagers: readonly StaffRole[] = ['owner', 'administrator', 'license-manager'];

/** Who may call what, and a call that is right in everything else. A procedure without a row here does not compile, and fails below. */
const matrix: {
  readonly [procedure in Procedure]: {
    readonly roles: readonly StaffRole[];
    readonly call: (client: PortalClient) => Promise<unknown>;
  };
} = {
  listContacts: { roles: everybodyWhoReads, call: (client) => client.people.listContacts({}) },
  getContact: { roles: everybodyWhoReads, call: (client) => client.people.getContact({ id: engineer }) },
  createContact: {
    roles: administrators,
    call: (client) => client.people.createContact(newContact(condor.company, condor.domain)),
  },
  updateContact: {
    roles: administrators,
    call: async (client) =>
      client.people.updateContact({ id: engineer, revision: await revision(), jobTitle: randomUUID() }),
  },
  deleteContact: {
    roles: administrators,
    call: async (client) => client.people.deleteContact({ id: (await condor.add()).id }),
  },
  suspendContact: { roles: administrators, call: (client) => client.people.suspendContact({ id: engineer }) },
  reactivateContact: {
    roles: administrators,
    call: (client) => client.people.reactivateContact({ id: engineer }),
  },
  resendInvitation: {
    roles: administrators,
    call: (client) => client.people.resendInvitation({ id: invited }),
  },
  resetPassword: { roles: administrators, call: (client) => client.people.resetPassword({ id: engineer }) },
  listRoles: { roles: everybodyWhoReads, call: (client) => client.people.listRoles() },
  listPools: { roles: everybodyWhoReads, call: (client) => client.people.listPools() },
  setBorrowDays: {
    roles: administrators,
    call: (client) => client.people.setBorrowDays({ poolId: floatingId, borrowDays: 30 }),
  },
  assignSeat: {
    roles: seatManagers,
    call: (client) => client.people.assignSeat({ poolId, contactId: engineer }),
  },
  withdrawSeat: {
    roles: seatManagers,
    call: (client) => client.people.withdrawSeat({ poolId, contactId: engineer }),
  },
  listHolders: { roles: everybodyWhoReads, call: (client) => client.people.listHolders({ poolId }) },
};
const procedures = Object.keys(peopleContract) as Procedure[];

async function revision(): Promise<number> {
  const [row] = await people.query<{ revision: number }>(
    sql`select revision from contact where id = ${engineer}`,
  );
  return row?.revision ?? 0;
}

/** Somebody of the role with an open session, also of the role that cannot sign in: it was another one when they did. */
async function sessionOf(role: StaffRole) {
  if (role !== 'notifications-only') return condor.as(role);
  const setRole = (to: keyof typeof condor.company.roles) =>
    people.query(
      sql`update membership set role_id = ${condor.company.roles[to]} where account_id = ${condor.company.id}
        and identity_id = ${condor.company.contacts[condor.email('notifications-only')]?.identityId ?? ''}`,
    );
  await setRole('license-installer');
  const session = await people.portal.signIn(condor.email('notifications-only'), testPassword);
  await setRole('notifications-only');
  return session;
}

test('every procedure of the contract has its row', () => {
  expect(Object.keys(matrix).toSorted()).toEqual(procedures.toSorted());
});

describe.each(staffRoles)('A10, B9, B11: %s', (role) => {
  test.each(procedures)('%s', async (procedure) => {
    const { roles, call } = matrix[procedure];
    const { client } = await sessionOf(role);
    if (roles.includes(role)) await call(client);
    else expect(await refusalOf(call(client))).toMatchObject({ code: 'forbidden', status: 403 });
  });
});

test.each(procedures)('%s tells nothing to who is not signed in', async (procedure) => {
  expect(await refusalOf(matrix[procedure].call(people.portal.client()))).toMatchObject({
    code: 'not-signed-in',
    status: 401,
  });
});

test.each(procedures)('%s is not for a device that entered with a key', async (procedure) => {
  const device = createTestDevice();
  const { key } = await people.portal.services.database.asService((tx) =>
    createCloudKey(tx, { accountId: condor.company.id, poolIds: [poolId] }, people.portal.clock.now()),
  );
  const { access } = await people.portal.client(device).sessions.withKey({ key, device: device.description });
  const client = people.portal.client(device, () => access.accessToken);
  expect(await refusalOf(matrix[procedure].call(client))).toMatchObject({ code: 'forbidden', status: 403 });
});

describe('who may not call learns nothing of the input', () => {
  test('a wrong input and an unknown contact are forbidden all the same', async () => {
    const { client } = await condor.as('auditor');
    expect((await refusalOf(client.people.getContact({ id: 'no' }))).code).toBe('invalid-input');
    expect((await refusalOf(client.people.suspendContact({ id: 'no' }))).code).toBe('forbidden');
    expect((await refusalOf(client.people.suspendContact({ id: randomUUID() }))).code).toBe('forbidden');
  });
});

describe('the answer tells each asker what they may do', () => {
  test.each(staffRoles.filter((role) => everybodyWhoReads.includes(role)))('%s', async (role) => {
    const { client } = await condor.as(role);
    const { allowed } = await client.people.getContact({ id: engineer });
    const expected = administrators.includes(role)
      ? ['update', 'delete', 'suspend', 'reset-password', 'assign-role', 'assign-seat']
      : seatManagers.includes(role)
        ? ['assign-seat']
        : [];
    expect(allowed.filter((action) => action !== 'withdraw-seat')).toEqual(expected);
  });
});
