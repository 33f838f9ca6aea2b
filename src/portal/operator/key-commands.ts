import { lineSchema } from '../../contract/primitives.ts';
import type { CommandBuilder, Common } from './command-builder.ts';
import { also, by, code, count, day, name } from './option-values.ts';
import { Refusal } from './refusal.ts';
import { addKey, revokeKey } from './sales.ts';

/** `key add`, `key revoke`. */
export function addKeyCommands({ group, command }: CommandBuilder): void {
  const key = group('key', 'License keys of a company.');
  command(
    key,
    'add <company>',
    'Makes a license key and shows it, once: it is kept nowhere. A cloud key opens pools, a standalone key activates devices.',
    async (
      operator,
      options: Common & {
        pool: string[];
        product?: string;
        devices?: number;
        ends?: number;
        termDays?: number;
        label: string;
      },
      company: string,
    ) => {
      const { pool: poolIds, product, devices, label, ends: endsAt = null, termDays = null } = options;
      if ((product === undefined) === (poolIds.length === 0))
        throw new Refusal('Give --product for a standalone key, or --pool for a cloud key.');
      if (product !== undefined && devices === undefined)
        throw new Refusal('A standalone key needs --devices.');
      const made = await addKey(
        operator,
        company,
        product === undefined
          ? { kind: 'cloud', label, poolIds, endsAt, deviceLimit: devices ?? null }
          : { kind: 'standalone', label, product, endsAt, termDays, deviceLimit: devices ?? 1 },
      );
      return { json: made, text: `${made.id}\n${made.key}` };
    },
  )
    .option('--pool <id>', 'of a cloud key: seats that it opens; repeat it', also(name), [])
    .option('--product <code>', 'of a standalone key: the program', code)
    .option('--devices <number>', 'devices that may use it', count)
    .option(
      '--term-days <number>',
      'of a standalone key: days that a license runs from its activation',
      count,
    )
    .option('--ends <date>', 'first day, UTC, on which the key is over; never when left out', day)
    .option('--label <text>', 'what the company knows it by', by(lineSchema(100)), '');
  command(
    key,
    'revoke <company> <id>',
    'Ends a key: its devices are signed out, their leases end, borrowed ones when their time is over. Again, it changes nothing.',
    async (operator, _options: Common, company: string, id: string) => {
      const answer = await revokeKey(operator, company, id);
      return { json: { id, ...answer }, text: answer.revoked ? 'Revoked.' : 'It was revoked already.' };
    },
  );
}
