import { sql } from 'drizzle-orm';
import { z } from 'zod';
import { platformSchema, productCodeSchema, versionSchema } from '../../contract/primitives.ts';
import type { Portal } from '../context.ts';
import { rows } from '../db/run.ts';
import { newId } from '../ids.ts';
import { type ByteSource, openReleaseStore } from './release-store.ts';

/** What a release is called. The file's name is what people get: one name, no path, nothing that a shell or a file system minds. */
export const newReleaseSchema = z.object({
  product: productCodeSchema,
  version: versionSchema,
  platform: platformSchema,
  channel: z.enum(['stable', 'preview']).default('stable'),
  fileName: z
    .string()
    .max(120)
    .regex(/^[\p{L}\p{N}][\p{L}\p{N} ._+()-]*[\p{L}\p{N}]$/u),
  notes: z.string().max(10_000).default(''),
});
export type NewRelease = z.input<typeof newReleaseSchema>;

/**
 * Publishes a file: copies it into the store, hashes and signs it, and lists it. Streamed, so that its size does not matter. The same
 * file again changes nothing.
 *
 * @throws when the portal has no folder for releases, or this version, platform and channel has another file: a release is never replaced
 */
export async function publishRelease(
  portal: Pick<Portal, 'database' | 'clock' | 'keys' | 'settings'>,
  content: ByteSource,
  given: NewRelease,
): Promise<{ id: string; sha256: string; size: number }> {
  const release = newReleaseSchema.parse(given);
  const folder = portal.settings.releasesFolder;
  if (folder === undefined) throw new Error('the portal has no folder for releases');
  const { sha256, size } = await openReleaseStore(folder).add(content);
  const now = portal.clock.now();
  const { signature, chain } = portal.keys.signing.signRelease(
    { sha256, size, fileName: release.fileName },
    now,
  );
  return portal.database.asService(async (tx) => {
    const [written] = await rows<{ id: string }>(
      tx,
      sql`insert into release (id, product_code, version, platform, channel, file_name, size, sha256, signature, chain, notes, published_at)
        values (${newId(now)}, ${release.product}, ${release.version}, ${release.platform}, ${release.channel}, ${release.fileName},
          ${size}, ${sha256}, ${signature}, ${sql.param([...chain])}::text[], ${release.notes}, ${new Date(now).toISOString()}::timestamptz)
        on conflict (product_code, version, platform, channel) do nothing returning id`,
    );
    if (written !== undefined) return { id: written.id, sha256, size };
    const [known] = await rows<{ id: string; sha256: string; fileName: string }>(
      tx,
      sql`select id, sha256, file_name as "fileName" from release where product_code = ${release.product}
        and version = ${release.version} and platform = ${release.platform} and channel = ${release.channel}`,
    );
    if (known?.sha256 !== sha256 || known.fileName !== release.fileName)
      throw new Error(
        `${release.product} ${release.version} for ${release.platform} is published with another file`,
      );
    return { id: known.id, sha256, size };
  });
}
