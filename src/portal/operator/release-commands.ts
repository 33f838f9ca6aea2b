import { open } from 'node:fs/promises';
import { basename } from 'node:path';
import { Option } from 'commander';
import { platforms } from '../../contract/primitives.ts';
import { newReleaseSchema, publishRelease } from '../releases/publish-release.ts';
import type { CommandBuilder, Common } from './command-builder.ts';
import { code, version } from './option-values.ts';
import { Refusal } from './refusal.ts';
import { requireProduct } from './sales.ts';

/** `release publish`. */
export function addReleaseCommands({ group, command }: CommandBuilder): void {
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
      await operator.database.asService((tx) => requireProduct(tx, product));
      const done = await open(file)
        .then((opened) => publishRelease(portal, opened.createReadStream(), given))
        .catch((error: unknown) => {
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
