import type { Pool } from '../../contract/portal/people.ts';
import type { Context, Result } from '../context.ts';
import { findPerson, findPools } from '../find.ts';
import { table } from '../format.ts';
import { withClient } from '../open-client.ts';
import { refusal } from '../refusal.ts';

export async function listSeats(context: Context): Promise<Result> {
  const { t } = context;
  return withClient(context, async (client) => {
    const { pools } = await client.people.listPools();
    const head = (['product', 'name', 'kind', 'total', 'used', 'free', 'lending'] as const).map((key) =>
      t(`tables.${key}`),
    );
    const rows = pools.map((pool) => [
      pool.product,
      pool.productName,
      t(`tables.${pool.kind}`),
      String(pool.total),
      String(pool.used),
      String(pool.available),
      lending(t, pool),
    ]);
    return { json: { pools }, text: rows.length === 0 ? t('tables.none') : table(head, rows) };
  });
}

/** Named seats are not lent: their holders work without network as it is. */
function lending(t: Context['t'], { kind, borrowDays }: Pick<Pool, 'kind' | 'borrowDays'>): string {
  if (kind === 'named') return '-';
  return borrowDays === 0 ? t('tables.notLent') : String(borrowDays);
}

/** For how many days at most the floating seats of a product may be borrowed; 0: not at all. */
export async function lendSeats(context: Context, [product = '', days = '']: string[]): Promise<Result> {
  return withClient(context, async (client) => {
    const found = await findPools(client, product);
    const floating = found.filter(({ kind }) => kind === 'floating');
    if (floating.length === 0) throw refusal({ code: 'borrow-unavailable', data: { product } });
    const borrowDays = Number(days);
    const pools: Pool[] = [];
    for (const { id: poolId } of floating)
      pools.push(await client.people.setBorrowDays({ poolId, borrowDays }));
    const values = { product: found[0].productName, count: borrowDays };
    return {
      json: { pools },
      text: context.t(borrowDays === 0 ? 'done.seatsNotLent' : 'done.seatsLent', values),
    };
  });
}

export const assignSeat = (context: Context, [product = '', name = '']: string[]) =>
  move(context, product, name, true);

export const withdrawSeat = (context: Context, [product = '', name = '']: string[]) =>
  move(context, product, name, false);

async function move(context: Context, product: string, name: string, give: boolean): Promise<Result> {
  return withClient(context, async (client) => {
    const [pools, person] = [await findPools(client, product), await findPerson(client, name)];
    const held = pools.find(({ id }) => person.seats.some(({ poolId }) => poolId === id));
    // Of several purchases it is the one that the person has a seat of.
    const pool = held ?? pools[0];
    const input = { poolId: pool.id, contactId: person.id };
    const contact = await (give ? client.people.assignSeat(input) : client.people.withdrawSeat(input));
    const changed = give === (held === undefined);
    const done = give ? (['seatAssigned', 'seatHeld'] as const) : (['seatWithdrawn', 'seatNotHeld'] as const);
    return {
      json: { contact, changed },
      text: context.t(`done.${done[changed ? 0 : 1]}`, { product: pool.productName, email: contact.email }),
    };
  });
}
