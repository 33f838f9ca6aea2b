import { createReadStream } from 'node:fs';
import { basename } from 'node:path';
import { type Command, Option } from 'commander';
import { z } from 'zod';
import { borrowDays as lending } from '../../contract/documents.ts';
import { AldabaError } from '../../contract/errors.ts';
import { emailSchema, type Language, languages, lineSchema, platforms } from '../../contract/primitives.ts';
import { newReleaseSchema, publishRelease } from '../releases/publish-release.ts';
import { addCompany, listCompanies } from './companies.ts';
import type { Operator } from './operator.ts';
import { also, by, code, count, day, name, version } from './option-values.ts';
import { Refusal } from './refusal.ts';
import { addKey, addPool, putProduct, revokeKey } from './sales.ts';

/** Opens what commands work with and closes it after the work. */
export type WithOperator = <T>(
  options: { readonly data?: string },
  work: (operator: Operator) => Promise<T>,
) => Promise<T>;

interface Answer {
  readonly json: object;
  readonly text: string;
}

interface Common {
  readonly data?: string;
  readonly json?: boolean;
}

/**
 * The commands of whoever runs the portal (docs/adr/0042). Exit codes: 0 done, 1 a fault, 2 usage or settings, 6 refused.
 *
 * @param fault what a fault of ours is written with
 */
export function addOperatorCommands(
  program: Command,
  withOperator: WithOperator,
  fault: (error: unknown) => void,
): void {
  // What stands behind a command is the command's.
  program.enablePositionalOptions();

  function group(word: string, about: string): Command {
    return program.command(word).description(about).exitOverride(usage);
  }

  function command<Options extends Common, Args extends string[]>(
    parent: Command,
    synopsis: string,
    about: string,
    work: (operator: Operator, options: Options, ...args: Args) => Promise<Answer>,
  ): Command {
    return parent
      .command(synopsis)
      .description(about)
      .option('--data <folder>', 'folder of the embedded database and the keys, as DATA_DIR')
      .option('--json', 'print one JSON object')
      .allowExcessArguments(false)
      .action(async (...given: unknown[]) => {
        const args = given.slice(0, -2) as Args;
        const options = given.at(-2) as Options;
        try {
          const answer = await withOperator(options, (operator) => work(operator, options, ...args));
          process.stdout.write(options.json ? `${JSON.stringify(answer.json)}\n` : `${answer.text}\n`);
        } catch (error) {
          if (!(error instanceof Refusal || error instanceof AldabaError)) return fault(error);
          process.stderr.write(`${error.message}\n`);
          process.exitCode = 6;
        }
      });
  }

  const company = group('company', 'Companies that buy.');
  command(
    company,
    'add <name>',
    'Makes a company and mails its first administrator a link. Again, it changes nothing; an invitation that ended is mailed anew.',
    async (
      operator,
      options: Common & {
        admin: string;
        firstName: string;
        lastName: string;
        language: Language;
        linkHours: number;
      },
      given: string,
    ) => {
      const { admin: email, firstName, lastName, language, linkHours } = options;
      const admin = { email, firstName, lastName, language };
      const made = await addCompany(operator, { name: name(given), admin, linkHours });
      const mailed = made.invited ? ` ${email} is mailed a link as soon as a node runs.` : '';
      return { json: made, text: `${made.id} ${made.created ? 'made.' : 'is there already.'}${mailed}` };
    },
  )
    .requiredOption('--admin <email>', 'the first administrator, who owns the company', by(emailSchema))
    .requiredOption('--first-name <name>', 'their first name', name)
    .requiredOption('--last-name <name>', 'their last name', name)
    .addOption(new Option('--language <language>', 'of their mails').choices(languages).default('es'))
    .option(
      '--link-hours <hours>',
      'how long the company’s invitations are good',
      by(z.coerce.number().int().min(1).max(720)),
      72,
    );
  command(company, 'list', 'Every company with its id and owner.', async (operator) => {
    const companies = await listCompanies(operator);
    return {
      json: { companies },
      text: companies.map(({ id, name, owner }) => `${id}  ${name}  ${owner ?? '-'}`).join('\n'),
    };
  });

  command(
    group('product', 'Programs that are sold.'),
    'put <code>',
    'Adds a program, or writes its name and summary anew.',
    async (
      operator,
      { name, summary, contains }: Common & { name: string; summary: string; contains: string[] },
      given: string,
    ) => {
      const put = await putProduct(operator, { code: code(given), name, summary, contains });
      return { json: put, text: put.code };
    },
  )
    .requiredOption('--name <name>', 'what people call it', name)
    .option('--summary <text>', 'one sentence about it', by(lineSchema(300)), '')
    .option('--contains <code>', 'of a suite: a program that its seats open; repeat it', also(code), []);

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

  command(
    group('release', 'Files that people download.'),
    'publish <file>',
    'Copies a file into RELEASES_DIR, signs it and lists it. The same file again changes nothing; another one is refused.',
    async (
      operator,
      options: Common & {
        product: string;
        version: string;
        platform: (typeof platforms)[number];
        channel: 'stable' | 'preview';
        notes: string;
      },
      file: string,
    ) => {
      const { product, version, platform, channel, notes } = options;
      const given = { product, version, platform, channel, notes, fileName: basename(file) };
      const portal = { ...operator, keys: await operator.keys() };
      const wrong = newReleaseSchema.safeParse(given).error;
      if (wrong !== undefined) throw new Refusal(wrong.issues.map(({ message }) => message).join('; '));
      const done = await publishRelease(portal, createReadStream(file), given).catch((error: unknown) => {
        throw refused(error);
      });
      return { json: done, text: `${done.id} ${done.sha256}` };
    },
  )
    .requiredOption('--product <code>', 'the program', code)
    .requiredOption('--version <version>', 'its version: 2027.1', version)
    .addOption(
      new Option('--platform <platform>', 'what it runs on').choices(platforms).makeOptionMandatory(),
    )
    .addOption(new Option('--channel <channel>', 'for whom').choices(['stable', 'preview']).default('stable'))
    .option('--notes <text>', 'what is new', '');
}

/** What the service says of a file of another content or of settings without a folder is for the operator; faults of the database are not. */
function refused(error: unknown): unknown {
  return error instanceof Error && error.cause === undefined ? new Refusal(error.message) : error;
}

/** Help and what commander refuses: usage is 2, as in the client's command line. */
function usage({ exitCode }: { exitCode: number }): never {
  process.exit(exitCode === 0 ? 0 : 2);
}
