import { describe, expect, test } from 'vitest';
import { checkFile, type Rule } from './check-file.ts';
import { type Folder, folders, packageRules } from './table.ts';

/** Each rule with a forbidden source (file, text, where and why) and an allowed one that differs by little. */
const cases: readonly {
  rule: Rule;
  forbidden: readonly [file: string, source: string, line: number, why: string];
  allowed: readonly [file: string, source: string];
}[] = [
  {
    rule: 'folder',
    forbidden: ['src/core/a.ts', `\nimport { x } from '../portal/x.ts';`, 2, 'through ports and contracts'],
    allowed: ['src/core/a.ts', `import { x } from '../domain/x.ts';`],
  },
  {
    rule: 'folder',
    forbidden: [
      'src/renderer/features/a.tsx',
      `import type { X } from '../../core/x.ts';`,
      1,
      'client contract only',
    ],
    allowed: ['src/renderer/features/a.tsx', `import type { X } from '../../contract/x.ts';`],
  },
  {
    rule: 'types-only',
    forbidden: ['src/preload/index.ts', `import { x } from '../contract/x.ts';`, 1, 'hands over one port'],
    allowed: ['src/preload/index.ts', `import type { X } from '../contract/x.ts';`],
  },
  {
    rule: 'outside',
    forbidden: ['src/core/a.ts', `import { clock } from '../../test/fakes/clock.ts';`, 1, 'outside of src'],
    allowed: ['src/core/a.test.ts', `import { clock } from '../../test/fakes/clock.ts';`],
  },
  {
    rule: 'outside',
    forbidden: ['src/core/a.ts', `import { x } from '../../scripts/x.ts';`, 1, 'outside of src'],
    allowed: ['src/core/a.ts', `import x from '../../resources/locales/es/core.json' with { type: 'json' };`],
  },
  {
    rule: 'node',
    forbidden: ['src/domain/a.ts', `const a = 1;\n\nimport fs from 'node:fs';`, 3, 'no input, no output'],
    allowed: ['src/domain/a.test.ts', `import fs from 'node:fs';`],
  },
  {
    rule: 'node',
    forbidden: ['src/contract/a.ts', `import { join } from 'path/posix';`, 1, 'read in the window'],
    allowed: ['src/core/a.ts', `import { join } from 'node:path/posix';`],
  },
  {
    rule: 'node',
    forbidden: ['src/preload/index.ts', `const { URL } = require('url');`, 1, 'sandboxed preload'],
    allowed: ['src/preload/index.ts', `const { ipcRenderer } = require('electron');`],
  },
  {
    rule: 'package',
    forbidden: ['src/core/a.ts', `import type { App } from 'electron';`, 1, 'run without Electron'],
    allowed: ['src/main/a.ts', `import { app } from 'electron';`],
  },
  {
    rule: 'package',
    forbidden: ['src/host/a.ts', `import { net } from 'electron/main';`, 1, 'run without Electron'],
    allowed: ['src/host/a.ts', `import Store from 'electron-store';`],
  },
  {
    rule: 'package',
    forbidden: ['src/host/a.ts', `import { Button } from '@mantine/core';`, 1, 'only the window draws'],
    allowed: ['src/renderer/a.tsx', `import { Button } from '@mantine/core';`],
  },
  {
    rule: 'test-only',
    forbidden: ['src/portal/a.ts', `import { SMTPServer } from 'smtp-server';`, 1, 'must not ship'],
    allowed: ['src/portal/a.test.ts', `import { SMTPServer } from 'smtp-server';`],
  },
  {
    rule: 'computed',
    forbidden: ['src/cli/a.ts', `await import(name);`, 1, 'only known at run time'],
    allowed: ['src/cli/a.ts', `await import('./status.ts');`],
  },
  {
    rule: 'environment',
    forbidden: ['src/core/a.ts', `export const a = 1,\n  b = process.env.HOME;`, 2, 'entry points only'],
    allowed: ['src/host/index.ts', `export const b = process.env.HOME;`],
  },
  {
    rule: 'environment',
    forbidden: ['src/cli/commands/a.ts', `import { argv } from 'node:process';`, 1, 'entry points only'],
    allowed: ['src/cli/commands/a.ts', `import { platform } from 'node:process';`],
  },
  {
    rule: 'folder',
    forbidden: [
      'src/core/a.ts',
      `import { createRequire } from 'node:module';\nconst load = createRequire(import.meta.url);\nload('../portal/x.ts');`,
      3,
      'through ports and contracts',
    ],
    allowed: [
      'src/core/a.ts',
      `import { createRequire } from 'node:module';\nconst load = createRequire(import.meta.url);\nload('../domain/x.ts');`,
    ],
  },
  {
    rule: 'folder',
    forbidden: [
      'src/core/a.ts',
      `import m from 'module';\nm.createRequire(import.meta.url).resolve('../portal/x.ts');`,
      2,
      'through ports and contracts',
    ],
    allowed: ['src/core/a.ts', `import m from 'module';\nm.isBuiltin('../portal/x.ts');`],
  },
  {
    rule: 'computed',
    forbidden: [
      'src/core/a.ts',
      `import { createRequire } from 'node:module';\ncreateRequire(folder);`,
      2,
      'only known at run time',
    ],
    allowed: [
      'src/core/a.ts',
      `import { createRequire } from 'node:module';\ncreateRequire(import.meta.filename);`,
    ],
  },
  {
    rule: 'folder',
    forbidden: ['src/core/a.ts', `new Worker('../portal/x.ts');`, 1, 'through ports and contracts'],
    allowed: ['src/core/a.ts', `new Walker('../portal/x.ts');`],
  },
  {
    rule: 'folder',
    forbidden: [
      'src/renderer/a.ts',
      `new SharedWorker(new URL('../core/x.ts', import.meta.url));`,
      1,
      'client contract only',
    ],
    allowed: ['src/renderer/a.ts', `new SharedWorker(new URL('../domain/x.ts', import.meta.url));`],
  },
  {
    rule: 'folder',
    forbidden: [
      'src/core/a.ts',
      `import { Worker as W } from 'node:worker_threads';\nnew W('../portal/x.ts');`,
      2,
      'through ports and contracts',
    ],
    allowed: ['src/core/a.ts', `import { Worker as W } from 'node:worker_threads';\nnew W('./x.ts');`],
  },
  {
    rule: 'folder',
    forbidden: [
      'src/core/a.ts',
      `/// <reference path="../portal/x.d.ts" />`,
      1,
      'through ports and contracts',
    ],
    allowed: ['src/core/a.ts', `/// <reference path="x.d.ts" />`],
  },
  {
    rule: 'node',
    forbidden: ['src/domain/a.ts', `/// <reference types="node" />`, 1, 'no input, no output'],
    allowed: ['src/core/a.ts', `/// <reference types="node" />`],
  },
  {
    rule: 'test-only',
    forbidden: ['src/core/a.ts', `/// <reference types='vite/client' />`, 1, 'must not ship'],
    allowed: ['src/core/a.ts', `// <reference types='vite/client' />`],
  },
  {
    rule: 'folder',
    forbidden: [
      'src/renderer/a.ts',
      `import.meta.glob(['./*.ts', '../core/**/*.ts']);`,
      1,
      'client contract only',
    ],
    allowed: ['src/renderer/a.ts', `import.meta.glob(['./*.ts', '!./**/*.test.ts']);`],
  },
  {
    rule: 'folder',
    forbidden: ['src/renderer/a.ts', `import.meta.glob('../*/index.ts');`, 1, 'client contract only'],
    allowed: ['src/renderer/a.ts', `import.meta.glob('../domain/*/index.ts');`],
  },
  {
    rule: 'folder',
    forbidden: ['src/renderer/a.ts', `import { x } from '/src/core/x.ts';`, 1, 'client contract only'],
    allowed: ['src/renderer/a.ts', `import { x } from '/src/domain/x.ts';`],
  },
  {
    rule: 'outside',
    forbidden: ['src/core/a.ts', `import { x } from 'file:///src/core/x.ts';`, 1, 'outside of src'],
    allowed: ['src/core/a.ts', `import { x } from 'file';`],
  },
  {
    rule: 'example',
    forbidden: [
      'examples/typescript/a.ts',
      `import { x } from '../../src/contract/x.ts';`,
      1,
      'another vendor',
    ],
    allowed: ['examples/typescript/a.ts', `import { x } from './lib/x.ts';`],
  },
  {
    rule: 'unknown-folder',
    forbidden: ['src/helpers/a.ts', 'export {};', 1, 'table.ts'],
    allowed: ['test/helpers/a.ts', 'export {};'],
  },
];

