import { type FSWatcher, watch } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { constants } from 'node:os';
import { join } from 'node:path';
import { AldabaError } from '../../contract/errors.ts';
import {
  type SettingName,
  type Settings,
  type SettingsChange,
  settingsChangeSchema,
  settingsSchema,
} from '../../contract/settings.ts';
import type { ProcessLock } from '../lock/process-lock.ts';
import type { Log } from '../ports/log.ts';
import type { FixedBy, SettingsStore } from '../ports/settings.ts';
import { asAldabaError } from '../problem.ts';
import { forgetKeptAside, readOwnSettings, repairOwnSettings } from './own-settings-file.ts';
import { readFields, readJsonObject, readPolicy, type Source } from './settings-sources.ts';

export interface FileSettingsOptions {
  /** Folder of the person's file `settings.json`, absolute; made when first written to. */
  folder: string;
  policyFile: string;
  commandLine: Source;
  environment: Source;
  lock: ProcessLock;
  log: Log;
}

const fileName = 'settings';

function fixedBy(source: FixedBy, { values }: Source): [SettingName, FixedBy][] {
  return (Object.keys(values) as SettingName[]).map((name) => [name, source]);
}

const signals = Object.keys(constants.signals) as NodeJS.Signals[];

/**
 * electron-store without the signal handlers that come with it (when-exit, of atomically): they send each signal to this process once more,
 * which ends it in the middle of its orderly stop. What they are for, taking temporary files away, happens at `exit` all the same.
 */
async function loadStore() {
  const before = new Set(signals.flatMap((signal) => process.rawListeners(signal)));
  const { default: Store } = await import('electron-store');
  for (const signal of signals) {
    for (const listener of process.rawListeners(signal)) {
      const once = Object.hasOwn(listener, 'listener');
      if (once && !before.has(listener)) process.off(signal, listener as NodeJS.SignalsListener);
    }
  }
  return Store;
}

/**
 * Settings of all sources: policy > command line > environment > the person's file > defaults (contract/settings).
 *
 * The file is written by electron-store, loaded at the first write. That module imports `electron`, which in plain Node fetches its binary
 * unless ELECTRON_OVERRIDE_DIST_PATH is set: entry points that run in plain Node set it.
 */
export async function openSettings(options: FileSettingsOptions): Promise<SettingsStore & { close(): void }> {
  const { folder, policyFile, commandLine, environment, lock, log } = options;
  const path = join(folder, `${fileName}.json`);
  const policy = await readPolicy(policyFile);
  let start = await readOwnSettings(path);
  let recoveredFrom: string | null = null;
  if (start.broken.length > 0) {
    // One that cannot be kept aside (rights, a full disk) ends nothing: it is named where it is.
    recoveredFrom = await lock.run('settings', () => repairOwnSettings(path)).catch(() => null);
    start = await readOwnSettings(path);
  }
  const problems = [
    ...policy.problems,
    ...commandLine.problems,
    ...environment.problems,
    ...start.broken,
    ...start.kept,
  ];
  for (const problem of problems) log.warn({ ...problem }, 'a setting cannot be understood and is left out');
  const locked: ReadonlyMap<SettingName, FixedBy> = new Map([
    ...fixedBy('environment', environment),
    ...fixedBy('command-line', commandLine),
    ...fixedBy('policy', policy),
  ]);
  const listeners = new Set<(settings: Settings) => void>();
  let own = start.values;
  let settings = combine();
  let watcher: FSWatcher | null = null;

  function combine(): Settings {
    return settingsSchema.parse({ ...own, ...environment.values, ...commandLine.values, ...policy.values });
  }

  function take(next: SettingsChange): void {
    own = next;
    const before = JSON.stringify(settings);
    settings = combine();
    if (JSON.stringify(settings) !== before) for (const listener of [...listeners]) listener(settings);
  }

  let reading: Promise<void> = Promise.resolve();
  /** One reading at a time. */
  function reload(): Promise<void> {
    reading = reading.then(read);
    return reading;
  }

  async function read(): Promise<void> {
    const given = await readJsonObject(path);
    // A file that another process has broken meanwhile is set aside at the next start; until then what was read counts.
    if (given !== undefined && given !== 'unreadable')
      take(given === null ? {} : readFields(given, { source: 'user', file: path }).values);
  }

  function follow(): void {
    try {
      watcher ??= watch(folder, { persistent: false }, (_event, name) => {
        if (name === `${fileName}.json` || name === null) void reload();
      });
      watcher.on('error', () => watcher?.close());
    } catch {
      // The folder comes with the first write.
    }
  }

  async function write(change: SettingsChange): Promise<void> {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    // Broken since the start: set aside like then, because electron-store would refuse it or throw it away.
    const aside = await repairOwnSettings(path);
    if (aside !== null) log.warn({ file: aside }, 'the settings file was broken and is kept aside');
    const Store = await loadStore();
    const store = new Store<Record<string, unknown>>({
      cwd: folder,
      name: fileName,
      configFileMode: 0o600,
      accessPropertiesByDotNotation: false,
      clearInvalidConfig: false,
    });
    // Windows replaces no file that is open, and the store tries again without letting a reading of this process end.
    for (let last: Promise<void> | null = null; last !== reading; ) {
      last = reading;
      await last;
    }
    store.set(change);
  }

  follow();
  return {
    current: () => settings,
    locked: () => locked,
    problems,
    recoveredFrom,
    reload,
    onChange(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    async update(change) {
      const checked = settingsChangeSchema.safeParse(change);
      if (!checked.success) {
        const field = String(checked.error.issues[0]?.path[0] ?? '');
        throw new AldabaError('invalid-input', `not a setting: ${field}`, { field });
      }
      const entries = Object.entries(checked.data) as [SettingName, unknown][];
      const given = entries.filter(
        ([name, value]) => value !== undefined && !(locked.has(name) && settings[name] === value),
      );
      for (const [name] of given) {
        const source = locked.get(name);
        if (source !== undefined)
          throw new AldabaError('policy-locked', `${name} is fixed by ${source}`, { field: name });
      }
      if (given.length === 0) return;
      try {
        await lock.run('settings', () => write(Object.fromEntries(given)));
      } catch (error) {
        throw asAldabaError(error);
      }
      take({ ...own, ...Object.fromEntries(given) });
      await reload();
      follow();
    },
    acknowledge: (problem) =>
      lock
        .run('settings', () => forgetKeptAside(path, problem))
        .catch((error) => {
          throw asAldabaError(error);
        }),
    close() {
      watcher?.close();
      watcher = null;
      listeners.clear();
    },
  };
}
