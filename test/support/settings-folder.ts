import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach } from 'vitest';
import { settingsSchema } from '../../src/contract/settings.ts';
import { openSettings } from '../../src/core/adapters/file-settings.ts';
import { settingsFromEnvironment, settingsFromTexts } from '../../src/core/adapters/settings-sources.ts';
import { createProcessLock } from '../../src/core/lock/process-lock.ts';
import { createMemoryLog } from '../fakes/log.ts';

/** A folder of its own for each test of the suite, with the person's settings file and a policy in it; each `open` is a start of the client. */
export function settingsFolder() {
  let root = '';
  const closes: (() => void)[] = [];
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'aldaba-settings-'));
  });
  function closeAll(): void {
    for (const close of closes.splice(0)) close();
  }
  afterEach(async () => {
    closeAll();
    await rm(root, { recursive: true, force: true });
  });

  const folder = () => join(root, 'config');
  const file = () => join(folder(), 'settings.json');
  const policyFile = () => join(root, 'policy.json');
  return {
    defaults: settingsSchema.parse({}),
    root: () => root,
    folder,
    file,
    policyFile,
    closeAll,
    async open(sources: { commandLine?: Record<string, string>; environment?: Record<string, string> } = {}) {
      const settings = await openSettings({
        folder: folder(),
        policyFile: policyFile(),
        commandLine: settingsFromTexts(sources.commandLine ?? {}, 'command-line'),
        environment: settingsFromEnvironment(sources.environment ?? {}),
        lock: createProcessLock(join(root, 'run')),
        log: createMemoryLog(),
      });
      closes.push(settings.close);
      return settings;
    },
    async given(content: string): Promise<void> {
      await mkdir(folder(), { recursive: true });
      await writeFile(file(), content);
    },
    stored: async () => JSON.parse(await readFile(file(), 'utf8')),
  };
}
