import { sql } from 'drizzle-orm';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { contactStates } from '../../src/contract/portal/people.ts';
import { createGran, type Gran, searches, size, sorts } from './people-directory-support.ts';
import { expectRefusal, peoplePortal } from './people-support.ts';

const people = peoplePortal();
let gran: Gran;
beforeAll(async () => {
  gran = await createGran(people);
}, 120_000);

describe('one page after another', () => {
  test.each(
    sorts.flatMap((sort) => (['asc', 'desc'] as const).map((direction) => [sort, direction] as const)),
  )('all of it by %s, %s: forward and back, every row once, positions exact', async (sort, direction) => {
    const ids = gran.expected({ sort, direction });
    expect(ids).toHaveLength(size + 7);
    const seen: string[] = [];
    let here = await gran.page({ sort, direction, limit: 200 });
    for (;;) {
      expect(here.offset).toBe(seen.length);
      expect(here.total).toBe(ids.length);
      seen.push(...here.ids);
      if (here.next === null) break;
      here = await gran.page({ sort, direction, limit: 200, cursor: here.next });
    }
    expect(seen).toEqual(ids);

    let back = await gran.page({ sort, direction, limit: 199, from: 'last' });
    const reversed: string[] = [];
    for (;;) {
      reversed.unshift(...back.ids);
      expect(back.offset).toBe(ids.length - reversed.length);
      if (back.previous === null) break;
      back = await gran.page({ sort, direction, limit: 199, cursor: back.previous });
    }
    expect(reversed).toEqual(ids);
  });

  test.each(['***', '😀', '%'])('nobody is found by %s, and by a blank everybody', async (search) => {
    const nobody = { ids: [], total: 0, offset: 0, next: null, previous: null };
    const page = await gran.page({ sort: 'name', direction: 'asc', limit: 5, search });
    expect(page).toEqual(nobody);
    const all = await gran.page({ sort: 'name', direction: 'asc', limit: 5, search: ' ' });
    expect(all.total).toBe(size + 7);
  });

  test('any search, filter, order and place is what sorting everything would give', async () => {
    const any = fc.record({
      sort: fc.constantFrom(...sorts),
      direction: fc.constantFrom('asc' as const, 'desc' as const),
      state: fc.option(fc.constantFrom(...contactStates), { nil: undefined }),
      roleId: fc.option(
        fc.constantFrom(
          'license-installer',
          'license-manager',
          'administrator',
          'notifications-only',
          'auditor',
        ),
        { nil: undefined },
      ),
      search: fc.option(fc.constantFrom(...searches), { nil: undefined }),
      limit: fc.integer({ min: 1, max: 60 }),
      place: fc.oneof(
        fc.constantFrom('first' as const, 'last' as const),
        fc.double({ min: 0, max: 1.1, noNaN: true }),
      ),
    });
    await fc.assert(
      fc.asyncProperty(any, async ({ place, roleId: key, limit, ...rest }) => {
        const query = {
          ...rest,
          roleId: key === undefined ? undefined : gran.staff.company.roles[key as 'auditor'],
        };
        const ids = gran.expected(query);
        const from = typeof place === 'string' ? place : 'first';
        const offset = typeof place === 'number' ? Math.floor(place * ids.length) : undefined;
        const start = Math.min(
          ids.length,
          offset ?? (from === 'first' ? 0 : Math.max(0, ids.length - limit)),
        );
        const here = await gran.page({ ...query, limit, from, offset });
        expect(here).toMatchObject({
          total: ids.length,
          offset: start,
          ids: ids.slice(start, start + limit),
        });
        expect([here.previous === null, here.next === null]).toEqual([
          start === 0 || here.ids.length === 0,
          start + limit >= ids.length || here.ids.length === 0,
        ]);
        if (here.next !== null)
          expect(await gran.page({ ...query, limit, cursor: here.next })).toMatchObject({
            total: ids.length,
            offset: start + limit,
            ids: ids.slice(start + limit, start + 2 * limit),
          });
        if (here.previous !== null) {
          const before = Math.max(0, start - limit);
          expect(await gran.page({ ...query, limit, cursor: here.previous })).toMatchObject({
            total: ids.length,
            offset: before,
            ids: ids.slice(before, start),
          });
        }
      }),
      { numRuns: 100, seed: 20260302 },
    );
  });

  test('a page behind the end is empty and says how many there are', async () => {
    expect(await gran.page({ offset: 1_000_000 })).toEqual({
      ids: [],
      next: null,
      previous: null,
      total: size + 7,
      offset: size + 7,
    });
    expect(await gran.page({ search: 'no hay nadie', from: 'last' })).toEqual({
      ids: [],
      next: null,
      previous: null,
      total: 0,
      offset: 0,
    });
  });

  test('a row that goes away between two pages moves nothing else', async () => {
    const ids = gran.expected({ sort: 'name', direction: 'asc' });
    const first = await gran.page({ limit: 20 });
    const remove = [ids[3], ids[19], ids[20]];
    for (const id of remove) await people.query(sql`delete from contact where id = ${id}`);
    const second = await gran.page({ limit: 20, cursor: first.next ?? undefined });
    expect(second).toMatchObject({ ids: ids.slice(21, 41), offset: 18, total: ids.length - 3 });
    for (const id of remove)
      gran.model.splice(
        gran.model.findIndex((row) => row.id === id),
        1,
      );
  });
});

describe('a cursor', () => {
  test.each([
    ['nothing', ''],
    ['no base64', '***'],
    ['no JSON', Buffer.from('{').toString('base64url')],
    ['another thing', Buffer.from('{"of":1}').toString('base64url')],
  ])('that is %s is refused', async (_what, cursor) => {
    const { client } = await gran.staff.as('administrator');
    expect(await expectRefusal(client.people.listContacts({ cursor }), 'invalid-input')).toEqual({
      field: 'cursor',
    });
  });

  test('of another question is refused', async () => {
    const { client } = await gran.staff.as('administrator');
    const { next: cursor } = await client.people.listContacts({ sort: 'email' });
    for (const other of [
      { sort: 'name' },
      { sort: 'email', direction: 'desc' },
      { sort: 'email', search: 'a' },
    ] as const)
      await expectRefusal(client.people.listContacts({ ...other, cursor: cursor ?? '' }), 'invalid-input');
  });

  test('forged in any way is refused or gives a page, never a fault', async () => {
    const { next } = await gran.page({ sort: 'last-sign-in', limit: 3 });
    const real = JSON.parse(Buffer.from(next ?? '', 'base64url').toString());
    const value = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('infinity', '-infinity', 'now', '2026-02-31 00:00:00+00', '9999-99-99 99:99:99+00'),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(value, { maxLength: 3 }), fc.integer(), async (keys, near) => {
        const forged = Buffer.from(
          JSON.stringify({ ...real, keys: [...keys.slice(0, 1), real.keys[1]], near }),
        ).toString('base64url');
        await gran.page({ sort: 'last-sign-in', cursor: forged }).catch((error: unknown) => {
          expect(error).toMatchObject({ code: 'invalid-input' });
        });
      }),
      { numRuns: 60 },
    );
  });
});
