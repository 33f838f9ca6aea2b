import { basename, join } from 'node:path';
import type { StateStore } from '../parts.ts';
import type { Log } from '../ports/log.ts';
import { isOver } from './entry.ts';
import type { KeptAside } from './kept-aside.ts';
import type { LicenseRecord } from './license-record.ts';
import type { Rights } from './rights.ts';

/** What a person hears of license files that do not count. */
export interface FileNotices {
  /** A file was copied or moved aside. */
  setAside(kept: KeptAside): void;
  /** What another device key is for stays as it is; what is over is not worth a word. */
  foreign(record: LicenseRecord): void;
  /** An own right took the place of what another device key is for. @param kept the copy */
  replaced(product: string, kept: KeptAside): void;
}

/** @param needs.folder of the records @param needs.now milliseconds UTC */
export function createFileNotices(needs: {
  state: StateStore;
  log: Log;
  rights: Pick<Rights, 'foreign'>;
  folder: string;
  now: () => number;
}): FileNotices {
  const { state, log, rights, folder, now } = needs;
  const idOf = (file: string) => `license-file-${basename(file)}`;
  const fileOf = (product: string) => join(folder, `${product}.json`);

  function tell({ file, code }: KeptAside): void {
    state.notice({ id: idOf(file), level: 'warning', problem: { code, data: { file } } });
  }

  function setAside(kept: KeptAside): void {
    log.warn({ ...kept }, 'a license file was kept aside');
    tell(kept);
  }

  return {
    setAside,
    foreign({ product, right, license }) {
      const foreign = [right, license].map((one) => one && rights.foreign(one.document, product));
      if (foreign.every((one) => one === null || isOver(one, now()))) return;
      log.warn({ product }, 'what another device key is for stays as it is');
      tell({ file: fileOf(product), code: 'file-wrong-device' });
    },
    replaced(product, kept) {
      state.clearNotice(idOf(fileOf(product)));
      setAside(kept);
    },
  };
}
