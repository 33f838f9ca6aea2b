import { describe, expect, test } from 'vitest';
import { checkFile } from './check-file.ts';

/** Each with a source that is refused, and an allowed one that differs by little. */
describe.each([
  ['const p = process;\np.env.HOME;', 'const p = process;\np.pid;'],
  [`globalThis['process'].argv;`, `globalThis['process'].version;`],
  [
    'const { process: p } = globalThis;\nconst { env } = p;',
    'const { process: p } = globalThis;\nconst { pid } = p;',
  ],
  ['const { process: { argv } } = global;', 'const { process: { pid } } = global;'],
  ['let p;\np = process;\np.env;', 'let p;\np = child.process;\np.env;'],
  ['export const f = ({ env } = process) => env;', 'export const f = ({ env } = settings) => env;'],
  ['(process as { env: object }).env;', '(child as { env: object }).env;'],
  [`const { argv } = await import('node:process');`, `const { argv } = await import('node:child_process');`],
])('core, what is read in entry points: %s', (forbidden, allowed) => {
  test('refused, and accepted in an entry point', () => {
    expect(checkFile('src/core/a.ts', forbidden)).toMatchObject([{ rule: 'environment' }]);
    expect(checkFile('src/cli/index.ts', forbidden)).toEqual([]);
  });

  test(`but not ${allowed}`, () => {
    expect(checkFile('src/core/a.ts', allowed)).toEqual([]);
  });
});

describe.each([
  ['Date.now();', 'clock.now();'],
  ['new Date();', 'new Date(now);'],
  ['Date();', 'Date.parse(text);'],
  ['Math.random();', 'Math.round(share);'],
  ['const { random } = Math;', 'const { round } = Math;'],
  ['performance.now();', 'figures.performance;'],
  ['globalThis.crypto.randomUUID();', 'needs.crypto.randomUUID();'],
  ['crypto.getRandomValues(bytes);', 'crypto.verify(bytes);'],
  ['setTimeout(run, 1000);', 'clock.setTimeout(run, 1000);'],
  ['const D = Date;\nconst now = D.now;', 'const D = Dates;\nconst now = D.now;'],
])('domain, time and chance: %s', (forbidden, allowed) => {
  test('refused, and accepted in core and in tests', () => {
    const [violation, ...more] = checkFile('src/domain/a.ts', forbidden);
    expect(violation).toMatchObject({ rule: 'moment', message: expect.stringContaining('are given') });
    expect(more).toEqual([]);
    expect(checkFile('src/core/a.ts', forbidden)).toEqual([]);
    expect(checkFile('src/domain/a.test.ts', forbidden)).toEqual([]);
  });

  test(`but not ${allowed}`, () => {
    expect(checkFile('src/domain/a.ts', allowed)).toEqual([]);
  });
});
