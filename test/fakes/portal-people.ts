import type { Contact } from '../../src/contract/portal/people.ts';

export const testIds = {
  condor: '0195b0a0-1000-7000-8000-000000000001',
  taller: '0195b0a0-1000-7000-8000-000000000002',
  lucia: '0195b0a0-2000-7000-8000-000000000001',
  marcos: '0195b0a0-2000-7000-8000-000000000002',
  contact: '0195b0a0-3000-7000-8000-000000000001',
  role: '0195b0a0-4000-7000-8000-000000000001',
  pool: '0195b0a0-5000-7000-8000-000000000001',
  release: '0195b0a0-6000-7000-8000-000000000001',
  lease: '0195b0a0-7000-7000-8000-000000000001',
  activation: '0195b0a0-8000-7000-8000-000000000001',
} as const;

export const testContact: Contact = {
  id: testIds.contact,
  email: 'elena.rojas@condor.example',
  firstName: 'Elena',
  lastName: 'Rojas',
  phone: '',
  jobTitle: 'Proyectista',
  shared: false,
  receivesNotifications: true,
  state: 'active',
  owner: false,
  association: false,
  self: false,
  role: { id: testIds.role, key: 'license-manager', name: 'Gestión de licencias' },
  seats: [],
  invitation: null,
  lastSignInAt: '2026-02-27T10:00:00.000Z',
  createdAt: '2025-09-01T08:00:00.000Z',
  revision: 3,
  allowed: ['update', 'delete', 'suspend'],
};

export const testPool = {
  id: testIds.pool,
  product: 'viga',
  productName: 'Viga',
  kind: 'floating' as const,
  total: 10,
  used: 4,
  available: 6,
  open: true,
  endsAt: null,
  borrowDays: 14,
  buyUrl: 'https://portal.example/buy/viga',
};

export const testRole = {
  id: testIds.role,
  key: 'license-manager',
  name: 'Gestión de licencias',
  permissions: ['seat:read' as const],
  builtIn: true,
  mayAssign: true,
  members: 4,
};
