import { once } from 'node:events';
import { userInfo } from 'node:os';
import process from 'node:process';
import { Command, InvalidArgumentError } from 'commander';
import type { Logger } from 'pino';
import { systemClock } from './clock.ts';
import { createPortal, type RunningPortal } from './create-portal.ts';
import { type DatabaseOptions, openDatabase } from './db/database.ts';
import { migrate } from './db/migrate.ts';
import { ensurePartitions } from './db/partitions.ts';
import { seedDemonstration } from './demonstration.ts';
import { describe } from './errors.ts';
import { createKeys, createMemoryKeys } from './keys/key-files.ts';
import type { PortalKeys } from './keys/portal-keys.ts';
import { prepareKeys } from './keys/prepare-keys.ts';
import { openProductionKeys } from './keys/production-keys.ts';
import { createLog, openLogStream } from './log.ts';
import { outboxOnly, smtpTransport } from './mail/transport.ts';
import { addOperatorCommands } from './operator/add-operator-commands.ts';
import type { Operator } from './operator/operator.ts';
import {
  environmentHelp,
  type ProgramSettings,
  readProgramSettings,
  SettingsError,
} from './program-settings.ts';
import { portalSettingsSchema } from './settings.ts';

interface Options {
  port?: string;
  host?: string;
  data?: string;
  demo?: boolean;
  contacts?: number;
  json?: boolean;
}

function readCount(text: string): number {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 0 || count > 1_000_000)
    throw new InvalidArgumentError('a whole number from 0 to 1000000');
  return count;
}

async function main(options: Options, environment: NodeJS.ProcessEnv): Promise<void> {
  let settings: ProgramSettings;
  try {
    settings = readProgramSettings(environment, options);
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    return refuse(error);
  }
  const log = createLog(settings.logLevel, openLogStream(2));
  // Node's own warnings go where everything else goes, as lines of the log.
  process.removeAllListeners('warning');
  process.on('warning', ({ name, message }) => log.debug({ name, warning: message }, 'node warning'));
  const portal = await start(settings, options.demo === true, log).catch((error: unknown) => {
    if (error instanceof SettingsError) return refuse(error);
    log.fatal({ error: describe(error) }, 'the portal did not start');
    process.exitCode = 1;
  });
  if (portal === undefined) return;
  if (options.demo)
    await seedDemonstration(portal.services, { contacts: options.contacts ?? 0 }).catch(
      async (error: unknown) => {
        log.fatal({ error: describe(error) }, 'no demonstration was made');
        await portal.close();
        process.exit(1);
      },
    );
  // Until here a signal ends the process as any other: what is half done is in transactions. Whoever reads the line may ask at once.
  const asked = untilAsked();
  process.stdout.write(
    options.json
      ? `${JSON.stringify({ event: 'ready', url: portal.url, address: portal.address, rootKey: portal.rootKey })}\n`
      : `ready ${portal.url}\n`,
  );
  await asked;
  // Asked twice: the person does not want to wait.
  void untilAsked().then(() => process.exit(1));
  await portal.close();
  process.exit(0);
}

/** A demonstration makes its own keys; every other portal is given them. */
function openKeys({ keysFolder }: ProgramSettings, demo: boolean): Promise<PortalKeys> {
  const now = systemClock.now();
  if (!demo) return openProductionKeys(keysFolder);
  return keysFolder === undefined ? createMemoryKeys(now) : createKeys(keysFolder, now);
}

/** A setting that the person who starts the portal has to mend. */
function refuse({ message }: SettingsError): undefined {
  process.stderr.write(`${message}\n`);
  process.exitCode = 2;
}

async function start(settings: ProgramSettings, demo: boolean, log: Logger): Promise<RunningPortal> {
  // Before the database: a portal without keys changes nothing.
  const keys = await openKeys(settings, demo);
  const { smtpUrl } = settings;
  return createPortal({
    database: await openDatabase(databaseOf(settings)),
    mail: smtpUrl === undefined ? outboxOnly : smtpTransport(smtpUrl),
    clock: systemClock,
    keys,
    log,
    settings: settings.portal,
  });
}

/** What a command of the operator works with: the database of the nodes, brought up to date, and their settings. */
async function withOperator<T>(
  settings: ProgramSettings,
  work: (operator: Operator) => Promise<T>,
): Promise<T> {
  process.removeAllListeners('warning');
  const database = await openDatabase(databaseOf(settings));
  try {
    await migrate(database, systemClock);
    await database.asService((tx) => ensurePartitions(tx, systemClock.now()));
    return await work({
      database,
      clock: systemClock,
      settings: portalSettingsSchema.parse(settings.portal),
      keys: () => openKeys(settings, false),
      name: userInfo().username,
    });
  } finally {
    await database.close();
  }
}

function databaseOf({ databaseUrl, databaseConnections, dataFolder }: ProgramSettings): DatabaseOptions {
  return {
    url: databaseUrl,
    folder: dataFolder === undefined ? undefined : `${dataFolder}/database`,
    connections: databaseConnections,
  };
}

async function untilAsked(): Promise<void> {
  // SIGHUP: the terminal was closed, or the connection to the machine.
  await Promise.race(['SIGTERM', 'SIGINT', 'SIGHUP'].map((signal) => once(process, signal)));
}

/**
 * The portal's command line: a node, its keys, and what whoever operates it does. Ends with the process's exit code set.
 *
 * @param args without the program's own name
 */
export async function runProgram(environment: NodeJS.ProcessEnv, args: readonly string[]): Promise<void> {
  const program = new Command('aldaba-portal')
    .description('Runs a node of the license portal. Logs go to standard error, one JSON object per line.')
    .option('--port <number>', 'port to listen on; 0 takes a free one')
    .option('--host <address>', 'address to listen on')
    .option('--data <folder>', 'folder of the embedded database and the keys')
    .option('--demo', 'a demonstration company, mails shown at /outbox instead of sent')
    .option('--contacts <number>', 'with --demo: this many more invented people in the directory', readCount)
    .option('--json', 'print what it says as JSON')
    .addHelpText('after', environmentHelp())
    .allowExcessArguments(false);
  program.action((options: Options) => main(options, environment));
  program
    .command('keys')
    .description(
      'Makes the keys of a portal, on a machine that is not the portal: the root, which stays there, and the folder that KEYS_DIR names. Again for the same folder: the signing key of the next year.',
    )
    .requiredOption('--out <folder>', 'folder to be carried')
    .allowExcessArguments(false)
    .action(async ({ out }: { out: string }) => {
      const { rootFile, portalFolder, rootKey } = await prepareKeys(out, systemClock.now());
      process.stdout.write(
        `${rootFile}: the root’s private key. Keep it offline.\n${portalFolder}: for the portal; KEYS_DIR names it there.\nPublic root key, for the clients that are built: ${rootKey}\n`,
      );
    });
  addOperatorCommands(
    program,
    (options, work) =>
      withOperator(
        readProgramSettings(environment, { ...program.opts<Options>(), ...options, command: true }),
        work,
      ),
    (error) => {
      if (error instanceof SettingsError) return refuse(error);
      process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
      process.exitCode = 1;
    },
  );
  await program.parseAsync(args, { from: 'user' });
}
