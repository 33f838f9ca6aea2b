import { expect, test } from 'vitest';
import {
  environmentHelp,
  environmentSchema,
  readProgramSettings,
  SettingsError,
} from './program-settings.ts';
import { portalSettingsSchema } from './settings.ts';

const production = {
  DATABASE_URL: 'postgres://aldaba:secreto@db.example/aldaba',
  SMTP_URL: 'smtps://correo:secreto@mail.example',
  MAIL_FROM: 'Licencias <licencias@condor.example>',
  KEYS_DIR: '/etc/aldaba/keys',
  PUBLIC_URL: 'https://licencias.example/',
  TRUSTED_PROXIES: '10.0.0.0/8, 192.168.1.1',
  PORT: '9000',
};

function complaint(environment: Record<string, string>, options = {}): string {
  try {
    readProgramSettings(environment, options);
  } catch (error) {
    if (error instanceof SettingsError) return error.message;
    throw error;
  }
  return 'accepted';
}

test('reads what production says', () => {
  expect(readProgramSettings(production, {})).toMatchObject({
    databaseUrl: production.DATABASE_URL,
    smtpUrl: production.SMTP_URL,
    keysFolder: '/etc/aldaba/keys',
    dataFolder: undefined,
    portal: {
      publicUrl: 'https://licencias.example',
      port: 9000,
      host: '127.0.0.1',
      trustedProxies: ['10.0.0.0/8', '192.168.1.1'],
      outboxPage: false,
    },
  });
});

test('options win over the environment, and an empty variable says nothing', () => {
  const { portal, dataFolder } = readProgramSettings(
    { ...production, HOST: '', DATA_DIR: '/a' },
    { port: '0', host: '0.0.0.0', data: '/b' },
  );
  expect([portal.port, portal.host, dataFolder]).toEqual([0, '0.0.0.0', '/b']);
});

test('a demonstration needs nothing and shows its mails, unless there is a mail server', () => {
  const bare = readProgramSettings({}, { demo: true });
  expect(bare).toMatchObject({ smtpUrl: undefined, keysFolder: undefined, portal: { outboxPage: true } });
  expect(readProgramSettings({ SMTP_URL: 'smtp://127.0.0.1:25' }, { demo: true }).portal.outboxPage).toBe(
    false,
  );
  expect(readProgramSettings({}, { demo: true, data: '/d' })).toMatchObject({ keysFolder: '/d/keys' });
});

test.each([
  ['no mail server', { ...production, SMTP_URL: '' }, 'SMTP_URL is needed'],
  ['nowhere for the keys', { ...production, KEYS_DIR: '' }, 'KEYS_DIR is needed'],
  ['nowhere for the data', { ...production, DATABASE_URL: '' }, 'DATABASE_URL or DATA_DIR'],
  ['a port that is none', { ...production, PORT: 'http' }, 'PORT'],
  ['another database', { ...production, DATABASE_URL: 'mysql://u:secreto@x/y' }, 'DATABASE_URL'],
  ['an address that is none', { ...production, PUBLIC_URL: 'licencias.example' }, 'PUBLIC_URL: '],
  [
    'an address that anybody may listen to',
    { ...production, PUBLIC_URL: 'http://licencias.example' },
    'PUBLIC_URL: https',
  ],
  [
    'an address that no browser asks',
    { ...production, PUBLIC_URL: 'https://licencias.example:6000' },
    'PUBLIC_URL: no browser',
  ],
  [
    'an address with a query',
    { ...production, PUBLIC_URL: 'https://licencias.example/?a=secreto' },
    'PUBLIC_URL: no “?”',
  ],
  ['no address', { ...production, PUBLIC_URL: '' }, 'PUBLIC_URL is needed'],
  ['no sender', { ...production, MAIL_FROM: '' }, 'MAIL_FROM is needed'],
  ['a sender without address', { ...production, MAIL_FROM: 'Licencias' }, 'MAIL_FROM: no email'],
])('%s is said in words without the value', (_what, environment, words) => {
  const said = complaint(environment);
  expect(said).toContain(words);
  expect(said).not.toContain('secreto');
});

test('on this machine alone http will do', () => {
  for (const address of ['http://127.0.0.1:8420', 'http://localhost', 'http://[::1]:8420'])
    expect(readProgramSettings({ ...production, PUBLIC_URL: address }, {}).portal.publicUrl).toBe(address);
});

test('every variable is explained by --help', () => {
  for (const [name, schema] of Object.entries(environmentSchema.shape)) {
    expect(schema.description).toBeTruthy();
    expect(environmentHelp()).toContain(`  ${name} `);
  }
});

test('the defaults are a portal for this machine', () => {
  expect(portalSettingsSchema.parse({})).toMatchObject({
    host: '127.0.0.1',
    port: 0,
    trustedProxies: [],
    outboxPage: false,
  });
});

test('a proxy that is neither an address nor a range is named', () => {
  const wrong = { ...production, TRUSTED_PROXIES: '10.0.0.0/8, ::1, fd00::/8, proxy.example' };
  expect(complaint(wrong)).toBe('TRUSTED_PROXIES: an address or a range is needed');
  expect(complaint({ ...production, TRUSTED_PROXIES: '10.0.0.0/8, ::1, fd00::/8' })).toBe('accepted');
});
