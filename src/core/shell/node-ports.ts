import { hostname } from 'node:os';
import { join } from 'node:path';
import type { Settings } from '../../contract/settings.ts';
import { openSettings } from '../adapters/file-settings.ts';
import { findPolicyFile } from '../adapters/find-paths.ts';
import { createSystemHardware } from '../adapters/hardware/system-hardware.ts';
import { createFileLog } from '../adapters/lazy-log.ts';
import { openSecrets } from '../adapters/open-secrets.ts';
import { settingsFromEnvironment, settingsFromTexts, settingTexts } from '../adapters/settings-sources.ts';
import { createSystemClock } from '../adapters/system-clock.ts';
import { createUndiciHttp, type NetworkSettings } from '../adapters/undici-http.ts';
import { createProcessLock } from '../lock/process-lock.ts';
import type { Http, Opener, Ports } from '../ports/index.ts';
import { pathsOf, type Surroundings } from './surroundings.ts';

export interface Shell {
  readonly name: 'window' | 'host' | 'agent' | 'command';
  readonly client: Ports['client'];
  readonly opener: Opener;
  readonly rootKeys: readonly string[];
  /** The way to the network of this shell; absent: undici with the proxy and certificates of settings and environment. */
  readonly http?: (settings: () => Settings, plain: Required<Http>) => Http;
}

export interface NodePorts extends Ports {
  /** Lets go of files and connections. */
  close(): Promise<void>;
}

/** Every port over the real machine, for whichever shell. */
export async function createNodePorts(surroundings: Surroundings, shell: Shell): Promise<NodePorts> {
  const { environment, profile } = surroundings;
  const paths = pathsOf(surroundings);
  const log = createFileLog(paths.logs, shell.name);
  const lock = createProcessLock(join(paths.runtime, 'locks'));
  const settings = await openSettings({
    folder: paths.config,
    policyFile: findPolicyFile(process.platform, environment),
    commandLine: settingsFromTexts(settingTexts(surroundings.settings), 'command-line'),
    environment: settingsFromEnvironment(environment),
    lock,
    log,
  });
  const secrets = await openSecrets({
    profile,
    folder: join(paths.data, 'secrets'),
    onDisk: settings.current().secretsOnDisk,
    platform: process.platform,
    environment,
    lock,
    log,
  });
  const plain = createUndiciHttp({
    network: (): NetworkSettings => settings.current(),
    environment: {
      ...given('httpProxy', environment.HTTP_PROXY ?? environment.http_proxy),
      ...given('httpsProxy', environment.HTTPS_PROXY ?? environment.https_proxy),
      ...given('noProxy', environment.NO_PROXY ?? environment.no_proxy),
    },
  });
  const http = shell.http?.(() => settings.current(), plain) ?? plain;
  return {
    clock: createSystemClock(),
    secrets,
    settings,
    http,
    hardware: createSystemHardware({ platform: process.platform, hostName: hostname() }),
    opener: shell.opener,
    log,
    paths,
    client: shell.client,
    rootKeys: shell.rootKeys,
    async close() {
      await Promise.all(http === plain ? [plain.close()] : [http.close(), plain.close()]);
      settings.close();
      await log.flush();
    },
  };
}

function given<K extends string>(name: K, value: string | undefined): Partial<Record<K, string>> {
  return value === undefined ? {} : ({ [name]: value } as Record<K, string>);
}
