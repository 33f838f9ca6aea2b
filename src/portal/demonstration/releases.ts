import { createCipheriv, createHash } from 'node:crypto';
import { and, eq } from 'drizzle-orm';
import type { Portal } from '../context.ts';
import { release } from '../db/schema.ts';
import { type NewRelease, publishRelease } from '../releases/publish-release.ts';
import { openReleaseStore } from '../releases/release-store.ts';
import { demonstrationProducts } from './licenses.ts';

const version = '2026.1';

/** Large enough for a download whose progress can be seen, small enough to be made at every start. */
const megabytes = { viga: 9, portico: 6, zapata: 4 } as const;

const platforms = [
  { platform: 'windows', suffix: 'setup.exe' },
  { platform: 'macos', suffix: 'macos.dmg' },
  { platform: 'linux', suffix: 'linux.run' },
] as const;

/**
 * Publishes stand-ins for the installers of the demonstration's programs: the same bytes at every start and on every machine. What is
 * published already is not made again. Does nothing where the portal has no folder for releases.
 */
export async function publishDemonstrationReleases(portal: Portal): Promise<void> {
  const { releasesFolder } = portal.settings;
  if (releasesFolder === undefined) return;
  for (const { code, name } of demonstrationProducts)
    for (const { platform, suffix } of platforms) {
      const fileName = `${name}-${version}-${suffix}`;
      const notes = 'Instalador de demostración: no instala nada.';
      const given: NewRelease = { product: code, version, platform, fileName, notes };
      if (await isPublished(portal, releasesFolder, given)) continue;
      await publishRelease(portal, contentOf(fileName, megabytes[code] * 1_048_576), given);
    }
}

/** Listed, and its bytes are in the folder: the one may have been kept without the other. */
async function isPublished(
  portal: Portal,
  folder: string,
  { product, platform }: NewRelease,
): Promise<boolean> {
  const [found] = await portal.database.queries
    .select({ sha256: release.sha256 })
    .from(release)
    .where(
      and(eq(release.productCode, product), eq(release.version, version), eq(release.platform, platform)),
    );
  return found !== undefined && openReleaseStore(folder).has(found.sha256);
}

/** What a person sees who opens the Linux file; the bytes that follow are never reached. */
const linuxStart = '#!/bin/sh\necho "Demostración de Aldaba: este archivo no instala nada."\nexit 0\n';

/** Deterministic bytes that do not compress: the key stream of a cipher keyed by the file's name. */
function* contentOf(fileName: string, size: number): Generator<Buffer> {
  const seed = createHash('sha256').update(fileName).digest();
  const stream = createCipheriv('aes-256-ctr', seed, Buffer.alloc(16));
  const zeros = Buffer.alloc(262_144);
  let written = 0;
  if (fileName.endsWith('.run')) {
    const start = Buffer.from(linuxStart);
    written = start.length;
    yield start;
  }
  while (written < size) {
    const chunk = stream.update(zeros.subarray(0, Math.min(zeros.length, size - written)));
    written += chunk.length;
    yield chunk;
  }
}
