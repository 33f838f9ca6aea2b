import { Option } from 'commander';
import { z } from 'zod';
import { borrowDays as lending } from '../../contract/documents.ts';
import type { CommandBuilder, Common } from './command-builder.ts';
import { also, by, code, count, day, name, version } from './option-values.ts';
import { Refusal } from './refusal.ts';
import { addPool } from './sales.ts';

/** `pool add`. */
export function addPoolCommands({ group, command }: CommandBuilder): void {
  command(
    group('pool', 'Seats that a company bought.'),
    'add <company> <product>',
    'Adds seats to a company, by its id or name. Seats like them that are there already are answered with.',
    async (
      operator,
      options: Common & {
        kind: 'named' | 'floating';
        total: number;
        features: string[];
        starts?: number;
        ends?: number;
        versionFrom?: string;
        versionTo?: string;
        devicesPerSeat?: number;
        overage?: number;
        borrowDays?: number;
        another?: boolean;
      },
      company: string,
      product: string,
    ) => {
      const {
        kind,
        total,
        features,
        starts,
        ends,
        versionFrom,
        versionTo,
        devicesPerSeat,
        overage,
        borrowDays,
      } = options;
      if (kind === 'named' && borrowDays !== undefined)
        throw new Refusal('Named seats are not lent: leave --borrow-days out.');
      const pool = {
        product: code(product),
        kind,
        total,
        features,
        ...(starts === undefined ? {} : { startsAt: starts }),
        ...(ends === undefined ? {} : { endsAt: ends }),
        ...(versionFrom === undefined ? {} : { versionFrom }),
        ...(versionTo === undefined ? {} : { versionTo }),
        ...(devicesPerSeat === undefined ? {} : { devicesPerSeat }),
        ...(overage === undefined ? {} : { overage }),
        ...(borrowDays === undefined ? {} : { borrowDays }),
      };
      const made = await addPool(operator, company, pool, options.another === true);
      return { json: made, text: `${made.id} ${made.created ? 'made.' : 'is there already.'}` };
    },
  )
    .addOption(
      new Option('--kind <kind>', 'assigned to people, or taken by who comes first')
        .choices(['named', 'floating'])
        .makeOptionMandatory(),
    )
    .requiredOption('--total <number>', 'seats', count)
    .option('--features <name>', 'a feature that they open; repeat it', also(name), [])
    .option('--starts <date>', 'first day, UTC, 2027-01-31; today when left out', day)
    .option('--ends <date>', 'first day on which they are over; never when left out', day)
    .option('--version-from <version>', 'first version of the program that they open', version)
    .option('--version-to <version>', 'last version of the program that they open', version)
    .option('--devices-per-seat <number>', 'devices on which a named seat runs at once', count)
    .option('--overage <number>', 'floating seats that may run beyond the total', count)
    .option(
      '--borrow-days <number>',
      `most days that a floating seat is lent for, 0 to ${lending.most}, 0 = not at all; ${lending.limit} when left out`,
      by(z.coerce.number().int().min(0).max(lending.most)),
    )
    .option('--another', 'add them also beside seats that are like them');
}
