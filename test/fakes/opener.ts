import { AldabaError } from '../../src/contract/errors.ts';
import type { Opener } from '../../src/core/ports/opener.ts';

export interface RecordingOpener extends Opener {
  readonly windows: ('sign-in' | 'open' | 'notice')[];
  readonly files: string[];
  readonly folders: string[];
  readonly addresses: string[];
  /** false: a machine where no window can be shown. */
  hasWindow: boolean;
  /** true: the operating system refuses to open files. */
  refuses: boolean;
}

/** Remembers what it was asked to show. */
export function createRecordingOpener(): RecordingOpener {
  const opener: RecordingOpener = {
    windows: [],
    files: [],
    folders: [],
    addresses: [],
    hasWindow: true,
    refuses: false,
    async showWindow(reason) {
      if (opener.hasWindow) opener.windows.push(reason);
      return opener.hasWindow;
    },
    async openFile(path) {
      if (opener.refuses) throw new AldabaError('open-failed', 'refused by the test', { file: path });
      opener.files.push(path);
    },
    async showInFolder(path) {
      opener.folders.push(path);
    },
    async openExternal(url) {
      opener.addresses.push(url);
    },
  };
  return opener;
}
