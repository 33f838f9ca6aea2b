import { AldabaError } from '../../../src/contract/errors.ts';
import type { Contact, Pool } from '../../../src/contract/portal/people.ts';
import { at, id } from './states.ts';

type State = Contact['state'];
type Role = Contact['role'];

const firstNames = [
  'Ana',
  'Bruno',
  'Camila',
  'Diego',
  'Elena',
  'Fabián',
  'Gabriela',
  'Hugo',
  'Inés',
  'Joaquín',
  'Karina',
  'Lorenzo',
  'Mariana',
  'Nicolás',
  'Olga',
  'Pablo',
  'Renata',
  'Sergio',
  'Teresa',
  'Úrsula',
  'Víctor',
  'Ximena',
  'Yolanda',
];
const lastNames = [
  'Aguirre',
  'Benavides',
  'Cárdenas',
  'Domínguez',
  'Escobar',
  'Fuentes',
  'Guerrero',
  'Herrera',
  'Ibáñez',
  'Jiménez',
  'Lozano',
  'Medina',
  'Navarro',
  'Ortega',
  'Paredes',
  'Quiroga',
  'Rojas',
  'Salinas',
  'Tapia',
  'Urrutia',
  'Valdés',
  'Zambrano',
];
const titles = [
  'Ingeniera de estructuras',
  'Calculista',
  'Proyectista',
  'Jefe de obra',
  'Delineante',
  'Dirección técnica',
  '',
];

export const fakeRoles = [
  { id: id('role', 1), key: 'administrator', name: 'Administrator' },
  { id: id('role', 2), key: 'license-manager', name: 'License software and management' },
  { id: id('role', 3), key: 'license-installer', name: 'License installer' },
  { id: id('role', 4), key: 'notifications-only', name: 'Notifications only' },
] as const satisfies readonly Role[];

export interface FakeDirectory {
  contacts: Contact[];
  pools: Pool[];
  /** Somebody else changes a contact meanwhile. */
  change(id: string, change: Partial<Contact>): Contact;
  /** The person who asks may do no more than this with anybody. */
  seenBy(allowed: Contact['allowed']): void;
}

/** A company's directory: the same people every time, whatever their number. */
export function createFakeDirectory(size: number): FakeDirectory {
  const directory: FakeDirectory = {
    contacts: Array.from({ length: size }, (_, index) => contact(index)),
    pools: pools(),
    change(id, change) {
      const before = directory.contacts.find((contact) => contact.id === id);
      if (before === undefined) throw new AldabaError('not-found');
      const after = { ...before, ...change, revision: before.revision + 1 };
      directory.contacts = directory.contacts.map((other) => (other.id === id ? after : other));
      return after;
    },
    seenBy(allowed) {
      directory.contacts = directory.contacts.map((contact) => ({
        ...contact,
        allowed: contact.allowed.filter((one) => allowed.includes(one)),
      }));
    },
  };
  return directory;
}

function contact(index: number): Contact {
  // Steps that have no common divisor with the lengths spread the combinations.
  const initial = index < 11_132 ? '' : ` ${String.fromCharCode(64 + Math.floor(index / 11_132))}.`;
  const firstName = `${firstNames[(index * 7) % firstNames.length]}${initial}`;
  const lastName = lastNames[(index * 5 + Math.floor(index / 23)) % lastNames.length] as string;
  const second = lastNames[(index * 3 + Math.floor(index / 506)) % lastNames.length] as string;
  const state = stateOf(index);
  const role = roleOf(index, state);
  const self = index === 0;
  return {
    id: id('contact', index + 1),
    email: self
      ? 'lucia.ferrer@condor.example'
      : `${plain(firstName).replace(/\W.*/, '')}.${plain(lastName)}${index}@condor.example`,
    firstName: self ? 'Lucía' : firstName,
    lastName: self ? 'Ferrer' : `${lastName} ${second}`,
    phone: '',
    jobTitle: titles[index % titles.length] as string,
    shared: index % 31 === 12,
    receivesNotifications: true,
    state,
    owner: self,
    association: index % 17 === 3,
    self,
    role,
    seats: state === 'active' && index % 3 !== 2 ? seatsOf(index) : [],
    invitation:
      state === 'invited' || state === 'expired'
        ? { sentAt: at(-2, 'd'), expiresAt: at(state === 'expired' ? -8 : 22, 'h') }
        : null,
    lastSignInAt: state === 'active' ? at(-((index * 37) % 900) - 1, 'h') : null,
    createdAt: at(-30 - (index % 800), 'd'),
    revision: 1,
    allowed: allowedOf(state, self),
  };
}

export function allowedOf(state: State, self: boolean): Contact['allowed'] {
  if (self) return ['update', 'assign-seat', 'withdraw-seat'];
  const always: Contact['allowed'] = ['update', 'delete', 'assign-role', 'assign-seat', 'withdraw-seat'];
  switch (state) {
    case 'active':
      return [...always, 'suspend', 'reset-password'];
    case 'suspended':
      return [...always, 'reactivate'];
    case 'invited':
    case 'expired':
      return [...always, 'resend', 'suspend'];
    case 'no-access':
      return always;
  }
}

/** Who only receives notifications has no access, and the other way round. */
function roleOf(index: number, state: State): Role {
  if (state === 'no-access') return fakeRoles[3];
  if (index % 29 === 0) return fakeRoles[0];
  return index % 7 === 0 ? fakeRoles[1] : fakeRoles[2];
}

function stateOf(index: number): State {
  if (index === 0) return 'active';
  if (index % 11 === 4) return 'invited';
  if (index % 19 === 7) return 'suspended';
  if (index % 23 === 9) return 'expired';
  if (index % 13 === 6) return 'no-access';
  return 'active';
}

function seatsOf(index: number): Contact['seats'] {
  const viga = {
    seatId: id('seat', index * 2 + 1),
    poolId: id('pool', 1),
    product: 'viga',
    productName: 'Viga',
  };
  const zapata = {
    seatId: id('seat', index * 2 + 2),
    poolId: id('pool', 3),
    product: 'zapata',
    productName: 'Zapata',
  };
  return index % 4 === 0 ? [viga, zapata] : [viga];
}

function pools(): Pool[] {
  const buyUrl = 'https://aldaba.example/comprar';
  return [
    {
      id: id('pool', 1),
      product: 'viga',
      productName: 'Viga',
      kind: 'named',
      total: 60,
      used: 48,
      available: 12,
      open: true,
      endsAt: at(290, 'd'),
      borrowDays: 0,
      buyUrl,
    },
    {
      id: id('pool', 2),
      product: 'portico',
      productName: 'Pórtico',
      kind: 'floating',
      total: 10,
      used: 4,
      available: 6,
      open: true,
      endsAt: at(290, 'd'),
      borrowDays: 14,
      buyUrl,
    },
    {
      id: id('pool', 3),
      product: 'zapata',
      productName: 'Zapata',
      kind: 'named',
      total: 12,
      used: 12,
      available: 0,
      open: true,
      endsAt: null,
      borrowDays: 0,
      buyUrl,
    },
  ];
}

export function plain(text: string): string {
  return text.normalize('NFD').replaceAll(/\p{M}/gu, '').toLowerCase();
}
