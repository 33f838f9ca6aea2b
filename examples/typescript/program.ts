import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { type Client, connectToClient, type License, Refused } from './aldaba.ts';
import { verifyLicense } from './verify.ts';

/**
 * `x` of the vendor's root key. A program that is sold has it here and no option to replace it; this one takes `--root-key`, because
 * each demonstration makes a root of its own.
 */
const compiledInRootKey: string | undefined = undefined;

const { values } = parseArgs({
  options: {
    program: { type: 'string', default: 'viga' },
    version: { type: 'string', default: '2026.1' },
    'root-key': { type: 'string' },
    runtime: { type: 'string' },
    'start-command': { type: 'string' },
    language: { type: 'string' },
    seconds: { type: 'string' },
    'no-question': { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
});
const rootKey = compiledInRootKey ?? values['root-key'];
const seconds = values.seconds === undefined ? null : Number(values.seconds);
if (rootKey === undefined || (seconds !== null && !(seconds > 0))) {
  console.error('usage: node program.ts --root-key=KEY [--program viga] [--seconds N] [--json]');
  process.exit(2);
}
const startCommand = values['start-command'];

const stop = new AbortController();
const stopped = new Promise<'stopped'>((resolve) => {
  stop.signal.addEventListener('abort', () => resolve('stopped'));
});
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stop.abort());

/** Until when the program may compute, milliseconds UTC: with what the client said last, and as long as nothing else is said. */
let computeUntil = 0;
/** A license was granted, so that from now on a client that goes away or refuses ends nothing. */
let held = false;

function say(event: string, fields: Record<string, unknown>, sentence: string): void {
  console.log(values.json ? JSON.stringify({ event, ...fields }) : sentence);
}

/** Whatever the client says, the program computes only with a license that it verified itself. It never ends because of one. */
function look(license: License, client: Client, event: string): void {
  const { state, permit, until, message, reason } = license;
  let verified = false;
  let wrong: string | undefined;
  computeUntil = 0;
  try {
    const { program: product, version } = values;
    const expected = { rootKey: rootKey ?? '', product, version, device: client.device, now: Date.now() };
    if (license.document !== undefined) {
      const { end } = verifyLicense(license.document, expected);
      verified = true;
      if (permit === 'full') computeUntil = end ?? Number.POSITIVE_INFINITY;
    }
  } catch (error) {
    wrong = error instanceof Error ? error.message : String(error);
  }
  const may = computeUntil > 0 ? ['open', 'save', 'export', 'compute'] : ['open', 'save', 'export'];
  say(
    event,
    { state, permit, until, reason, message, kind: license.kind, verified, wrong, may },
    `${message ?? state} (${computeUntil > 0 ? 'computing' : 'open, save and export only'})`,
  );
}

function computeNoMore(reason: string): void {
  if (computeUntil === 0) return;
  computeUntil = 0;
  const fields = { state: 'read-only', permit: 'read-only', reason, verified: false };
  say('changed', { ...fields, may: ['open', 'save', 'export'] }, 'Open, save and export only');
}

// Whether or not the client is there to say so. The clock on the wall is asked, because a timer stands still while the computer sleeps.
setInterval(() => {
  if (Date.now() >= computeUntil) computeNoMore('over');
}, 1000).unref();

/** One connection. Resolves with the exit code, or null when the client is gone. Rejects when there is none. */
async function run(): Promise<number | null> {
  let client: Client | undefined;
  try {
    const connecting = connectToClient({
      program: values.program,
      version: values.version,
      language: values.language,
      runtime: values.runtime,
      startCommands: startCommand === undefined ? undefined : startCommand === '' ? [] : [startCommand],
    });
    const connected = await Promise.race([connecting, stopped]);
    if (connected === 'stopped') return 0;
    client = connected;
    const { version, mode, device, closed } = connected;
    say('connected', { client: version, mode, device }, `Aldaba ${version}`);
    connected.onChange((license) => look(license, connected, 'changed'));
    connected.onMessage((text) => say('message', { text }, text));
    // May take as long as the person takes to sign in; closing the connection cancels it.
    const license = await Promise.race([connected.acquire({ interactive: !values['no-question'] }), stopped]);
    if (license === 'stopped') return 0;
    look(license, connected, 'license');
    held = true;
    const how = await Promise.race([stopped, closed.then(() => 'lost' as const)]);
    if (how === 'lost') {
      // The client was restarted or updated. What was verified holds until its end; a new connection is a new use.
      say('lost', {}, 'Aldaba is gone; coming back to it');
      return null;
    }
    await connected.release();
    say('released', {}, 'released');
    return 0;
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    const { code, message, next } = error;
    say('refused', { code, message, next }, `${message} ${next}`);
    if (held) {
      computeNoMore(code);
      await stopped;
      return 0;
    }
    return ['sign-in-cancelled', 'sign-in-unavailable', 'not-signed-in'].includes(code) ? 4 : 3;
  } finally {
    client?.close();
  }
}

async function main(): Promise<number> {
  for (;;) {
    const code = await run().catch((error: unknown) => {
      if (stop.signal.aborted) return 0;
      if (held) return null;
      say('failed', { message: String(error) }, String(error));
      return 1;
    });
    if (code !== null) return code;
    await sleep(500, undefined, { signal: stop.signal }).catch(() => undefined);
    if (stop.signal.aborted) return 0;
  }
}

if (seconds !== null) setTimeout(() => stop.abort(), seconds * 1000).unref();
process.exit(await main());
