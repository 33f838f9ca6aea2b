import { chmod, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { createFixedClock } from '../../../test/fakes/clock.ts';
import { expectMode } from '../../../test/support/expect-mode.ts';
import { settingsFolder } from '../../../test/support/settings-folder.ts';
import { needs } from '../../../test/support/skip.ts';
import { settingsNotices } from '../state/settings-notices.ts';
import { settingsFromEnvironment, settingsFromTexts } from './settings-sources.ts';

const { defaults, file, policyFile, root, open, given } = settingsFolder();

describe('the person’s own settings', () => {
  test('nothing stored: defaults, and nothing is written', async () => {
    const settings = await open();
    expect(settings.current()).toEqual(defaults);
    expect(settings.recoveredFrom).toBeNull();
    expect(await readdir(root())).toEqual([]);
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
    expect(await readdir(root())).toEqual([]);
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
        'https://portal.example:6000/',
      ])
        expect(await problems(portal), portal).toMatchObject([{ source, field: 'portal' }]);
      for (const portal of [
        'https://portal.example',
        'http://127.0.0.1:8080',
        'http://localhost/aldaba',
        'http://[::1]:3000',
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

  test('a file that the person may not read is left as it is, and is not called damaged', async (context) => {
    const user = process.geteuid?.();
    needs(context, user !== undefined, 'Windows has no file modes');
    await given('{"language":"pt"}');
    await chmod(root(), 0o755);
    await chmod(file(), 0o000);
    // Root reads everything.
    if (user === 0) process.seteuid?.(65534);
    const settings = await open().finally(() => process.seteuid?.(user ?? 0));
    expect(settings.problems).toEqual([{ source: 'user', file: file(), field: null, unreadable: true }]);
    expect(settings.recoveredFrom).toBeNull();
    expect(settingsNotices({ settings, clock: createFixedClock() })).toMatchObject([
      { code: 'file-unreadable', data: { file: file() } },
    ]);
    await chmod(file(), 0o600);
    expect((await open()).current().language).toBe('pt');
  });

  test('each source is told in its own words', async () => {
    await given('{"theme":"sepia"}');
    await writeFile(policyFile(), '{"portal":7}');
    const settings = await open({
      environment: { ALDABA_MODE: 'weird' },
      commandLine: { language: 'xx' },
    });
    const notices = settingsNotices({ settings, clock: createFixedClock() });
    expect(notices.map(({ code, data }) => [code, data])).toEqual([
      ['policy-invalid', { file: policyFile(), field: 'portal' }],
      ['option-invalid', { field: 'language' }],
      ['variable-invalid', { field: 'mode' }],
      ['settings-corrupt', { file: settings.recoveredFrom, field: 'theme' }],
    ]);
  });

  test('a policy that cannot be read is named', async () => {
    await mkdir(policyFile());
    expect((await open()).problems).toEqual([{ source: 'policy', file: policyFile(), field: null }]);
  });
});
