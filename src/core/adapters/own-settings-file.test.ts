import { mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { settingsFolder } from '../../../test/support/settings-folder.ts';
import { settingsSchema } from '../../contract/settings.ts';
import type { SettingsProblem } from '../ports/settings.ts';

const { defaults, folder, file, open, given, stored, closeAll } = settingsFolder();

describe('a file that cannot be understood', () => {
  test.each(['{"theme":"da', '[]', 'null', '"dark"', '\u0000\u0001', ''])(
    '%j is kept aside, named and replaced',
    async (content) => {
      await given(content);
      const settings = await open();
      expect(settings.current()).toEqual(defaults);
      expect(settings.recoveredFrom).toMatch(/settings\.corrupt-.+\.json$/);
      expect(settings.problems).toEqual([{ source: 'user', file: settings.recoveredFrom, field: null }]);
      expect(await readFile(settings.recoveredFrom ?? '', 'utf8')).toBe(content);
    },
  );

  test('one bad field is left out and named; the others, and those of a newer version, stay', async () => {
    const content = JSON.stringify({
      theme: 'sepia',
      language: 'pt',
      portal: 'https://portal.example',
      fromTheFuture: [1],
    });
    await given(content);
    const settings = await open();
    expect(settings.current()).toEqual({ ...defaults, language: 'pt', portal: 'https://portal.example' });
    expect(settings.problems).toEqual([{ source: 'user', file: settings.recoveredFrom, field: 'theme' }]);
    expect(await readFile(settings.recoveredFrom ?? '', 'utf8')).toBe(content);
    await settings.update({ theme: 'light' });
    expect(await stored()).toEqual({
      language: 'pt',
      portal: 'https://portal.example',
      fromTheFuture: [1],
      theme: 'light',
      keptAside: [{ file: settings.recoveredFrom, field: 'theme' }],
    });
  });

  test('is named at each start, whoever met it first, until the person says that they know', async () => {
    await given('{"theme":');
    const first = await open();
    const [problem] = first.problems;
    await first.update({ language: 'es' });
    const second = await open();
    expect(second.recoveredFrom).toBeNull();
    expect(second.problems).toEqual([problem]);
    await second.acknowledge(problem as SettingsProblem);
    expect((await open()).problems).toEqual([]);
    expect(await stored()).toEqual({ language: 'es' });
    expect(await readFile(first.recoveredFrom ?? '', 'utf8')).toBe('{"theme":');
  });

  test('two copies are named, each until it is known or gone', async () => {
    await given('{"theme":"sepia","language":"en"}');
    const first = await open();
    await given(JSON.stringify({ ...(await stored()), updateChannel: 7 }));
    const second = await open();
    expect(second.problems).toEqual([
      { source: 'user', file: first.recoveredFrom, field: 'theme' },
      { source: 'user', file: second.recoveredFrom, field: 'updateChannel' },
    ]);
    await rm(first.recoveredFrom ?? '');
    expect((await open()).problems).toEqual(second.problems.slice(1));
  });

  test('a folder in its place is moved aside, and the client starts', async () => {
    await mkdir(file(), { recursive: true });
    const settings = await open();
    expect(settings.current()).toEqual(defaults);
    expect(settings.problems).toEqual([{ source: 'user', file: settings.recoveredFrom, field: null }]);
    await settings.update({ theme: 'dark' });
    expect(await stored()).toMatchObject({ theme: 'dark' });
  });

  test('one that can be neither read nor kept aside ends nothing: it is named where it is', async () => {
    await given('{"theme":"dark"}');
    await rm(file());
    await symlink(file(), file());
    const settings = await open();
    expect(settings.current()).toEqual(defaults);
    expect(settings.problems).toEqual([{ source: 'user', file: file(), field: null }]);
    await expect(settings.update({ theme: 'dark' })).rejects.toMatchObject({ code: 'internal' });
  });

  test('one that breaks while the client runs is kept aside at the next change', async () => {
    const settings = await open();
    await settings.update({ language: 'es' });
    await writeFile(file(), '{"language":');
    await settings.update({ theme: 'dark' });
    const aside = (await readdir(folder())).filter((name) => name.includes('corrupt'));
    expect(aside).toHaveLength(1);
    expect(await stored()).toEqual({
      theme: 'dark',
      keptAside: [{ file: join(folder(), aside[0] ?? ''), field: null }],
    });
  });

  test('whatever the file holds, the client starts, and what was understood is valid', async () => {
    const value = fc.oneof(
      fc.jsonValue(),
      fc.constantFrom<unknown>('dark', 'es', true, false, null, 'https://portal.example'),
    );
    const fields = fc.dictionary(fc.constantFrom(...Object.keys(defaults), 'other'), value);
    const content = fc.oneof(
      fc.json(),
      fc.string({ maxLength: 200 }),
      fields.map((object) => JSON.stringify(object)),
    );
    await fc.assert(
      fc.asyncProperty(content, async (text) => {
        await given(text);
        const settings = await open();
        expect(settingsSchema.parse(settings.current())).toEqual(settings.current());
        closeAll();
      }),
      { numRuns: 60 },
    );
  });
});
