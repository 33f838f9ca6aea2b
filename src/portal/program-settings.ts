import { z } from 'zod';
import { type PortalSettingsInput, portalSettingsSchema } from './settings.ts';

const list = z.string().transform((value) =>
  value
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== ''),
);

const seconds = z.coerce.number().int().min(1).max(31_536_000).optional();

/** Variables of the environment, each with the sentence that `--help` prints. */
export const environmentSchema = z.object({
  DATABASE_URL: z
    .url({ protocol: /^postgres(ql)?$/ })
    .optional()
    .describe('PostgreSQL; without it the embedded database in the data folder'),
  DATABASE_CONNECTIONS: z.coerce
    .number()
    .int()
    .min(2)
    .max(500)
    .optional()
    .describe('connections of this node (20)'),
  SMTP_URL: z
    .url({ protocol: /^smtps?$/ })
    .optional()
    .describe('mail server: smtp://user:password@host:587; needed without --demo'),
  PUBLIC_URL: z
    .string()
    .optional()
    .describe('address that people use: https://licencias.example; needed without --demo'),
  HOST: z.string().optional().describe('address to listen on (127.0.0.1)'),
  PORT: z.coerce
    .number()
    .int()
    .min(0)
    .max(65_535)
    .optional()
    .describe('port to listen on, 0 takes a free one (8420)'),
  TRUSTED_PROXIES: list
    .optional()
    .describe('addresses or ranges whose X-Forwarded-For is believed, separated by commas'),
  DATA_DIR: z
    .string()
    .optional()
    .describe('folder of the embedded database and, unless KEYS_DIR is set, of the keys'),
  KEYS_DIR: z
    .string()
    .optional()
    .describe('folder of the signing keys and the portal’s secret, the same on every node'),
  RELEASES_DIR: z.string().optional().describe('folder of the files that people download'),
  MAIL_FROM: z
    .string()
    .regex(/[^\s<@]@[^\s>@]/, 'no email address in it')
    .optional()
    .describe('sender of all mails: "Licencias <licencias@empresa.example>"; needed without --demo'),
  OPERATOR: z.string().optional().describe('name that mails and pages use for whoever runs the portal'),
  SUPPORT_EMAIL: z.email().optional().describe('where people turn with a question'),
  BUY_URL: z.url().optional().describe('where more seats are bought'),
  ROLE_HELP_URL: z.url().optional().describe('where the roles are explained'),
  LEASE_SECONDS: seconds.describe('how long a lease of a floating seat is good without renewal (1200)'),
  RUN_ON_SECONDS: seconds.describe('how long a program runs on from the last renewal (3600)'),
  COUNTDOWN_SECONDS: seconds.describe('after that, until it is read-only (900)'),
  HEARTBEAT_SECONDS: seconds.describe('between two renewals of a lease, give or take a tenth (300)'),
  PASS_RENEWAL_SECONDS: seconds.describe('between two renewals of a named seat’s offline pass (86400)'),
  LOG_LEVEL: z
    .enum(['trace', 'debug', 'info', 'warn', 'error', 'silent'])
    .optional()
    .describe('lines on standard error (info)'),
});

export interface ProgramOptions {
  readonly port?: string;
  readonly host?: string;
  readonly data?: string;
  readonly demo?: boolean;
  /** A command of the operator: it sends nothing itself. */
  readonly command?: boolean;
}

export interface ProgramSettings {
  readonly databaseUrl: string | undefined;
  readonly databaseConnections: number | undefined;
  /** Undefined: everything in memory, lost at the end. */
  readonly dataFolder: string | undefined;
  readonly keysFolder: string | undefined;
  readonly smtpUrl: string | undefined;
  readonly logLevel: string;
  readonly portal: PortalSettingsInput;
}

/** A setting that cannot be used; the message names it and is meant for the person who starts the portal. */
export class SettingsError extends Error {}

/**
 * What the program was told, by options and environment; options win.
 *
 * @throws SettingsError
 */
