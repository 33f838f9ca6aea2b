import { randomUUID } from 'node:crypto';
import type { Pool } from 'undici';
import { createProof, createRefreshToken, createTestDevice, type TestDevice } from '../../portal/support.ts';
import type { PortalFixture } from './portal-process.ts';

export interface SignedInDevice {
  readonly device: TestDevice;
  readonly accessToken: string;
  readonly leaseId: string;
}

/** Sends one call of a device and reads the whole answer. Throws when the status is not the expected one. */
export async function call(
  pool: Pool,
  request: { path: string; body: unknown; proof: string; accessToken?: string; status: number },
): Promise<unknown> {
  const headers: Record<string, string> = { 'content-type': 'application/json', dpop: request.proof };
  if (request.accessToken !== undefined) headers.authorization = `DPoP ${request.accessToken}`;
  const answer = await pool.request({
    method: 'POST',
    path: request.path,
    headers,
    body: JSON.stringify(request.body),
  });
  const text = await answer.body.text();
  if (answer.statusCode !== request.status)
    throw new Error(`${request.path} answered ${answer.statusCode}: ${text}`);
  return JSON.parse(text);
}

export function signInRequest(fixture: PortalFixture, device: TestDevice) {
  const path = '/v1/sessions';
  return {
    path,
    body: {
      email: fixture.email,
      password: fixture.password,
      device: device.description,
      nextTokenHash: createRefreshToken().hash,
    },
    proof: createProof(device, { method: 'POST', url: `${fixture.url}${path}`, at: Date.now() }),
    status: 200,
  };
}

/** A device that is signed in and holds a lease. */
export async function openDevice(pool: Pool, fixture: PortalFixture, name: string): Promise<SignedInDevice> {
  const device = createTestDevice(name);
  const signedIn = (await call(pool, signInRequest(fixture, device))) as { access: { accessToken: string } };
  const accessToken = signedIn.access.accessToken;
  const path = '/v1/leases';
  const grant = (await call(pool, {
    path,
    body: { idempotencyKey: randomUUID(), product: fixture.product, version: '2026.1', features: [] },
    proof: createProof(device, { method: 'POST', url: `${fixture.url}${path}`, at: Date.now(), accessToken }),
    accessToken,
    status: 201,
  })) as { leaseId: string };
  return { device, accessToken, leaseId: grant.leaseId };
}
