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
if (rootKey === undefined) {
  console.error('usage: node program.ts --root-key KEY [--program viga] [--seconds N] [--json]');
  process.exit(2);
}

const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stop.abort());

function say(event: string, fields: Record<string, unknown>, sentence: string): void {
  console.log(values.json ? JSON.stringify({ event, ...fields }) : sentence);
}

/** Whatever the client says, the program computes only with a license that it verified itself. It never ends because of one. */
function look(license: License, client: Client, event: string): void {
  const { state, permit, until, message, reason } = license;
  let verified: { end: number | null } | null = null;
  let wrong: string | undefined;
  try {
    const { program: product, version } = values;
    const expected = { rootKey: rootKey ?? '', product, version, device: client.device, now: Date.now() };
    if (license.document !== undefined) verified = verifyLicense(license.document, expected);
  } catch (error) {
    wrong = error instanceof Error ? error.message : String(error);
  }
  const may =
    permit === 'full' && verified !== null
      ? ['open', 'save', 'export', 'compute']
      : ['open', 'save', 'export'];
  say(
    event,
    { state, permit, until, reason, message, kind: license.kind, verified: verified !== null, wrong, may },
    `${message ?? state} (${may.includes('compute') ? 'computing' : 'open, save and export only'})`,
  );
}

async function run(): Promise<number> {
  const client = await connectToClient({
    program: values.program,
    version: values.version,
    language: values.language,
    runtime: values.runtime,
    startCommand: values['start-command'],
  });
  say(
    'connected',
    { client: client.version, mode: client.mode, device: client.device },
    `Aldaba ${client.version}`,
  );
  client.onChange((license) => look(license, client, 'changed'));
  const stopped = new Promise<'stopped'>((resolve) => {
    stop.signal.addEventListener('abort', () => resolve('stopped'));
    if (stop.signal.aborted) resolve('stopped');
  });
  try {
    // May take as long as the person takes to sign in; closing the connection cancels it.
    const license = await Promise.race([client.acquire({ interactive: !values['no-question'] }), stopped]);
    if (license === 'stopped') {
      client.close();
      return 0;
    }
    look(license, client, 'license');
  } catch (error) {
    client.close();
    if (!(error instanceof Refused)) throw error;
    const { code, message, next } = error;
    say('refused', { code, message, next }, `${message} ${next}`);
    return ['sign-in-cancelled', 'sign-in-unavailable', 'not-signed-in'].includes(code) ? 4 : 3;
  }
  const how = await Promise.race([stopped, client.closed.then(() => 'lost' as const)]);
  if (how === 'lost') {
    // The client was restarted or updated. What was verified holds until its end; a new connection is a new use.
    say('lost', {}, 'Aldaba is gone; coming back to it');
    return again();
  }
  await client.release();
  client.close();
  say('released', {}, 'released');
  return 0;
}

async function again(): Promise<number> {
  while (!stop.signal.aborted) {
    try {
      return await run();
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  }
  return 0;
}

if (values.seconds !== undefined) setTimeout(() => stop.abort(), Number(values.seconds) * 1000).unref();
process.exitCode = await run().catch((error: unknown) => {
  say('failed', { message: String(error) }, String(error));
  return 1;
});
process.exit();
