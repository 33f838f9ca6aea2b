import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createMemoryLog } from '../../../test/fakes/log.ts';
import { expectMode } from '../../../test/support/expect-mode.ts';
import { settingsSchema } from '../../contract/settings.ts';
import { createProcessLock } from '../lock/process-lock.ts';
import { openSettings } from './file-settings.ts';
import { settingsFromEnvironment, settingsFromTexts } from './settings-sources.ts';

let root: string;
let closes: (() => void)[];
const defaults = settingsSchema.parse({});
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'aldaba-settings-'));
  closes = [];
});
afterEach(async () => {
  for (const close of closes) close();
  await rm(root, { recursive: true, force: true });
});

const folder = () => join(root, 'config');
const file = () => join(folder(), 'settings.json');
const policyFile = () => join(root, 'policy.json');

async function open(
  sources: { commandLine?: Record<string, string>; environment?: Record<string, string> } = {},
) {
  const log = createMemoryLog();
  const settings = await openSettings({
    folder: folder(),
    policyFile: policyFile(),
    commandLine: settingsFromTexts(sources.commandLine ?? {}, 'command-line'),
    environment: settingsFromEnvironment(sources.environment ?? {}),
    lock: createProcessLock(join(root, 'run')),
    log,
  });
  closes.push(settings.close);
  return settings;
}

async function given(content: string): Promise<void> {
  await mkdir(folder(), { recursive: true });
  await writeFile(file(), content);
}

describe('the person’s own settings', () => {
  test('nothing stored: defaults, and nothing is written', async () => {
    const settings = await open();
    expect(settings.current()).toEqual(defaults);
    expect(settings.recoveredFrom).toBeNull();
    expect(await readdir(root)).toEqual([]);
  });

  test('a change is kept, for the person alone to read, and the rest stays', async () => {
    const settings = await open();
    const seen: string[] = [];
    settings.onChange(({ theme }) => seen.push(theme));
    await settings.update({ theme: 'dark', portal: 'https://portal.example' });
    await settings.update({ language: 'pt', theme: undefined });
    expect(seen).toEqual(['dark', 'dark']);
    expect(JSON.parse(await readFile(file(), 'utf8'))).toEqual({
      theme: 'dark',
      portal: 'https://portal.example',
      language: 'pt',
    });
    await expectMode(file(), 0o600);
    expect((await open()).current()).toEqual({
      ...defaults,
      theme: 'dark',
      portal: 'https://portal.example',
      language: 'pt',
    });
  });

  test('a value that is no setting is refused and changes nothing', async () => {
    const settings = await open();
    // @ts-expect-error: what another program could send
    await expect(settings.update({ theme: 'sepia' })).rejects.toMatchObject({
      code: 'invalid-input',
      data: { field: 'theme' },
    });
    expect(settings.current()).toEqual(defaults);
  });

  test('two processes that change different settings at once lose neither', async () => {
    const [one, two] = [await open(), await open()];
    await Promise.all([
      one.update({ theme: 'dark' }),
      two.update({ language: 'en' }),
      one.update({ autoStart: false }),
    ]);
    expect(JSON.parse(await readFile(file(), 'utf8'))).toEqual({
      theme: 'dark',
      language: 'en',
      autoStart: false,
    });
    await two.reload();
    expect(two.current()).toMatchObject({ theme: 'dark', language: 'en', autoStart: false });
  });

  test('what another process changed is taken over by itself', async () => {
    await given('{}');
    const [one, two] = [await open(), await open()];
    await one.update({ theme: 'dark' });
    await expect.poll(() => two.current().theme).toBe('dark');
  });
});

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
      const again = await open();
      expect(again.recoveredFrom).toBeNull();
      expect(again.problems).toEqual([]);
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
    expect(JSON.parse(await readFile(file(), 'utf8'))).toEqual({
      language: 'pt',
      portal: 'https://portal.example',
      fromTheFuture: [1],
      theme: 'light',
    });
    expect((await open()).problems).toEqual([]);
  });

  test('one that breaks while the client runs is kept aside at the next change', async () => {
    const settings = await open();
    await settings.update({ language: 'es' });
    await writeFile(file(), '{"language":');
    await settings.update({ theme: 'dark' });
    expect(JSON.parse(await readFile(file(), 'utf8'))).toEqual({ theme: 'dark' });
    const aside = (await readdir(folder())).filter((name) => name.includes('corrupt'));
    expect(aside).toHaveLength(1);
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
        for (const close of closes.splice(0)) close();
      }),
      { numRuns: 60 },
    );
  });
});

