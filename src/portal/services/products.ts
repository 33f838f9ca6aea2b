import { type SQL, sql } from 'drizzle-orm';
import type { z } from 'zod';
import { AldabaError } from '../../contract/errors.ts';
import type { productSchema } from '../../contract/portal/licenses.ts';
import type { Release } from '../../contract/portal/release.ts';
import type { platforms } from '../../contract/primitives.ts';
import type { Portal, Principal } from '../context.ts';
import { rows } from '../db/run.ts';
import { hashToken, newToken } from '../ids.ts';
import { downloadPath } from '../releases/serve-releases.ts';

export type Product = z.output<typeof productSchema>;

/** Codes of what the caller's company has bought and still runs; with a cloud key, of what the key opens. */
function entitledProducts(principal: Principal, now: number): SQL {
  const { accountId } = principal;
  const at = sql`${new Date(now).toISOString()}::timestamptz`;
  const keyId = principal.kind === 'key' ? principal.keyId : null;
  return sql`
    with running as (
      select p.product_code from pool p
      where p.account_id = ${accountId} and p.starts_at <= ${at} and (p.ends_at is null or p.ends_at > ${at})
        and (${keyId}::uuid is null or exists (select from license_key_pool k
          where k.account_id = ${accountId} and k.key_id = ${keyId}::uuid and k.pool_id = p.id))
    )
    select product_code from running
    union select s.product_code from running r join suite_product s on s.suite_code = r.product_code
    union select k.product_code from license_key k
      where ${keyId}::uuid is null and k.account_id = ${accountId} and k.kind = 'standalone' and k.revoked_at is null
        and (k.ends_at is null or k.ends_at > ${at})`;
}

export function listProducts(portal: Portal, principal: Principal): Promise<Product[]> {
  return portal.database.inAccount(principal.accountId, (tx) =>
    rows<Product>(
      tx,
      sql`select code, name, summary from product
        where code in (${entitledProducts(principal, portal.clock.now())}) order by name, code`,
    ),
  );
}

interface ReleaseRow extends Record<string, unknown>, Omit<Release, 'publishedAt'> {
  publishedAt: number;
}

/** Releases of the company's products, newest first. */
export async function listReleases(
  portal: Portal,
  principal: Principal,
  filter: { product?: string | undefined; platform?: (typeof platforms)[number] | undefined },
): Promise<Release[]> {
  const found = await portal.database.inAccount(principal.accountId, (tx) =>
    rows<ReleaseRow>(
      tx,
      sql`select r.id, r.product_code as product, p.name as "productName", r.version, r.platform, r.channel,
          (extract(epoch from r.published_at) * 1000)::float8 as "publishedAt", r.file_name as "fileName", r.size::float8 as size,
          r.sha256, r.signature, r.chain, r.notes
        from release r join product p on p.code = r.product_code
        where r.product_code in (${entitledProducts(principal, portal.clock.now())})
          and r.product_code = coalesce(${filter.product ?? null}, r.product_code)
          and r.platform = coalesce(${filter.platform ?? null}, r.platform)
        order by p.name, r.published_at desc, r.platform, r.id`,
    ),
  );
  return found.map((row) => ({ ...row, publishedAt: new Date(row.publishedAt).toISOString() }));
}

/**
 * An address under which one release can be fetched for some minutes, without any other credential.
 *
 * @throws `not-found` also for releases of products that the company has not
 */
export async function createDownloadLink(
  portal: Portal,
  principal: Principal,
  releaseId: string,
): Promise<{ path: string; expiresAt: string }> {
  const { accountId } = principal;
  const now = portal.clock.now();
  const expiresAt = new Date(now + portal.settings.licensing.downloadLink * 1000).toISOString();
  const token = newToken();
  const fileName = await portal.database.inAccount(accountId, async (tx) => {
    const [release] = await rows<{ fileName: string }>(
      tx,
      sql`select file_name as "fileName" from release
        where id = ${releaseId} and product_code in (${entitledProducts(principal, now)})`,
    );
    if (release === undefined) throw new AldabaError('not-found', 'no such release for this account');
    await tx.execute(
      sql`insert into download_link (account_id, token_hash, release_id, created_at, expires_at)
        values (${accountId}, ${hashToken(token)}, ${releaseId}, ${new Date(now).toISOString()}::timestamptz, ${expiresAt}::timestamptz)`,
    );
    return release.fileName;
  });
  return { path: downloadPath(token, fileName), expiresAt };
}
