import { copyFile, mkdir, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { AldabaError, type ErrorCode } from '../../contract/errors.ts';
import type { ProcessLock } from '../lock/process-lock.ts';
import { asAldabaError } from '../problem.ts';
import { writeFileDurably } from '../write-file-durably.ts';
import { asideName, type KeptAside, readAsideName } from './kept-aside.ts';
import { emptyRecord, isEmptyRecord, type LicenseRecord, licenseRecordSchema } from './license-record.ts';

/** Signed documents on disk, one file per product. */
export interface LicenseStore {
  /**
   * Reads every record. Files that cannot be understood are renamed, never deleted, and named, now and at later starts, as long as their
   * product has no other (kept-aside). One that cannot be read now (`file-unreadable`) is named with them and stays as it is.
   *
   * @throws AldabaError `file-unreadable`, `disk-full` where the folder is none
   */
  load(): Promise<{ records: LicenseRecord[]; setAside: KeptAside[] }>;
  /**
   * Reads, changes and durably replaces one record while no other process of the profile does. Returning the record as it was writes nothing.
   * @returns the record as it is now
   * @throws AldabaError `disk-full`, `internal`; then the old record is still there
   */
  update(product: string, change: (record: LicenseRecord) => LicenseRecord): Promise<LicenseRecord>;
  /** True when a record holds a standalone license, whatever it is worth. Changes nothing. */
  hasLicense(): Promise<boolean>;
  /** Copies the product's file beside itself, for a document that does not verify; the file stays until it is changed. */
  setAside(product: string, code: ErrorCode): Promise<KeptAside>;
}

export interface LicenseStoreNeeds {
  /** Absolute; made with mode 0700. */
  folder: string;
  lock: ProcessLock;
  /** Wall-clock ms, for the names of files kept aside. */
  now: () => number;
  write?: typeof writeFileDurably;
  remove?: (path: string) => Promise<void>;
  readText?: (path: string) => Promise<string>;
}

const ending = '.json';

export function createLicenseStore({
  folder,
  lock,
  now,
  write = writeFileDurably,
  remove = (path) => rm(path, { force: true }),
  readText = (path) => readFile(path, 'utf8'),
}: LicenseStoreNeeds): LicenseStore {
  const fileOf = (product: string) => join(folder, `${product}${ending}`);

  async function keepAside(path: string): Promise<KeptAside> {
    const file = asideName(path, 'file-format', now());
    await rename(path, file);
    return { file, code: 'file-format' };
  }

  /** null when there is no file; undefined when it says nothing that can be understood. */
  async function read(product: string): Promise<LicenseRecord | null | undefined> {
    let text: string;
    try {
      text = await readText(fileOf(product));
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
      if (error instanceof Error && 'code' in error && error.code === 'EISDIR') return undefined;
      throw unreadable(error, fileOf(product));
    }
    try {
      const record = licenseRecordSchema.parse(JSON.parse(text));
      return record.product === product ? record : undefined;
    } catch {
      return undefined;
    }
  }

  async function list(): Promise<string[]> {
    try {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      return await readdir(folder);
    } catch (error) {
      throw unreadable(error, folder);
    }
  }

  return {
    async load() {
      const names = await list();
      const records: LicenseRecord[] = [];
      const setAside: KeptAside[] = [];
      const before: { name: string; product: string; code: ErrorCode }[] = [];
      for (const name of names) {
        const aside = readAsideName(name, now());
        if (aside !== null) before.push({ name, ...aside });
        if (!name.endsWith(ending)) continue;
        const product = name.slice(0, -ending.length);
        const record = await read(product).catch((error: unknown) => {
          setAside.push({ file: fileOf(product), code: asAldabaError(error).code });
          return null;
        });
        if (record === undefined) setAside.push(await keepAside(fileOf(product)));
        else if (record !== null) records.push(record);
      }
      const isNews = ({ product }: { product: string }) =>
        records.every((record) => record.product !== product);
      for (const { name, code } of before.filter(isNews)) setAside.push({ file: join(folder, name), code });
      return { records, setAside };
    },
    update: (product, change) =>
      lock.run('licenses', async () => {
        const before = await read(product);
        if (before === undefined) await keepAside(fileOf(product));
        const record = before ?? emptyRecord(product);
        const after = change(record);
        if (after === record) return record;
        try {
          if (isEmptyRecord(after)) {
            await remove(fileOf(product));
          } else {
            await mkdir(folder, { recursive: true, mode: 0o700 });
            await write(fileOf(product), `${JSON.stringify(after, null, 2)}\n`);
          }
        } catch (error) {
          throw asAldabaError(error);
        }
        return after;
      }),
    async hasLicense() {
      for (const name of await readdir(folder).catch(() => [])) {
        if (!name.endsWith(ending)) continue;
        // What cannot be read is named by `load`.
        const record = await read(name.slice(0, -ending.length)).catch(() => null);
        if (record?.license) return true;
      }
      return false;
    },
    async setAside(product, code) {
      const file = asideName(fileOf(product), code, now());
      await copyFile(fileOf(product), file).catch((error) => {
        throw asAldabaError(error);
      });
      return { file, code };
    },
  };
}

/** What the system said of a path that is there and cannot be read. */
function unreadable(error: unknown, file: string): AldabaError {
  const fault = asAldabaError(error);
  if (fault.code === 'disk-full') return fault;
  return new AldabaError('file-unreadable', fault.message, { file }, { cause: error });
}