describe('sources', () => {
  test('policy beats command line beats environment beats the person beats the default', async () => {
    const settings = await open();
    await settings.update({ theme: 'light', language: 'es', updateChannel: 'preview', autoStart: false });
    await writeFile(policyFile(), JSON.stringify({ theme: 'dark' }));
    const all = await open({
      commandLine: { theme: 'system', language: 'en' },
      environment: { ALDABA_THEME: 'light', ALDABA_LANGUAGE: 'pt', ALDABA_UPDATE_CHANNEL: 'off' },
    });
    expect(all.current()).toMatchObject({
      theme: 'dark',
      language: 'en',
      updateChannel: 'off',
      autoStart: false,
      mode: null,
    });
    expect(Object.fromEntries(all.locked())).toEqual({
      theme: 'policy',
      language: 'command-line',
      updateChannel: 'environment',
    });
  });

  test('what policy fixes cannot be changed, and nothing of that change is', async () => {
    await writeFile(policyFile(), JSON.stringify({ portal: 'https://portal.example', autoStart: true }));
    const settings = await open();
    await expect(settings.update({ theme: 'dark', autoStart: false })).rejects.toMatchObject({
      code: 'policy-locked',
      data: { field: 'autoStart' },
    });
    expect(settings.current()).toMatchObject({ theme: 'system', autoStart: true });
  });

  test('nor what environment or command line fix; at the value that it has it is no change', async () => {
    const portal = 'https://portal.example';
    const settings = await open({
      commandLine: { mode: 'cloud-key' },
      environment: { ALDABA_PORTAL: portal },
    });
    for (const change of [{ mode: 'standalone' as const }, { portal: 'https://other.example' }]) {
      await expect(settings.update({ theme: 'dark', ...change })).rejects.toMatchObject({
        code: 'policy-locked',
        data: { field: Object.keys(change)[0] },
      });
    }
    expect(await readdir(root)).toEqual([]);
    await settings.update({ theme: 'dark', mode: 'cloud-key', portal });
    expect(JSON.parse(await readFile(file(), 'utf8'))).toEqual({ theme: 'dark' });
  });

  test('a bad field of the policy is named and the rest holds; a broken policy is named', async () => {
    await writeFile(policyFile(), '\uFEFF{"mode":"standalone","portal":7}');
    const settings = await open();
    expect(settings.current()).toMatchObject({ mode: 'standalone', portal: null });
    expect(settings.problems).toEqual([{ source: 'policy', file: policyFile(), field: 'portal' }]);
    await writeFile(policyFile(), '{"mode":');
    expect((await open()).problems).toEqual([{ source: 'policy', file: policyFile(), field: null }]);
  });

  test.each(['policy', 'environment', 'command-line'] as const)(
    'a portal on another machine has https, whoever fixes it: %s',
    async (source) => {
      const texts = (portal: string) =>
        source === 'environment'
          ? settingsFromEnvironment({ ALDABA_PORTAL: portal })
          : settingsFromTexts({ portal }, 'command-line');
      const problems = async (portal: string) => {
        if (source !== 'policy') return texts(portal).problems;
        await writeFile(policyFile(), JSON.stringify({ portal }));
        return (await open()).problems;
      };
      for (const portal of [
        'http://portal.example',
        'http://localhost@portal.example',
        'http://127.0.0.1.example',
      ])
        expect(await problems(portal), portal).toMatchObject([{ source, field: 'portal' }]);
      for (const portal of [
        'https://portal.example',
        'http://127.0.0.1:8080',
        'http://localhost/aldaba',
        'http://[::1]:1',
      ])
        expect(await problems(portal), portal).toEqual([]);
    },
  );

  test('no way in and no portal cannot be fixed: the person is asked', async () => {
    await writeFile(policyFile(), '{"mode":null,"portal":null,"proxy":null}');
    const settings = await open();
    expect([...settings.locked().keys()]).toEqual(['proxy']);
    await settings.update({ mode: 'cloud-key', portal: 'https://portal.example' });
    expect((await open()).current()).toMatchObject({ mode: 'cloud-key', portal: 'https://portal.example' });
    expect(settingsFromEnvironment({ ALDABA_MODE: 'null', ALDABA_PORTAL: 'null' })).toEqual({
      values: {},
      problems: [],
    });
  });

  test('a policy that cannot be read is named', async () => {
    await mkdir(policyFile());
    expect((await open()).problems).toEqual([{ source: 'policy', file: policyFile(), field: null }]);
  });
});
