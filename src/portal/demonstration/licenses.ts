import { and, eq } from 'drizzle-orm';
import type { Portal } from '../context.ts';
import type { Tx } from '../db/database.ts';
import { licenseKey, pool } from '../db/schema.ts';
import { createPool, type NewPool, putProduct } from '../services/catalog.ts';
import { createCloudKey, createStandaloneKey } from '../services/keys.ts';
import { demonstrationKeyBytes, demonstrationKeys } from './access.ts';

/** Invented programs of the demonstration; people and texts call them by these names. */
export const demonstrationProducts = [
  { code: 'viga', name: 'Viga', summary: 'Vigas de hormigón y acero' },
  { code: 'portico', name: 'Pórtico', summary: 'Pórticos planos y espaciales' },
  { code: 'zapata', name: 'Zapata', summary: 'Cimentaciones y zapatas' },
] as const;

const year = 365 * 86_400_000;

export interface DemonstrationLicenses {
  /** Pool ids. Pórtico's seats are named and wait to be assigned; the others float. */
  readonly pools: Readonly<Record<'viga' | 'portico' | 'zapata', string>>;
  readonly keys: typeof demonstrationKeys;
}

/**
 * Programs, seats and keys of the demonstration's company. Again for the same company, it changes nothing. For demonstrations alone: the
 * keys are no secret.
 */
export async function createDemonstrationLicenses(
  tx: Tx,
  portal: Pick<Portal, 'clock' | 'settings'>,
  accountId: string,
): Promise<DemonstrationLicenses> {
  const now = portal.clock.now();
  for (const product of demonstrationProducts) await putProduct(tx, product, now);
  const { buyUrl } = portal.settings;
  const common = { accountId, endsAt: now + year, buyUrl };
  const pools = {
    viga: await putPool(
      tx,
      { ...common, product: 'viga', kind: 'floating', total: 10, features: ['eurocode'] },
      now,
    ),
    portico: await putPool(
      tx,
      { ...common, product: 'portico', kind: 'named', total: 12, features: ['seismic'] },
      now,
    ),
    zapata: await putPool(tx, { ...common, product: 'zapata', kind: 'floating', total: 3 }, now),
  };
  if (!(await hasKey(tx, accountId, 'cloud'))) {
    const poolIds = [pools.viga, pools.zapata];
    await createCloudKey(
      tx,
      { accountId, label: 'Nodo de cálculo', poolIds },
      now,
      demonstrationKeyBytes('cloud'),
    );
  }
  if (!(await hasKey(tx, accountId, 'standalone'))) {
    const key = { accountId, label: 'Sin conexión', product: 'viga', deviceLimit: 3, termDays: 365 };
    await createStandaloneKey(tx, key, now, demonstrationKeyBytes('standalone'));
  }
  return { pools, keys: demonstrationKeys };
}

async function putPool(tx: Tx, given: NewPool, now: number): Promise<string> {
  const [known] = await tx
    .select({ id: pool.id })
    .from(pool)
    .where(and(eq(pool.accountId, given.accountId), eq(pool.productCode, given.product)));
  return known?.id ?? createPool(tx, given, now);
}

async function hasKey(tx: Tx, accountId: string, kind: 'cloud' | 'standalone'): Promise<boolean> {
  const found = await tx
    .select({ id: licenseKey.id })
    .from(licenseKey)
    .where(and(eq(licenseKey.accountId, accountId), eq(licenseKey.kind, kind)));
  return found.length > 0;
}
