import { parseArgs } from 'node:util';
import { defaultRuntime, type License, openUse, type Program, Refused, type Use } from './aldaba-client.ts';
import { LicenseRefused } from './verify-license.ts';

/** A program that computes beams, as far as its license goes. Options and exit codes: ../README.md. */
const { values } = parseArgs({
  options: {
    program: { type: 'string', default: 'viga' },
    version: { type: 'string', default: '2026.1' },
    'root-key': { type: 'string' },
    runtime: { type: 'string', default: defaultRuntime() },
    client: { type: 'string', default: 'aldaba agent' },
    seconds: { type: 'string' },
    'not-interactive': { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
});
if (values['root-key'] === undefined) {
  console.error('--root-key is missing: the public key that licenses are trusted by');
  process.exit(2);
}
const program: Program = {
  program: values.program,
  version: values.version,
  rootKey: values['root-key'],
  runtime: values.runtime,
  client: values.client,
};

/** Milliseconds between two tries to reach a client that went away. */
const retryPause = 1000;

const needsSignIn = new Set([
  'not-signed-in',
  'session-ended',
  'sign-in-cancelled',
  'sign-in-unavailable',
  'not-configured',
]);

let use: Use | undefined;
let permit: License['permit'] = 'none';
let ending = false;

process.once('SIGINT', end);
process.once('SIGTERM', end);
try {
  show('license', await open(!values['not-interactive']));
} catch (error) {
  fail(error);
}
if (permit === 'none') process.exit(3);
if (values.seconds !== undefined) setTimeout(end, Number(values.seconds) * 1000);
else setInterval(() => undefined, 60_000);

async function open(interactive: boolean): Promise<License> {
  const opened = await openUse(program);
  use = opened;
  print('connected', { client: opened.clientVersion, mode: opened.mode }, `Client ${opened.clientVersion}`);
  opened.onChanged((license) => show('changed', license));
  opened.onMessage(({ level, text }) => print('message', { level, text }, text));
  try {
    const license = await opened.acquire({ interactive });
    opened.onLost(() => void reconnect());
    return license;
  } catch (error) {
    opened.close();
    throw error;
  }
}

/** The client restarts, for example for an update: the program goes on meanwhile with what it verified. */
async function reconnect(): Promise<void> {
  if (ending) return;
  print('lost', {}, 'The license client is gone; looking for it.');
  while (!ending) {
    try {
      show('license', await open(false));
      return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, retryPause));
    }
  }
}

function show(event: 'license' | 'changed', license: License): void {
  permit = license.permit;
  const { state, until, message } = license;
  const words = {
    full: 'may compute',
    'read-only': 'may open, save and export; goes on running',
    none: 'has no license',
  }[license.permit];
  print(
    event,
    { state, permit, until, message, verified: license.permit === 'full' },
    `${values.program} ${words}. ${message ?? ''}`,
  );
}

async function end(): Promise<void> {
  if (ending) return;
  ending = true;
  await use?.release().catch(() => undefined);
  print('released', {}, 'License given back.');
  use?.close();
  process.exit(0);
}

function fail(error: unknown): never {
  if (error instanceof Refused) {
    print(
      'refused',
      { code: error.code, message: error.message, next: error.next },
      `${error.message} ${error.next}`,
    );
    process.exit(needsSignIn.has(error.code) ? 4 : 3);
  }
  const sentence = error instanceof Error ? error.message : String(error);
  if (error instanceof LicenseRefused) {
    print('refused', { code: 'not-verified', message: sentence }, `The answer did not verify: ${sentence}.`);
    process.exit(7);
  }
  print(
    'refused',
    { code: 'unreachable', message: sentence },
    `The license client cannot be reached: ${sentence}.`,
  );
  process.exit(5);
}

function print(event: string, fields: object, sentence: string): void {
  console.log(values.json ? JSON.stringify({ event, program: values.program, ...fields }) : sentence);
}
