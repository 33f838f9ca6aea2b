import fc from 'fast-check';
import { expect, test } from 'vitest';
import { findReferences } from './references.ts';

const found = (source: string, file = 'a.ts') =>
  findReferences(file, source).map(({ kind, text, typeOnly }) => [kind, text, ...(typeOnly ? ['type'] : [])]);

test.each([
  [`import a from './a.ts';`, [['module', './a.ts']]],
  [`import './a.ts';`, [['module', './a.ts']]],
  [`import a, { type B } from './a.ts';`, [['module', './a.ts']]],
  [`import { type A, type B } from './a.ts';`, [['module', './a.ts', 'type']]],
  [`import type * as A from './a.ts';`, [['module', './a.ts', 'type']]],
  [`import {} from './a.ts';`, [['module', './a.ts']]],
  [`import a from './a.json' with { type: 'json' };`, [['module', './a.json']]],
  [`export * from './a.ts';`, [['module', './a.ts']]],
  [`export * as a from './a.ts';`, [['module', './a.ts']]],
  [`export type * from './a.ts';`, [['module', './a.ts', 'type']]],
  [`export { a } from './a.ts';`, [['module', './a.ts']]],
  [`export { type A } from './a.ts';`, [['module', './a.ts', 'type']]],
  [`export type { A } from './a.ts';`, [['module', './a.ts', 'type']]],
  [`const a = import('./a.ts');`, [['module', './a.ts']]],
  ['const a = import(`./a.ts`);', [['module', './a.ts']]],
  ['const a = import(`./${b}.ts`);', [['computed', 'import(`./${b}.ts`']]],
  [`type A = import('./a.ts').A;`, [['module', './a.ts', 'type']]],
  [`type A = typeof import('./a.ts');`, [['module', './a.ts', 'type']]],
  [`import a = require('./a.ts');`, [['module', './a.ts']]],
  [`const a = require('./a.ts');`, [['module', './a.ts']]],
  [`require.resolve('./a.ts');`, [['module', './a.ts']]],
  [`import.meta.resolve('./a.ts');`, [['module', './a.ts']]],
  [`vi.mock('./a.ts');`, [['module', './a.ts']]],
  [`require(name);`, [['computed', 'require(name']]],
  [`new URL('./a.ts', import.meta.url);`, [['address', './a.ts']]],
  [`new URL('./a.ts', base);`, []],
  [`// import './a.ts'\nconst text = "import './a.ts'";`, []],
  [`const el = <p>{require('./a.tsx')}</p>;`, [['module', './a.tsx']]],
])('%s', (source, expected) => {
  expect(found(source, source.includes('<p>') ? 'a.tsx' : 'a.ts')).toEqual(expected);
});

test.each([
  ['process.env.HOME', 'process.env'],
  [`process['env']`, 'process.env'],
  ['process?.argv', 'process.argv'],
  ['globalThis.process.env', 'process.env'],
  ['const { env } = process;', 'process.env'],
  ['const { argv: rest } = globalThis.process;', 'process.argv'],
  ['const { pid, ...all } = process;', 'process.…'],
])('%s reads the environment', (source, text) => {
  expect(found(source)).toEqual([['environment', text]]);
});

test.each([
  [`import { env } from 'node:process';`],
  [`import { argv as words } from 'process';`],
  [`import self from 'node:process';\nself.env.HOME;`],
  [`import * as self from 'node:process';\nself.argv;`],
])('%s reads the environment by import', (source) => {
  expect(found(source).filter(([kind]) => kind === 'environment')).toHaveLength(1);
});

test.each([
  'process.pid',
  'import.meta.env.MODE',
  'settings.env',
  'const { pid } = process;',
  'a.process.env',
])('%s is none of it', (source) => {
  expect(found(source)).toEqual([]);
});

test('counts lines and columns from 1, in characters, after any kind of line end', () => {
  const source = `const ñ = 'señal 👍';\r\n/* 水 */ import './a.ts';`;
  expect(findReferences('a.ts', source)).toMatchObject([{ line: 2, column: 9 }]);
});

test('a source that does not parse is an error that names it', () => {
  expect(() => findReferences('src/core/a.ts', 'import from from from')).toThrow('src/core/a.ts');
});

test('finds an import wherever it stands in the file', () => {
  const filler = fc.array(
    fc.constantFrom('const a = 1;', '', '// ñ', '/* import "no" */', 'f(`${x}`);', 'type T = { a: "👍" };'),
  );
  fc.assert(
    fc.property(filler, filler, (before, after) => {
      const source = [...before, `await import('./here.ts');`, ...after].join('\n');
      expect(findReferences('a.ts', source)).toMatchObject([
        { kind: 'module', text: './here.ts', line: before.length + 1, column: 7 },
      ]);
    }),
  );
});
