import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** What the fuse wire begins with in every Electron binary (@electron/fuses, constants). */
const sentinel = 'dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX';
/** Electron 45's wire as it is delivered: version 1, nine fuses, `1` on and `0` off. */
const delivered = '101100111';

/**
 * A folder in the place of an unpacked Electron: the files that packaging touches, and a binary that has a fuse wire and nothing else.
 *
 * @param fuses one character each; longer than nine stands for an Electron that has one more
 */
export async function makeStandInElectron(folder: string, fuses = delivered): Promise<string> {
  await mkdir(join(folder, 'locales'), { recursive: true });
  await mkdir(join(folder, 'resources'), { recursive: true });
  const noise = Buffer.alloc(1024, 0x90);
  const wire = Buffer.concat([Buffer.from(sentinel), Buffer.from([1, fuses.length]), Buffer.from(fuses)]);
  await writeFile(join(folder, 'electron'), Buffer.concat([noise, wire, noise]), { mode: 0o755 });
  await writeFile(join(folder, 'version'), '45.4.1');
  await writeFile(join(folder, 'LICENSE'), '');
  for (const language of ['es', 'en-US', 'pt-BR', 'fr', 'de'])
    await writeFile(join(folder, 'locales', `${language}.pak`), '');
  return folder;
}
