import type { OpenAPI } from '@orpc/openapi';
import { getRouter } from '@orpc/server';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { portalContract } from '../../src/contract/portal.ts';
import { accessExtension, codesExtension, operations } from '../../src/portal/pages/open-api.ts';
import { accessOf } from '../../src/portal/policy.ts';
import { portalRouter } from '../../src/portal/router.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { startTestPortal, type TestPortal } from './support.ts';

const ids = Object.entries(portalContract).flatMap(([part, procedures]) =>
  Object.keys(procedures).map((name) => `${part}.${name}`),
);

let database: TestDatabase;
let portal: TestPortal;
let document: OpenAPI.Document;
let byId: Map<string | undefined, ReturnType<typeof operations> extends Iterable<infer O> ? O : never>;
beforeAll(async () => {
  database = await createTestDatabase();
  portal = await startTestPortal({ database: database.url });
  document = (await (await fetch(`${portal.url}/v1/openapi.json`)).json()) as OpenAPI.Document;
  byId = new Map([...operations(document)].map((operation) => [operation.operationId, operation]));
});
afterAll(async () => {
  await portal.close();
  await database.drop();
});

describe('the document', () => {
  test('describes every procedure of the contract, with its access and its refusals', () => {
    expect(document.openapi).toMatch(/^3\.1\./);
    expect(document.servers).toEqual([{ url: portal.url }]);
    expect([...byId.keys()].sort()).toEqual([...ids].sort());
    expect(byId.get('sessions.profile')?.security).toEqual([{ accessToken: [], proof: [] }]);
    expect(byId.get('sessions.signIn')?.security).toEqual([{ proof: [] }]);
    expect(byId.get('passwords.set')?.security).toEqual([]);
    const text = JSON.stringify(document);
    for (const [, name] of text.matchAll(/#\/components\/schemas\/([A-Za-z]+)/g))
      expect(Object.keys(document.components?.schemas ?? {})).toContain(name);
  });

  test.each(ids)('says of %s what its policy asks, and the portal answers so', async (id) => {
    const operation = byId.get(id);
    const access = accessOf(getRouter(portalRouter, id.split('.')));
    expect(operation).toMatchObject({ [accessExtension]: access });
    const asked = Object.keys(operation?.security?.[0] ?? {});
    expect(asked).toEqual({ public: [], proof: ['proof'], token: ['accessToken', 'proof'] }[access]);
    // The refusals that it names are those of its access, and it answers them to who brings nothing.
    const codes = (operation as unknown as { [codesExtension]: string[] })[codesExtension];
    expect([codes.includes('proof-invalid'), codes.includes('not-signed-in')]).toEqual([
      access !== 'public',
      access === 'token',
    ]);
    const path = (operation?.path ?? '').replaceAll(/\{\w+\}/g, crypto.randomUUID());
    const response = await fetch(`${portal.url}${path}`, {
      method: (operation?.method ?? '').toUpperCase(),
      ...(operation?.requestBody === undefined
        ? {}
        : { body: '{}', headers: { 'content-type': 'application/json' } }),
    });
    if (access === 'public') expect([200, 400]).toContain(response.status);
    else
      expect([response.status, await response.json()]).toMatchObject([
        401,
        { code: access === 'proof' ? 'proof-invalid' : 'not-signed-in' },
      ]);
  });

  test('is a page as well, in the reader’s language, with nothing from elsewhere', async () => {
    const response = await fetch(`${portal.url}/reference`, { headers: { 'accept-language': 'pt-BR' } });
    const page = await response.text();
    expect(response.headers.get('content-language')).toBe('pt');
    expect(page).toContain('Referência da API');
    expect(page).toContain('/v1/sessions/refresh');
    expect(page).toContain('session-raced');
    expect([...page.matchAll(/(?:src|href)="(https?:[^"]+)"/g)]).toEqual([]);
    expect(page).not.toMatch(/<script(?![^>]*(?:src=|type="application\/json"))|\sstyle=|\son\w+=/);
  });
});
