import type { Shell } from 'electron';
import { AldabaError } from '../../contract/errors.ts';
import type { Opener } from '../../core/ports/index.ts';
import { externalLink } from '../security/external-links.ts';

/** What only this shell can do. `allowedOrigins` is asked at each call: the portal's address may change. */
export function createElectronOpener(options: {
  readonly shell: Pick<Shell, 'openPath' | 'showItemInFolder' | 'openExternal'>;
  readonly showWindow: (reason: Parameters<Opener['showWindow']>[0]) => void;
  readonly allowedOrigins: () => Promise<readonly string[]>;
}): Opener {
  const { shell } = options;
  return {
    async showWindow(reason) {
      options.showWindow(reason);
      return true;
    },
    async openFile(path) {
      const failure = await shell.openPath(path);
      if (failure !== '') throw new AldabaError('open-failed', failure);
    },
    async showInFolder(path) {
      shell.showItemInFolder(path);
    },
    async openExternal(address) {
      const url = externalLink(address, await options.allowedOrigins());
      if (url === null) throw new AldabaError('open-failed', 'the address is not on the list');
      await shell.openExternal(url);
    },
  };
}
