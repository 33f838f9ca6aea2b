import type { Context, Result } from '../context.ts';
import { findPerson, findPool } from '../find.ts';
import { table } from '../format.ts';
import { withClient } from '../open-client.ts';

export async function listSeats(context: Context): Promise<Result> {
  const { t } = context;
  return withClient(context, async (client) => {
    const { pools } = await client.people.listPools();
    const head = (['product', 'name', 'kind', 'total', 'used', 'free'] as const).map((key) =>
      t(`tables.${key}`),
    );
    const rows = pools.map((pool) => [
      pool.product,
      pool.productName,
      t(`tables.${pool.kind}`),
      String(pool.total),
      String(pool.used),
      String(pool.available),
    ]);
    return { json: { pools }, text: rows.length === 0 ? t('tables.none') : table(head, rows) };
  });
}

export const assignSeat = (context: Context, [product = '', name = '']: string[]) =>
  move(context, product, name, true);

export const withdrawSeat = (context: Context, [product = '', name = '']: string[]) =>
  move(context, product, name, false);

async function move(context: Context, product: string, name: string, give: boolean): Promise<Result> {
  return withClient(context, async (client) => {
    const [pool, person] = [await findPool(client, product), await findPerson(client, name)];
    const input = { poolId: pool.id, contactId: person.id };
    const contact = await (give ? client.people.assignSeat(input) : client.people.withdrawSeat(input));
    const done = give ? 'done.seatAssigned' : 'done.seatWithdrawn';
    return {
      json: { contact },
      text: context.t(done, { product: pool.productName, email: contact.email }),
    };
  });
}
