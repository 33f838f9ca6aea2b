import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { bundledLicenses } from '../build/bundled-licenses.ts';
import { writeNotices } from './write-notices.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'aldaba-notices-'));
  for (const target of ['main', 'preload', 'renderer']) await write(`out/${target}/${bundledLicenses}`, []);
  await write('node_modules/@napi-rs/keyring/package.json', { version: '1.0.0', license: 'MIT' });
  await write('node_modules/@napi-rs/keyring/LICENSE', 'Copyright (c) the makers of the keyring');
  await mkdir(join(root, 'dist/resources/app.asar.unpacked/node_modules/@napi-rs'), { recursive: true });
});
afterEach(() => rm(root, { recursive: true, force: true }));

async function write(file: string, content: unknown): Promise<void> {
  await mkdir(dirname(join(root, file)), { recursive: true });
  await writeFile(join(root, file), typeof content === 'string' ? content : JSON.stringify(content));
}

async function noticesFor(...renderer: object[]): Promise<string> {
  await write(`out/renderer/${bundledLicenses}`, renderer);
  const appOutDir = join(root, 'dist');
  type Packager = Parameters<typeof writeNotices>[0]['packager'];
  const packager = {
    projectDir: root,
    getResourcesDir: () => join(appOutDir, 'resources'),
  } as Partial<Packager>;
  await writeNotices({ appOutDir, electronPlatformName: 'linux', packager: packager as Packager });
  return readFile(join(appOutDir, 'THIRD-PARTY-NOTICES.txt'), 'utf8');
}

const react = {
  name: 'react',
  version: '1.0.0',
  identifier: 'MIT',
  text: 'Copyright (c) the makers of react',
};

test('each library stands once, by name, with the words of its license', async () => {
  await write(`out/main/${bundledLicenses}`, [react]);
  const notices = await noticesFor(react, {
    ...react,
    name: 'clsx',
    text: 'Copyright (c) the maker of clsx',
  });
  expect(notices.match(/^\S+ 1\.0\.0 \(MIT\)$/gm)).toEqual([
    '@napi-rs/keyring 1.0.0 (MIT)',
    'clsx 1.0.0 (MIT)',
    'react 1.0.0 (MIT)',
  ]);
  expect(notices).toContain('the makers of the keyring');
  expect(notices).toContain('the maker of clsx');
});

test.each([
  ['terms that nobody has decided about', { identifier: 'GPL-3.0-only' }, 'react 1.0.0 (GPL-3.0-only)'],
  ['no stated terms', { identifier: undefined }, 'react 1.0.0 (none stated)'],
  ['no text of its license', { text: undefined }, 'react 1.0.0 (MIT)'],
])('a library with %s is not packaged', async (_, different, named) => {
  await expect(noticesFor({ ...react, ...different })).rejects.toThrow(named);
});

test('a package without a license file is given the words of its author’s other one', async () => {
  await write('node_modules/react-remove-scroll/LICENSE', 'Copyright (c) the author of both');
  const notices = await noticesFor({ ...react, name: 'react-remove-scroll-bar', text: undefined });
  expect(notices).toMatch(/react-remove-scroll-bar 1\.0\.0 \(MIT\)\n\nCopyright \(c\) the author of both/);
});
