import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { formatArmor } from '../../src/domain/documents/index.ts';
import { createKeys } from '../../src/portal/keys/key-files.ts';
import { createSigner, issuedAt, licenseClaims } from '../support/documents.ts';
import { needs } from '../support/skip.ts';

const run = promisify(execFile);
const device = createSigner();

let folder: string;
let file: string;
let rootKey: string;

/** The very script that docs/verify-with-openssl.md tells people to save. */
async function scriptOfTheGuide(): Promise<string> {
  const guide = await readFile(new URL('../../docs/verify-with-openssl.md', import.meta.url), 'utf8');
  const script = guide.match(/```sh\n(#!\/bin\/sh\n[\s\S]*?)```/)?.[1];
  if (script === undefined) throw new Error('the guide has no script');
  return script;
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'aldaba-openssl-'));
  await writeFile(join(folder, 'verify-license.sh'), await scriptOfTheGuide());
  rootKey = join(folder, 'keys', 'root.pub.pem');
  const keys = await createKeys(join(folder, 'keys'), issuedAt * 1000);
  await createKeys(join(folder, 'other'), issuedAt * 1000);
  file = formatArmor({
    kind: 'license',
    jws: keys.signing.sign('license', licenseClaims(device.thumbprint), issuedAt * 1000),
    headers: [
      ['Company', 'Estructuras Cóndor'],
      ['Product', 'Viga'],
    ],
  });
});
afterAll(() => rm(folder, { recursive: true }));

async function verify(text: string, root = rootKey): Promise<{ ok: boolean; output: string }> {
  const path = join(folder, 'viga.aldaba-license');
  await writeFile(path, text);
  try {
    const { stdout } = await run('sh', [join(folder, 'verify-license.sh'), path, root], {
      env: { PATH: process.env.PATH },
    });
    return { ok: true, output: stdout };
  } catch (error) {
    const { stderr } = error as { stderr: string };
    return { ok: false, output: stderr };
  }
}

async function opensslVersion(): Promise<number> {
  const { stdout } = await run('openssl', ['version']).catch(() => ({ stdout: '' }));
  return Number(/^OpenSSL (\d+)\./.exec(stdout)?.[1] ?? 0);
}

describe('openssl alone, by the guide,', () => {
  test('verifies a license file from outside and reads what it says', async (context) => {
    needs(context, (await opensslVersion()) >= 3, 'openssl 3.0 or newer is not installed');
    const { ok, output } = await verify(file);
    expect([ok, ok ? JSON.parse(output) : output]).toEqual([true, licenseClaims(device.thumbprint)]);
    expect(await verify(file.replaceAll('\n', '\r\n'))).toEqual({ ok, output });
  });

  test('refuses a changed license, a changed certificate and another root', async (context) => {
    needs(context, (await opensslVersion()) >= 3, 'openssl 3.0 or newer is not installed');
    const lines = file.split('\n');
    // At the end are payload and signature, at the beginning the header with the certificate.
    const changed = lines
      .map((line, index) => (index === lines.length - 4 ? swapCase(line) : line))
      .join('\n');
    expect(await verify(changed)).toMatchObject({
      ok: false,
      output: expect.stringContaining('certified key'),
    });
    const middle = lines.map((line, index) => (index === 12 ? swapCase(line) : line)).join('\n');
    expect(await verify(middle)).toMatchObject({ ok: false });
    const foreign = await verify(file, join(folder, 'other', 'root.pub.pem'));
    expect(foreign).toMatchObject({ ok: false, output: expect.stringContaining('not signed by this root') });
  });
});

/** The first letter in the other case: another character of the same alphabet. */
function swapCase(line: string): string {
  return line.replace(/[A-Za-z]/, (letter) => (letter < 'a' ? letter.toLowerCase() : letter.toUpperCase()));
}
