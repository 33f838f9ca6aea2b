import { eq } from 'drizzle-orm';
import { normalizeEmail } from '../../src/domain/email.ts';
import type { Portal } from '../../src/portal/context.ts';
import type { Tx } from '../../src/portal/db/database.ts';
import { identity } from '../../src/portal/db/schema.ts';
import { newId } from '../../src/portal/ids.ts';
import { type AccountRole, createAccount } from '../../src/portal/services/people/create-account.ts';
import { insertPeople } from '../../src/portal/services/people/insert-people.ts';

/** A person of a test company. */
export interface TestPerson {
  readonly email: string;
  /** `owner`: administrator with the owner flag. */
  readonly role: AccountRole | 'owner';
  readonly firstName?: string;
  readonly lastName?: string;
  /** Without one the person has been added and never came in. */
  readonly password?: string;
  readonly suspended?: true;
}

export interface TestCompany {
  readonly id: string;
  readonly roles: Record<AccountRole, string>;
  /** By email. */
  readonly contacts: Readonly<Record<string, { contactId: string; identityId: string }>>;
}

/** Makes a company with people in it, straight in the database. Who is a member elsewhere already stays the same person. */
export async function createCompany(
  portal: Portal,
  name: string,
  people: readonly TestPerson[],
): Promise<TestCompany> {
  const now = portal.clock.now();
  const hashes = await Promise.all(
    people.map(({ password }) => (password === undefined ? null : hashOf(portal, password))),
  );
  return portal.database.asService(async (tx) => {
    const made = await createAccount(tx, { name, now });
    const contacts: Record<string, { contactId: string; identityId: string }> = {};
    for (const [index, person] of people.entries()) {
      const identityId = await personOf(tx, made.id, person, hashes[index] ?? null, now);
      const contactId = newId(now);
      contacts[person.email] = { contactId, identityId };
      await insertPeople(tx, made.id, [
        {
          contactId,
          email: person.email,
          firstName: person.firstName ?? 'Ana',
          lastName: person.lastName ?? 'Quispe',
          phone: '',
          jobTitle: '',
          shared: false,
          receivesNotifications: true,
          language: 'es',
          createdAt: now,
          membership: {
            identityId,
            roleId: made.roles[person.role === 'owner' ? 'administrator' : person.role],
            owner: person.role === 'owner',
            acceptedAt: person.password === undefined ? null : now,
            suspendedAt: person.suspended === undefined ? null : now,
            lastSignInAt: null,
          },
          invitation: null,
        },
      ]);
    }
    return { ...made, contacts };
  });
}

const hashes = new Map<string, Promise<string>>();

/** A hash is made to take long, and most people of the tests have the same password: they share one. */
function hashOf(portal: Portal, password: string): Promise<string> {
  const hash = hashes.get(password) ?? portal.hasher.hash(password);
  hashes.set(password, hash);
  return hash;
}

async function personOf(
  tx: Tx,
  accountId: string,
  person: TestPerson,
  passwordHash: string | null,
  now: number,
): Promise<string> {
  const emailNormalized = normalizeEmail(person.email);
  const [known] = await tx.select().from(identity).where(eq(identity.emailNormalized, emailNormalized));
  if (known !== undefined) return known.id;
  const id = newId(now);
  await tx.insert(identity).values({
    id,
    email: person.email,
    emailNormalized,
    name: `${person.firstName ?? 'Ana'} ${person.lastName ?? 'Quispe'}`,
    language: 'es',
    homeAccountId: accountId,
    passwordHash,
    passwordSetAt: passwordHash === null ? null : new Date(now),
    createdAt: new Date(now),
  });
  return id;
}
