import type { Portal } from '../context.ts';
import type { Tx } from '../db/database.ts';
import { sendMail } from '../mail/outbox.ts';
import { createLink } from '../services/links.ts';
import { type AccountRole, createAccount } from '../services/people/create-account.ts';
import { insertPeople, type NewPerson } from '../services/people/insert-people.ts';
import { demonstration } from './access.ts';
import { condorPeople, type DemonstrationPerson, puentesPeople } from './directory.ts';
import { insertIdentities, type KnownIdentity, knownId } from './identities.ts';

const hour = 3_600_000;
const day = 24 * hour;

export interface DemonstrationCompany {
  readonly id: string;
  readonly name: string;
  readonly roles: Record<AccountRole, string>;
  /** Contacts to whom a named seat is given. */
  readonly seated: string[];
}

interface Company {
  readonly id: string;
  readonly name: string;
  readonly domain: string;
  readonly people: readonly DemonstrationPerson[];
}

/** The demonstration's companies have ids of their own, by which they are known again. */
export const demonstrationAccounts = {
  condor: knownId('account Estructuras Cóndor', Date.UTC(2026, 0, 5)),
  puentes: knownId('account Puentes del Sur', Date.UTC(2026, 0, 5)),
} as const;

/** Writes both companies with their people, in one transaction of the service. */
export async function createDemonstrationPeople(
  tx: Tx,
  portal: Portal,
  passwordHash: string,
): Promise<{ condor: DemonstrationCompany; puentes: DemonstrationCompany }> {
  const { company, otherCompany, domain, otherDomain, engineerOfTwoCompanies } = demonstration;
  const condor = await createCompany(tx, portal, passwordHash, {
    id: demonstrationAccounts.condor,
    name: company,
    domain,
    people: condorPeople,
  });
  const puentes = await createCompany(tx, portal, passwordHash, {
    id: demonstrationAccounts.puentes,
    name: otherCompany,
    domain: otherDomain,
    people: puentesPeople,
  });
  const both = condorPeople.find(({ name }) => engineerOfTwoCompanies === `${name}@${domain}`);
  if (both === undefined) throw new Error('the engineer of two companies is not in the list');
  const now = portal.clock.now();
  await insertPeople(tx, puentes.id, [
    personOf(
      { ...both, role: 'license-manager' },
      { accountId: puentes.id, domain, roles: puentes.roles, now, linkHours: 72 },
    ),
  ]);
  return { condor, puentes };
}

async function createCompany(
  tx: Tx,
  portal: Portal,
  passwordHash: string,
  { id, name, domain, people }: Company,
): Promise<DemonstrationCompany> {
  const now = portal.clock.now();
  const account = await createAccount(tx, { id, name, now });
  const place = { accountId: id, domain, roles: account.roles, now, linkHours: 72 };
  const made = people.map((person) => ({ person, contact: personOf(person, place) }));
  await insertIdentities(
    tx,
    made.flatMap(({ person, contact }) => identityOf(person, contact, id, passwordHash)),
  );
  await insertPeople(
    tx,
    id,
    made.map(({ contact }) => contact),
  );
  for (const { person, contact } of made)
    if (person.standing === 'invited') await mailActivation(tx, portal, name, place, contact);
  return {
    ...account,
    name,
    seated: made.filter(({ person }) => person.seat).map(({ contact }) => contact.contactId),
  };
}

interface Place {
  readonly accountId: string;
  readonly domain: string;
  readonly roles: Record<AccountRole, string>;
  readonly now: number;
  readonly linkHours: number;
}

/** The same person at every start; times are told from now, so that the demonstration never looks old. */
function personOf(
  person: DemonstrationPerson,
  { accountId, domain, roles, now, linkHours }: Place,
): NewPerson {
  const { name, standing, firstName, lastName, jobTitle, shared = false, owner = false, language } = person;
  const email = `${name}@${domain}`;
  const age = [...name].reduce((sum, letter) => sum + letter.charCodeAt(0), 0);
  const createdAt = now - (20 + (age % 300)) * day;
  const came = standing === 'active' || standing === 'suspended';
  const sentAt = standing === 'invited' ? now : now - 9 * day;
  return {
    contactId: knownId(`contact ${accountId} ${email}`, createdAt),
    email,
    firstName,
    lastName,
    phone: age % 3 === 0 ? '' : `+57 601 555 ${String(age % 10_000).padStart(4, '0')}`,
    jobTitle,
    shared,
    receivesNotifications: age % 4 !== 0,
    language,
    createdAt,
    membership:
      standing === 'no-access'
        ? null
        : {
            identityId: knownId(`identity ${email}`, 0),
            roleId: roles[person.role],
            owner,
            acceptedAt: came ? createdAt + hour : null,
            suspendedAt: standing === 'suspended' ? now - 12 * day : null,
            lastSignInAt: came ? now - (age % 40) * 7 * hour - hour : null,
          },
    invitation:
      standing === 'invited' || standing === 'expired'
        ? {
            id: knownId(`invitation ${accountId} ${email}`, sentAt),
            kind: 'activate',
            invitedBy: null,
            sentAt,
            expiresAt: sentAt + linkHours * hour,
          }
        : null,
  };
}

function identityOf(
  { standing, language }: DemonstrationPerson,
  { membership, email, firstName, lastName, createdAt }: NewPerson,
  homeAccountId: string,
  passwordHash: string,
): KnownIdentity[] {
  if (membership === null) return [];
  const came = standing === 'active' || standing === 'suspended';
  return [
    {
      id: membership.identityId,
      email,
      name: `${firstName} ${lastName}`,
      language,
      homeAccountId,
      passwordHash: came ? passwordHash : null,
      createdAt,
    },
  ];
}

async function mailActivation(
  tx: Tx,
  portal: Portal,
  accountName: string,
  { accountId, now, linkHours }: Place,
  { membership, invitation, ...contact }: NewPerson,
): Promise<void> {
  if (membership === null || invitation === null) return;
  const link = await createLink(tx, portal, {
    accountId,
    identityId: membership.identityId,
    purpose: 'activate',
    requestedBy: null,
    hours: linkHours,
    now,
  });
  await sendMail(tx, {
    accountId,
    recipient: contact.email,
    template: 'activate',
    language: contact.language,
    data: {
      linkId: link.id,
      invitationId: invitation.id,
      name: contact.firstName,
      accountName,
      expiresAt: link.expiresAt.toISOString(),
    },
    at: invitation.sentAt,
  });
}
