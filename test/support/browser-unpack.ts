import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { z } from 'zod';
import type { BrowserProgram } from './browser.ts';

const run = promisify(execFile);
const cache = fileURLToPath(new URL('../../node_modules/.cache/chromium/', import.meta.url));

/**
 * The Chromium of `@sparticuz/chromium`, unpacked (2 s, 210 MB) into a cache below node_modules at first use.
 * Its own list of flags is left aside: they turn web security and process isolation off, which the flows must prove.
 */
export async function unpackedChromium(): Promise<BrowserProgram> {
  const entry = import.meta.resolve('@sparticuz/chromium');
  const manifest = await readFile(new URL('../package.json', entry), 'utf8');
  const { version } = z.object({ version: z.string() }).parse(JSON.parse(manifest));
  const folder = join(cache, version);
  if (!existsSync(folder)) await unpack(entry, folder);
  const path = join(folder, 'chromium');
  return {
    path,
    env: {
      FONTCONFIG_FILE: join(folder, 'fonts.conf'),
      ...((await lacksLibraries(path)) ? { LD_LIBRARY_PATH: join(folder, 'al2023', 'lib') } : {}),
    },
  };
}

/** Another process may unpack at the same time: each works in a folder of its own, and the first to finish names it. */
async function unpack(entry: string, folder: string): Promise<void> {
  await mkdir(cache, { recursive: true });
  const staging = await mkdtemp(`${folder}-`);
  try {
    // The package unpacks into the temporary folder of its process.
    const script = `
      const { default: chromium, inflate } = await import(${JSON.stringify(entry)});
      await chromium.executablePath();
      await inflate(${JSON.stringify(join(dirname(dirname(fileURLToPath(entry))), 'bin', 'al2023.tar.br'))});`;
    await run(process.execPath, ['--input-type=module', '--eval', script], {
      env: { ...process.env, TMPDIR: staging },
    });
    await writeFile(join(staging, 'fonts.conf'), fontsConfiguration(join(folder, 'fonts')));
    await rename(staging, folder);
  } catch (error) {
    await rm(staging, { recursive: true, force: true });
    if (!existsSync(folder)) throw error;
  }
}

/** The machine's fonts where it has any, and the package's Open Sans in any case. */
function fontsConfiguration(fonts: string): string {
  return `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <include ignore_missing="yes">/etc/fonts/fonts.conf</include>
  <dir>${fonts}</dir>
  <cachedir>${fonts}-cache</cachedir>
</fontconfig>
`;
}

/** A machine without a desktop lacks NSS; the package carries a copy. */
async function lacksLibraries(program: string): Promise<boolean> {
  const { stdout } = await run('ldd', [program]);
  return stdout.includes('not found');
}
