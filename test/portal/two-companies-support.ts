import { createTestDatabase } from '../support/database.ts';
import {
  createRefreshToken,
  createTestDevice,
  type PortalClient,
  startTestPortal,
  type TestCompany,
  type TestDevice,
  type TestPortal,
  testPassword,
} from './support.ts';

/** A test portal with two companies; Ana works for both, Luis for the first. */
export interface TwoCompanies extends TestPortal {
  readonly condor: TestCompany;
  readonly puentes: TestCompany;
  /** Asks for a sign-in with every detail at hand. */
  attempt(
    email: string,
    password: string,
    device?: TestDevice,
    token?: ReturnType<typeof createRefreshToken>,
  ): ReturnType<PortalClient['sessions']['signIn']>;
  /** Rotates a token of the device into the one with this hash. */
  refresh(
    device: TestDevice,
    refreshToken: string,
    nextTokenHash: string,
  ): ReturnType<PortalClient['sessions']['refresh']>;
}

export const ana = 'ana@condor.example';
export const luis = 'luis@condor.example';

/** What a call that is refused is rejected with. */
export const refused = (code: string) => ({ code });
export const endedBy = (reason: string) => ({ code: 'session-ended', data: { reason } });

export async function startTwoCompanies(): Promise<TwoCompanies> {
  const database = await createTestDatabase();
  const portal = await startTestPortal({ database: database.url });
  const condor = await portal.company('Estructuras Cóndor', [
    { email: ana, role: 'administrator', password: testPassword },
    { email: luis, role: 'license-installer', password: testPassword, firstName: 'Luis' },
    { email: 'avisos@condor.example', role: 'notifications-only', password: testPassword },
    { email: 'baja@condor.example', role: 'administrator', password: testPassword, suspended: true },
    { email: 'nueva@condor.example', role: 'administrator' },
  ]);
  // Ana works for a second company, as an associate.
  const puentes = await portal.company('Puentes del Sur', [
    { email: ana, role: 'license-manager', password: testPassword },
  ]);
  return {
    ...portal,
    condor,
    puentes,
    attempt: (email, password, device = createTestDevice(), token = createRefreshToken()) =>
      portal
        .client(device)
        .sessions.signIn({ email, password, device: device.description, nextTokenHash: token.hash }),
    refresh: (device, refreshToken, nextTokenHash) =>
      portal.client(device).sessions.refresh({ refreshToken, nextTokenHash }),
    async close() {
      await portal.close();
      await database.drop();
    },
  };
}
