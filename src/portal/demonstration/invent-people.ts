import type { Tx } from '../db/database.ts';
import type { AccountRole } from '../services/people/create-account.ts';
import { insertPeople, type NewPerson } from '../services/people/insert-people.ts';
import { insertIdentities, type KnownIdentity, knownId } from './identities.ts';

const day = 86_400_000;

const firstNames =
  'María José Juan Luis Carlos Ana Laura Pedro Miguel Ángel Lucía Sofía Diego Andrés Camila Valentina Mateo Santiago Sebastián Daniela Gabriela Fernanda Ricardo Roberto Hugo Íñigo Óscar Rafael Beatriz Paula João Thiago Mariana Alejandra Joaquín Elena Inés Raúl Jimena Ximena Nicolás Emilia Renata Bruno Iván Zoe'.split(
    ' ',
  );
const lastNames =
  'García González Rodríguez Fernández López Martínez Sánchez Pérez Gómez Martín Jiménez Ruiz Hernández Díaz Moreno Muñoz Álvarez Romero Alonso Gutiérrez Navarro Torres Domínguez Vázquez Ramos Gil Ramírez Serrano Blanco Molina Morales Suárez Ortega Delgado Castro Ortiz Rubio Marín Sanz Núñez Iglesias Medina Garrido Cortés Castillo Santos Lozano Guerrero Cano Prieto Méndez Cruz Calvo Gallego Vidal León Márquez Herrera Peña Flores Cabrera Campos Vega Fuentes Carrasco Reyes Caballero Nieto Aguilar Pascual Santana Herrero Montero Lorenzo Hidalgo Giménez Ibáñez Ferrer Durán Benítez Vargas Mora Arias Carmona Crespo Román Pastor Soto Sáez Velasco Moya Soler Parra Esteban Bravo Gallardo Rojas Quispe Mamani Restrepo Silva Souza Oliveira Gonçalves Araújo Ñáñez Zúñiga Zapata'.split(
    ' ',
  );
const jobTitles = [
  'Ingeniera de estructuras',
  'Ingeniero calculista',
  'Dibujante',
  'Jefa de obra',
  'Residente de obra',
  'Técnico de laboratorio',
  'Coordinadora BIM',
  '',
];

export interface Invention {
  readonly accountId: string;
  readonly roles: Readonly<Record<AccountRole, string>>;
  readonly domain: string;
  /** Number of the first person; another start gives other people. */
  readonly first?: number;
  readonly count: number;
  /** Milliseconds of UTC. */
  readonly now: number;
}

/**
 * Fills a company's directory with invented people, the same ones at every call: most came in, some are invited, suspended, let an
 * invitation pass, or only receive notifications. Nobody of them has a usable password. Runs in `asService`.
 */
export async function inventPeople(tx: Tx, invention: Invention): Promise<void> {
  const { accountId, first = 0, count } = invention;
  const batch = 2000;
  for (let start = first; start < first + count; start += batch) {
    const numbers = Array.from(
      { length: Math.min(batch, first + count - start) },
      (_, index) => start + index,
    );
    const people = numbers.map((number) => invent(invention, number));
    await insertIdentities(
      tx,
      people.flatMap(({ identity }) => (identity === null ? [] : [identity])),
    );
    await insertPeople(
      tx,
      accountId,
      people.map(({ person }) => person),
    );
  }
}

function invent(
  { accountId, roles, domain, now }: Invention,
  number: number,
): { person: NewPerson; identity: KnownIdentity | null } {
  const draw = dice(number);
  const firstName = [pick(draw, firstNames), ...(draw(3) === 0 ? [pick(draw, firstNames)] : [])].join(' ');
  const lastName = `${pick(draw, lastNames)} ${pick(draw, lastNames)}`;
  const email = `${mailName(firstName)}.${mailName(lastName.split(' ')[0] ?? '')}${number}@${domain}`;
  const createdAt = now - draw(1500) * day - draw(day);
  const fate = draw(100);
  const roleKey = draw(50) === 0 ? 'license-manager' : 'license-installer';
  const invitedAt = fate < 4 ? now - draw(2 * day) : now - (5 + draw(60)) * day;
  const waits = fate < 7;
  const notified = fate >= 91;
  const came = !waits && !notified;
  const id = (kind: string) => knownId(`${kind} ${domain} ${number}`, createdAt);
  return {
    person: {
      contactId: id('contact'),
      email,
      firstName,
      lastName,
      phone: draw(2) === 0 ? `+57 601 555 ${String(draw(10_000)).padStart(4, '0')}` : '',
      jobTitle: pick(draw, jobTitles),
      shared: false,
      receivesNotifications: draw(4) !== 0,
      language: draw(8) === 0 ? 'pt' : 'es',
      createdAt,
      membership: notified
        ? null
        : {
            identityId: id('identity'),
            roleId: roles[roleKey],
            owner: false,
            acceptedAt: came ? createdAt : null,
            suspendedAt: fate >= 7 && fate < 9 ? now - draw(100) * day : null,
            lastSignInAt: came && draw(6) > 0 ? Math.max(createdAt, now - draw(90 * day)) : null,
          },
      invitation: waits
        ? {
            id: id('invitation'),
            kind: 'activate',
            invitedBy: null,
            sentAt: invitedAt,
            expiresAt: invitedAt + 3 * day,
          }
        : null,
    },
    identity: notified
      ? null
      : {
          id: id('identity'),
          email,
          name: `${firstName} ${lastName}`,
          language: 'es',
          homeAccountId: accountId,
          passwordHash: null,
          createdAt,
        },
  };
}

/** Whole numbers below a limit, the same sequence for the same number (SplitMix32). */
function dice(number: number): (limit: number) => number {
  let state = number * 0x9e3779b9;
  return (limit) => {
    state = (state + 0x9e3779b9) | 0;
    let mixed = state ^ (state >>> 16);
    mixed = Math.imul(mixed, 0x21f0aaad);
    mixed ^= mixed >>> 15;
    mixed = Math.imul(mixed, 0x735a2d97);
    mixed ^= mixed >>> 15;
    return Math.floor(((mixed >>> 0) / 2 ** 32) * limit);
  };
}

function pick<T>(draw: (limit: number) => number, list: readonly [T, ...T[]] | readonly T[]): T {
  const picked = list[draw(list.length)];
  if (picked === undefined) throw new Error('the list is empty');
  return picked;
}

/** The part of an address that a name gives: letters without accents. */
export function mailName(name: string): string {
  return name
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z]+/g, '.');
}
