import { join } from 'node:path';
import { ORPCError } from '@orpc/client';
import { CommanderError } from 'commander';
import { AldabaError, type ErrorCode, type ErrorData, errorStatus } from '../contract/errors.ts';
import { storageFault } from '../core/problem.ts';
import { pathsOf } from '../core/shell/surroundings.ts';
import { valueNames } from './command-builder.ts';
import { type CliKey, type Context, UsageError } from './context.ts';
import { type ExitCode, exitCodeOf, exitCodes } from './exit-codes.ts';
import { aboutLines } from './notices.ts';
import { surroundingsOf } from './surroundings.ts';
import { loadErrorTexts } from './texts.ts';

/** Nothing can be done about them without knowing which file of this machine it is. */
const located: ReadonlySet<ErrorCode> = new Set(['folder-not-writable', 'network-certificate-file']);

/**
 * A refusal in the person's words on standard error, or as the one JSON document on standard output.
 *
 * @param help what there is to choose from, when no command was named
 */
export async function fail(context: Context, error: unknown, help = ''): Promise<ExitCode> {
  const { t, stdout, stderr, options } = context;
  const usage = asUsage(error, help, t);
  if (usage !== null) {
    const message = t(usage.key, usage.values);
    if (options.json === true)
      stdout.write(
        `${JSON.stringify({ ok: false, error: { code: 'usage', title: message, details: usage.details } })}\n`,
      );
    else stderr.write(`${[message, ...usage.details].join('\n')}\n`);
    return exitCodes.usage;
  }
  const refusal = asRefusal(error);
  if (refusal === null) {
    const message = t('failure.unexpected', {
      message: error instanceof Error ? error.message : String(error),
    });
    if (options.json === true)
      stdout.write(`${JSON.stringify({ ok: false, error: { code: 'internal', title: message } })}\n`);
    else stderr.write(`${message}\n`);
    return exitCodes.failed;
  }
  const texts = {
    ...(await loadErrorTexts(context.language))[refusal.code],
    ...(await here(context, refusal)),
  };
  if (options.json === true)
    stdout.write(`${JSON.stringify({ ok: false, error: { ...refusal, ...texts } })}\n`);
  else {
    const about = located.has(refusal.code) ? aboutLines(t, { ...refusal.data, code: refusal.code }) : [];
    stderr.write(`${[texts.title, texts.means, texts.next, ...about].join('\n')}\n`);
  }
  return exitCodeOf[refusal.code];
}

/** What to do, where the command line has a way out of its own, and the number that the person has to know. */
async function here(
  context: Context,
  { code, data }: { code: ErrorCode; data: ErrorData },
): Promise<{ means?: string; next?: string }> {
  const { t } = context;
  if (code === 'keychain-unavailable') {
    // Secrets on disk would make another device of it beside the one that is set up.
    if (await isSomebodys(context)) return { next: t('failure.keychainElsewhere') };
    // A client that runs without a keychain lends nothing either: of a product there is only the file.
    return { next: t(data?.product === undefined ? 'failure.noKeychain' : 'failure.noKeychainToBorrow') };
  }
  if (code === 'borrow-too-long' && data?.maximum !== undefined)
    return { means: t('failure.lentAtMost', { count: data.maximum }) };
  if (code === 'not-configured') return { next: t('failure.notConfigured') };
  if (code === 'key-manages-nobody') return { next: t('failure.keyManagesNobody') };
  if (code === 'device-key-damaged') return { next: t('failure.deviceKey') };
  if (code === 'client-silent') return { next: t('failure.endProcess', { pid: data?.detail ?? '' }) };
  return {};
}

/** Somebody is set up on this profile with secrets that last, though not where this command looked. */
async function isSomebodys(context: Context): Promise<boolean> {
  const { data, runtime } = pathsOf(surroundingsOf(context));
  const { hasLastingOwner } = await import('../core/session/guest.ts');
  const { createLicenseStore } = await import('../core/licenses/license-store.ts');
  const { createProcessLock } = await import('../core/lock/process-lock.ts');
  const { hasLicense } = createLicenseStore({
    folder: join(data, 'licenses'),
    lock: createProcessLock(join(runtime, 'locks')),
    now: Date.now,
  });
  return hasLastingOwner(join(data, 'identity.json'), { isStored: hasLicense });
}

function asRefusal(error: unknown): { code: ErrorCode; data: ErrorData } | null {
  if (error instanceof AldabaError) return { code: error.code, data: error.data };
  if (error instanceof ORPCError && error.code in errorStatus)
    return { code: error.code as ErrorCode, data: error.data as ErrorData };
  if (error instanceof Error && error.name === 'AbortError') return { code: 'cancelled', data: undefined };
  const fault = storageFault(error);
  return fault === null ? null : { code: fault.code, data: fault.data };
}

const commanderKeys: Readonly<Record<string, CliKey>> = {
  'commander.unknownCommand': 'usage.unknownCommand',
  'commander.unknownOption': 'usage.unknownOption',
  'commander.missingArgument': 'usage.missingArgument',
  'commander.missingMandatoryOptionValue': 'usage.missingArgument',
  'commander.excessArguments': 'usage.tooMany',
  'commander.optionMissingArgument': 'usage.missingValue',
  'commander.invalidArgument': 'usage.badValue',
};

function asUsage(error: unknown, help: string, t: Context['t']): UsageError | null {
  if (error instanceof UsageError) return error;
  if (!(error instanceof CommanderError)) return null;
  if (error.code === 'commander.help') return new UsageError('usage.noSubcommand', {}, ['', help.trimEnd()]);
  const key = commanderKeys[error.code];
  if (key === undefined) return null;
  // Commander quotes an option with its placeholder: '--mode <mode>'. Of an argument the value comes first.
  const quoted = /'([^']*)'/.exec(error.message)?.[1] ?? '';
  const argument =
    error.code === 'commander.missingArgument' ? quoted : /for argument '([^']*)'/.exec(error.message)?.[1];
  const name = argument === undefined ? quoted.replace(/ <.*/, '') : valueNames(argument, t);
  const choices = /Allowed choices are (.+)\.$/.exec(error.message)?.[1];
  const [, least, most] = /Allowed range is (\d+) to (\d+)\.$/.exec(error.message) ?? [];
  const details = least === undefined ? [] : [`  ${least} - ${most}`];
  for (const choice of choices?.split(', ') ?? []) details.push(`  ${choice}`);
  return new UsageError(key, { name }, details);
}