describe.each(cases)('$rule', ({ rule, forbidden: [file, source, line, why], allowed }) => {
  test(`refuses ${source.trim()} in ${file}`, () => {
    const violations = checkFile(file, source);
    expect(violations).toEqual([expect.objectContaining({ file, line, rule })]);
    expect(violations[0]?.message).toContain(why);
  });

  test(`accepts ${allowed[1]} in ${allowed[0]}`, () => {
    expect(checkFile(...allowed)).toEqual([]);
  });
});

/** The rule as CONTRIBUTING.md states it, written out pair by pair: a slip in the table shows here. */
const mayUse: Record<Folder, string> = {
  contract: '',
  domain: 'contract',
  core: 'contract domain',
  portal: 'contract domain',
  renderer: 'contract domain',
  main: 'core contract',
  host: 'core contract',
  cli: 'core contract',
  preload: 'contract',
};
const names = Object.keys(folders) as Folder[];

describe.each(names)('%s', (from) => {
  test.each(names.filter((name) => name !== from))(`and %s`, (to) => {
    const violations = checkFile(`src/${from}/deep/a.ts`, `import type { X } from '../../${to}/index.ts';`);
    expect(violations.map(({ rule }) => rule)).toEqual(
      mayUse[from].split(' ').includes(to) ? [] : ['folder'],
    );
  });

  test('may import its own files in any way', () => {
    const source = `import { a } from './a.ts'; export * from '../b.ts'; await import('./c.ts');`;
    expect(checkFile(`src/${from}/deep/x.ts`, source)).toEqual([]);
  });

  test.each(packageRules)('and $packages', ({ packages, only }) => {
    const source = packages.map((name) => `import '${name.replace('*', 'any')}/sub';`).join('\n');
    const rules = checkFile(`src/${from}/a.ts`, source).map(({ rule }) => rule);
    expect(rules).toEqual(only.includes(from) ? [] : packages.map(() => 'package'));
  });
});

test('a worker started by address is code like any other; a data file is not', () => {
  const from = (address: string) => checkFile('src/host/a.ts', `new URL('${address}', import.meta.url);`);
  expect(from('../portal/worker.ts').map(({ rule }) => rule)).toEqual(['folder']);
  expect(from('../core/worker.ts')).toEqual([]);
  expect(from('../../out/renderer/')).toEqual([]);
});

test('a path that leaves and comes back is seen for what it is', () => {
  const source = `import { x } from '../../src/core/../portal/x.ts?raw';`;
  expect(checkFile('src/core/a.ts', source)).toMatchObject([{ rule: 'folder' }]);
});

test('reports every violation of a file, in order', () => {
  const source = [`import 'electron';`, `import '../core/a.ts';`, `process.argv;`].join('\n');
  expect(checkFile('src/domain/a.ts', source).map(({ line, rule }) => [line, rule])).toEqual([
    [1, 'package'],
    [2, 'folder'],
    [3, 'environment'],
  ]);
});
