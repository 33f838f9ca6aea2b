import { expect, test } from 'vitest';
import { AldabaError } from '../contract/errors.ts';
import { createTranslate } from '../core/shell/texts.ts';
import type { Context } from './context.ts';
import { fail } from './failure.ts';
import { loadTexts } from './texts.ts';

async function told(error: AldabaError): Promise<string> {
  let text = '';
  const write = (more: string) => {
    text += more;
  };
  const t = createTranslate('es', await loadTexts('es'));
  await fail({ t, language: 'es', stderr: { write }, options: {} } as unknown as Context, error);
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

test('a damaged key of the device: the command that makes a new one', async () => {
  expect(await told(new AldabaError('device-key-damaged', 'none'))).toContain(
    '«aldaba doctor --reset-device»',
  );
});
