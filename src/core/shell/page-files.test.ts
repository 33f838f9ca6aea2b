import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, sep } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createPageFiles, resolveInside } from './page-files.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'aldaba-page-'));
  await mkdir(join(folder, 'page', 'assets'), { recursive: true });
  await writeFile(join(folder, 'secret.json'), '{}');
  await writeFile(join(folder, 'page', '.stamp'), 'x');
  await writeFile(join(folder, 'page', 'index.html'), '<meta nonce="__ALDABA_NONCE__">__ALDABA_NONCE__');
  await writeFile(join(folder, 'page', 'assets', 'a b.js'), 'export {};');
  await writeFile(join(folder, 'page', 'data.bin'), 'x');
});
afterAll(() => rm(folder, { recursive: true }));

describe('the window’s files', () => {
  const text = (body: Uint8Array) => new TextDecoder().decode(body);

  test('the page carries the policy’s nonce, another one each time', async () => {
    const read = createPageFiles(join(folder, 'page'));
    const [first, second] = [await read('/'), await read('/index.html')];
    const nonce = /'nonce-([A-Za-z0-9+/]{24})'/.exec(first.headers['content-security-policy'] ?? '')?.[1];
    expect(nonce).toBeTypeOf('string');
    expect(text(first.body)).toBe(`<meta nonce="${nonce}">${nonce}`);
    expect(text(second.body)).not.toBe(text(first.body));
    expect(first.headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store',
    });
  });

  test('a file in a folder, with an encoded name', async () => {
    const answer = await createPageFiles(join(folder, 'page'))('/assets/a%20b.js');
    expect(answer.status).toBe(200);
    expect(answer.headers['content-type']).toBe('text/javascript; charset=utf-8');
  });

  test.each([
    '/../secret.json',
    '/%2e%2e/secret.json',
    '/..%2fsecret.json',
    '/..%5csecret.json',
    '/assets/../../secret.json',
    '/.stamp',
    '/data.bin',
    '/assets',
    '/nothing.js',
    '//secret.json',
    '/%',
    '/index.html%00.js',
    'secret.json',
  ])('refuses %s and still states the policy', async (path) => {
    const answer = await createPageFiles(join(folder, 'page'))(path);
    expect(answer.status).toBe(404);
    expect(answer.headers['content-security-policy']).toContain("default-src 'none'");
  });

  test('no path whatever leaves the folder', () => {
    const piece = fc.oneof(
      fc.constantFrom('..', '.', '%2e%2e', '%2f', '%5c', '\\', '/', 'C:', '%00', 'assets', ''),
      fc.string({ maxLength: 6 }),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
        const path = resolveInside(folder, `/${pieces.join('/')}`);
        expect(path === null || path.startsWith(folder + sep)).toBe(true);
      }),
    );
  });
});
