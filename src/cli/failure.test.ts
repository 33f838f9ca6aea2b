import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { AldabaError } from '../contract/errors.ts';
import { noIdentity } from '../core/session/identity-record.ts';
import { createTranslate } from '../core/shell/texts.ts';
import type { Context } from './context.ts';
import { fail } from './failure.ts';
import { loadTexts } from './texts.ts';

const profile = await mkdtemp(join(tmpdir(), 'aldaba-failure-'));
afterAll(() => rm(profile, { recursive: true }));

async function told(error: AldabaError): Promise<string> {
  let text = '';
  const write = (more: string) => {
    text += more;
  };
  const t = createTranslate('es', await loadTexts('es'));
  const outside = { environment: {}, folder: profile, options: { profile } };
  await fail({ ...outside, t, language: 'es', stderr: { write } } as unknown as Context, error);
  return text;
}

test('more days than are lent: how many are', async () => {
  expect(await told(new AldabaError('borrow-too-long', '20', { maximum: 14 }))).toContain(
    'por 14 días como máximo',
  );
  expect(await told(new AldabaError('borrow-too-long', '20', { maximum: 1 }))).toContain(
    'por 1 día como máximo',
  );
});

test('without a keychain a client that runs keeps who signed in, and lends nothing', async () => {
  expect(await told(new AldabaError('keychain-unavailable', 'none'))).toContain('«aldaba agent»');
  const lending = await told(new AldabaError('keychain-unavailable', 'none', { product: 'Viga' }));
  expect(lending).toContain('--set secretsOnDisk=true');
  expect(lending).not.toContain('aldaba agent');
});

test('nor is the file named where somebody is set up with a keychain: it would make another device of this one', async () => {
  const data = join(profile, 'data');
  await mkdir(data);
  const record = { ...noIdentity, state: 'present', mode: 'standalone', writer: '' };
  await writeFile(join(data, 'identity.json'), JSON.stringify(record));
  for (const data of [{}, { product: 'Viga' }]) {
    const text = await told(new AldabaError('keychain-unavailable', 'none', data));
    expect(text).toContain('--profile CARPETA');
    expect(text).not.toContain('secretsOnDisk');
  }
  await rm(data, { recursive: true });
});

test('a damaged key of the device: the command that makes a new one', async () => {
  expect(await told(new AldabaError('device-key-damaged', 'none'))).toContain(
    '«aldaba doctor --reset-device»',
  );
});

test('a computer that is not set up: the command that sets it up, where no window can', async () => {
  expect(await told(new AldabaError('not-configured', 'no mode'))).toContain('«aldaba setup');
});

test('a file of certificates that cannot be used: which, and by which setting', async () => {
  const text = await told(
    new AldabaError('network-certificate-file', 'none', { file: '/etc/none.pem', field: 'extraCaFile' }),
  );
  expect(text).toContain('Archivo: /etc/none.pem');
  expect(text).toContain('Ajuste: extraCaFile');
  expect(text).not.toContain('Caducó');
});
