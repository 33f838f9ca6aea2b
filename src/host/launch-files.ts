import { createHash } from 'node:crypto';
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const prefix = 'open-';

/** Launch links as pages that lead to them: every user of the machine can read a command line, only its owner such a page. */
export interface LaunchFiles {
  /** Absolute path of a page that leads a browser to the link. */
  write(link: string): Promise<string>;
  /** The link was used. */
  remove(link: string): Promise<void>;
  /** Removes whatever links of this or an earlier process are still there. */
  clear(): Promise<void>;
}

/**
 * @param runtime the profile's runtime folder (0700). Two processes of one profile share it: one writes the page, the one that serves removes it.
 */
export function createLaunchFiles(runtime: string): LaunchFiles {
  // The name does not tell the link.
  const fileOf = (link: string) =>
    join(runtime, `${prefix}${createHash('sha256').update(link).digest('hex').slice(0, 32)}.html`);
  return {
    async write(link) {
      const file = fileOf(link);
      await mkdir(runtime, { recursive: true, mode: 0o700 });
      const page = `<!doctype html><meta charset="utf-8"><title>Aldaba</title><meta http-equiv="refresh" content="0;url=${link}">\n`;
      await writeFile(file, page, { mode: 0o600, flag: 'wx' });
      return file;
    },
    remove: (link) => rm(fileOf(link), { force: true }),
    async clear() {
      const names = await readdir(runtime).catch(() => []);
      const pages = names.filter((name) => name.startsWith(prefix) && name.endsWith('.html'));
      await Promise.all(pages.map((name) => rm(join(runtime, name), { force: true })));
    },
  };
}
