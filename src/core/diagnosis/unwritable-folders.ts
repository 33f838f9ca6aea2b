import { randomUUID } from 'node:crypto';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Diagnosis } from '../../contract/client/diagnosis.ts';
import { asAldabaError } from '../problem.ts';
import { withoutHome } from './without-home.ts';

/** Bytes of a try: an empty file still fits on a full disk. */
const size = 4096;

/** Which of the folders take no file now, and why. Tried by writing one, since rights, quotas and mounts do not tell in any other way. */
export async function unwritableFolders(folders: readonly string[]): Promise<Diagnosis['folders']> {
  const tried = await Promise.all(folders.map(faultOf));
  return tried.filter((fault) => fault !== null);
}

async function faultOf(folder: string): Promise<Diagnosis['folders'][number] | null> {
  const file = join(folder, `try-${randomUUID()}.tmp`);
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await writeFile(file, new Uint8Array(size), { flag: 'wx', mode: 0o600, flush: true });
    return null;
  } catch (error) {
    return { code: asAldabaError(error).code, file: withoutHome(folder) };
  } finally {
    await rm(file, { force: true }).catch(() => undefined);
  }
}