export function readProgramSettings(
  environment: Readonly<Record<string, string | undefined>>,
  options: ProgramOptions,
): ProgramSettings {
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  const read = environmentSchema.safeParse({
    ...given,
    ...(options.port === undefined ? {} : { PORT: options.port }),
    ...(options.host === undefined ? {} : { HOST: options.host }),
    ...(options.data === undefined ? {} : { DATA_DIR: options.data }),
  });
  if (!read.success) throw new SettingsError(complaint(read.error));
  const from = read.data;
  const demo = options.demo === true;
  const node = !demo && options.command !== true;
  if (from.SMTP_URL === undefined && node)
    throw new SettingsError(
      'SMTP_URL is needed: without mail nobody can set a password. Or start with --demo.',
    );
  if (from.PUBLIC_URL === undefined && node)
    throw new SettingsError(
      'PUBLIC_URL is needed: links in mails lead there, and programs prove their requests for it.',
    );
  if (from.MAIL_FROM === undefined && node)
    throw new SettingsError('MAIL_FROM is needed: mail servers refuse a sender that does not exist.');
  const keysFolder = from.KEYS_DIR ?? (from.DATA_DIR === undefined ? undefined : `${from.DATA_DIR}/keys`);
  if (keysFolder === undefined && !demo)
    throw new SettingsError('DATA_DIR or KEYS_DIR is needed: the signing keys must outlive the process.');
  if (from.DATABASE_URL === undefined && from.DATA_DIR === undefined && !demo)
    throw new SettingsError('DATABASE_URL or DATA_DIR is needed: there is nowhere to keep anything.');
  const portal = portalSettingsSchema.safeParse(
    defined({
      publicUrl: from.PUBLIC_URL,
      host: from.HOST,
      port: from.PORT ?? 8420,
      trustedProxies: from.TRUSTED_PROXIES,
      outboxPage: demo && from.SMTP_URL === undefined,
      mailFrom: from.MAIL_FROM,
      operator: from.OPERATOR,
      supportEmail: from.SUPPORT_EMAIL,
      buyUrl: from.BUY_URL,
      roleHelpUrl: from.ROLE_HELP_URL,
      releasesFolder:
        from.RELEASES_DIR ?? (from.DATA_DIR === undefined ? undefined : `${from.DATA_DIR}/releases`),
      licensing: defined({
        lease: from.LEASE_SECONDS,
        runOn: from.RUN_ON_SECONDS,
        countdown: from.COUNTDOWN_SECONDS,
        heartbeat: from.HEARTBEAT_SECONDS,
        passRenewal: from.PASS_RENEWAL_SECONDS,
      }),
    }),
  );
  if (!portal.success) throw new SettingsError(complaint(portal.error, variables));
  return {
    databaseUrl: from.DATABASE_URL,
    databaseConnections: from.DATABASE_CONNECTIONS,
    dataFolder: from.DATA_DIR,
    keysFolder,
    smtpUrl: from.SMTP_URL,
    logLevel: from.LOG_LEVEL ?? 'info',
    portal: portal.data,
  };
}

function defined(value: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined));
}

/** The variable that a setting of the portal comes from, where the names differ. */
const variables: Readonly<Record<string, string>> = {
  publicUrl: 'PUBLIC_URL',
  trustedProxies: 'TRUSTED_PROXIES',
};

/** Names the variable and the rule, never the value: addresses carry passwords. */
function complaint(error: z.ZodError, names: Readonly<Record<string, string>> = {}): string {
  return error.issues
    .map(({ path, message }) => `${names[String(path[0])] ?? path.join('.')}: ${message}`)
    .join('; ');
}

/** The environment's part of `--help`. */
export function environmentHelp(): string {
  const lines = Object.entries(environmentSchema.shape).map(
    ([name, schema]) => `  ${name.padEnd(22)}${schema.description ?? ''}`,
  );
  return `\nEnvironment:\n${lines.join('\n')}\n`;
}
