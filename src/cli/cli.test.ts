import { PassThrough } from 'node:stream';
import { describe, expect, test } from 'vitest';
import es from '../../resources/locales/es/cli.json' with { type: 'json' };
import { errorCodes } from '../contract/errors.ts';
import { createTranslate } from '../core/shell/texts.ts';
import { commandAt } from './command-at.ts';
import type { Context, Outside } from './context.ts';
import { exitCodeOf } from './exit-codes.ts';
import { bytes, table } from './format.ts';
import { readSecret } from './read-secret.ts';
import { run } from './run.ts';

/** Runs a command line with nothing but what the test gives. */
async function line(argv: string[], environment: Record<string, string> = {}) {
  const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
  stdin.end();
  const outside: Outside = {
    argv,
    environment,
    stdin: () => stdin,
    stdout,
    stderr,
    folder: '/',
    signal: new AbortController().signal,
    takeSignals: () => () => {},
    developmentRoot: undefined,
    programs: { host: '', portal: '', endWithParent: '' },
  };
  const code = await run(outside, '1.2.3');
  const text = (stream: PassThrough) => stream.read()?.toString() ?? '';
  return { code, out: text(stdout), err: text(stderr) };
}

describe('command line', () => {
  test.each([
    ['es', 'Órdenes:', 'Códigos de salida'],
    ['en', 'Commands:', 'Exit codes'],
    ['pt', 'Comandos:', 'Códigos de saída'],
  ])('help in %s names the commands and the exit codes', async (language, title, codes) => {
    const { code, out, err } = await line(['--help'], { LANG: `${language}_XX.UTF-8` });
    expect([code, err]).toEqual([0, '']);
    expect(out).toContain(title);
    expect(out).toContain(codes);
    for (const name of [
      'setup',
      'sign-in',
      'status',
      'acquire',
      'borrow',
      'return',
      'people',
      'seats',
      'doctor',
      'agent',
      'serve',
    ])
      expect(out).toMatch(new RegExp(`^ {2}${name}\\b`, 'm'));
  });

  test.each([
    [['people', 'add', '--help'], '--first-name'],
    [['programs', '--help'], 'download'],
    [['acquire', '--help'], '--no-question'],
    [['borrow', '--help'], 'de 1 a 30; sin ella, 7'],
    [['return', '--help'], '--out'],
    [['seats', 'lending', '--help'], 'de 0 a 30'],
  ])('help of %j', async (argv, option) => {
    const { code, out } = await line(argv);
    expect(code).toBe(0);
    expect(out).toContain(option);
  });

  test.each([
    ['es', '[opciones] <producto> [orden...]', '--wait <minutos>', '--set <nombre=valor>'],
    ['en', '[options] <product> [command...]', '--wait <minutes>', '--set <name=value>'],
    ['pt', '[opções] <produto> [comando...]', '--wait <minutos>', '--set <nome=valor>'],
  ])('in %s the values of commands and options have that language’s names', async (language, ...terms) => {
    const { out } = await line(['acquire', '--help', '--language', language]);
    for (const term of terms) expect(out).toContain(term);
  });

  // That of the portal is its own program's, for its operator.
  test.each(['es', 'pt'])('in %s every help is whole, down to the last command', async (language) => {
    const helps = async (...path: string[]): Promise<string[]> => {
      const { code, out } = await line([...path, '--help', '--language', language]);
      expect([path, code]).toEqual([path, 0]);
      const commands = out.split(/^(?:Órdenes|Comandos):$/m)[1]?.split('\n\n')[0] ?? '';
      const below = [...commands.matchAll(/^ {2}([a-z-]+)/gm)]
        .map(([, name = '']) => name)
        .filter((name) => name !== 'portal');
      return [out, ...(await Promise.all(below.map((name) => helps(...path, name)))).flat()];
    };
    const all = await helps();
    expect(all.length).toBeGreaterThan(30);
    for (const out of all)
      expect(out).not.toMatch(/Usage:|Options:|[<[](options|command|product|file|person)[>\].]/);
  });

  test.each([
    [['portal'], []],
    [['portal', '--json'], ['--json']],
    [
      ['--profile', 'portal', '--language=es', 'portal', '--demo', '--port', '0'],
      ['--demo', '--port', '0'],
    ],
  ])('%j: the portal gets what follows its name', (argv, passed) => {
    expect(argv.slice(commandAt(argv) + 1)).toEqual(passed);
  });

  test('--version', async () => {
    expect(await line(['--version'])).toMatchObject({ code: 0, out: '1.2.3\n' });
  });

  test.each([
    [['nothing'], '«nothing»'],
    [['status', '--nothing'], '--nothing'],
    [['release'], 'producto'],
    [['status', 'more'], 'Sobran'],
    [['setup', '--mode', 'magic'], '--mode no es válido.\n  cloud-signin\n'],
    [['borrow', 'viga', '--days', '40'], '--days no es válido.\n  1 - 30\n'],
    [['seats', 'lending', 'viga', '31'], 'El valor de días no es válido.\n  0 - 30\n'],
    [['acquire', 'viga', '--wait', '0'], '--wait no es válido.\n  1 - 10080\n'],
    [['setup', '--mode'], '--mode'],
    [['serve', '--port', 'x'], '--port'],
    [['people', 'add', 'a@b.example'], '--first-name'],
    [['acquire', 'viga'], '-- ORDEN'],
    [['borrow'], 'product'],
    [['borrow', 'viga', '--days', '0'], '--days'],
    [['borrow', 'viga', '--days', '31'], '--days'],
    [['borrow', 'viga', '--days', '1.5'], '--days'],
    [['seats', 'lending', 'viga'], 'días'],
    [['seats', 'lending', 'viga', '31'], 'El valor de días'],
    [['seats', 'lending', 'viga', 'no'], 'El valor de días'],
    [['status', 'more', '--', '--json', '--language=en'], 'Sobran'],
    [['status', '--set', 'portl=https://x.example'], '«portl»'],
    [
      ['agent', '--set', 'proxy=nonsense'],
      '--set proxy no es válido.\n  una dirección que empiece por http://',
    ],
    [['setup', '--set', 'portal='], '--set portal no es válido.\n  una dirección que empiece por https://'],
    [['setup', '--set', 'portal=http://example.com'], 'https:// (http:// solo si el portal está en este'],
    [['status', '--set', 'mode=weird'], '  cloud-signin\n  cloud-key\n  standalone\n'],
    [['status', '--set', 'language=xx'], '  es\n  en\n  pt\n'],
    [['status', '--set', 'theme=sepia'], '  system\n  light\n  dark\n'],
    [['status', '--set', 'updateChannel=beta'], '  stable\n  preview\n  off\n'],
    [['status', '--set', 'autoStart=maybe'], '  true\n  false\n'],
    [['status', '--set', 'secretsOnDisk=2'], '  true\n  false\n'],
    [['status', '--set', 'telemetry'], '  false\n'],
    [['people', 'edit', 'a@b.example'], '  --phone\n  --job-title\n  --shared\n  --no-shared\n'],
    [['people', 'edit', 'a@b.example', '--language', 'es'], 'No se indicó qué cambiar'],
  ])('%j is a wrong use: 2, one sentence, nothing on standard output', async (argv, part) => {
    const { code, out, err } = await line(argv);
    expect([code, out]).toEqual([2, '']);
    expect(err).toContain(part);
    expect(err).not.toMatch(/\{\{|<\w+>/);
  });

  test.each([
    [[], '  acquire '],
    [['--profile', 'folder'], '  acquire '],
    [['people'], '  reset-password '],
    [['--json', 'programs'], '  download '],
  ])('%j names no command: 2, in words, with the help of what there is', async (argv, choice) => {
    const { code, out, err } = await line(argv);
    expect(code).toBe(2);
    if (!argv.includes('--json')) {
      expect(out).toBe('');
      expect(err).toMatch(/^Falta la orden\.\n\nUso:/);
      expect(err).toContain(choice);
    } else {
      expect(err).toBe('');
      expect(JSON.parse(out)).toMatchObject({
        ok: false,
        error: { code: 'usage', title: 'Falta la orden.' },
      });
    }
  });

  test('with --json a wrong use is one document on standard output', async () => {
    const { code, out, err } = await line(['status', '--nothing', '--json']);
    expect([code, err]).toEqual([2, '']);
    expect(JSON.parse(out)).toMatchObject({ ok: false, error: { code: 'usage' } });
  });
});

describe('exit codes', () => {
  test('every refusal has one, and none of them says that all is well', () => {
    for (const code of errorCodes) expect([1, 2, 3, 4, 5, 6]).toContain(exitCodeOf[code]);
  });

  test.each([
    ['no-seat-free', 3],
    ['version-not-covered', 3],
    ['no-seats-available', 1],
    ['proof-invalid', 5],
    ['session-ended', 4],
    ['access-ended', 6],
    ['network-offline', 5],
    ['portal-captive', 5],
    ['policy-locked', 6],
    ['last-administrator', 6],
    ['borrow-too-long', 6],
    ['borrow-unavailable', 1],
    ['internal', 1],
  ] as const)('%s is %i', (code, exit) => {
    expect(exitCodeOf[code]).toBe(exit);
  });
});

describe('secrets', () => {
  const context = (stdin: ReturnType<Outside['stdin']>, signal = new AbortController().signal) =>
    ({
      stdin: () => stdin,
      stderr: new PassThrough(),
      signal,
      t: createTranslate('es', es),
    }) as unknown as Context;

  test.each([
    ['correct horse', 'correct horse'],
    ['correct horse\n', 'correct horse'],
    ['correct horse\r\n', 'correct horse'],
    [' with spaces ', ' with spaces '],
    ['ñandú€\n', 'ñandú€'],
    ['two\nlines\n', 'two\nlines'],
  ])('%j from standard input is %j', async (given, secret) => {
    const stdin = new PassThrough();
    stdin.end(given);
    expect(await readSecret(context(stdin), 'password')).toBe(secret);
  });

  test.each(['', '\n', 'x'.repeat(5000)])('nothing, or far too much, is a wrong use', async (given) => {
    const stdin = new PassThrough();
    stdin.end(given);
    await expect(readSecret(context(stdin), 'password')).rejects.toMatchObject({ key: 'usage.noSecret' });
  });

  const terminal = () => {
    const modes: boolean[] = [];
    const stdin = Object.assign(new PassThrough(), {
      isTTY: true,
      setRawMode: (raw: boolean) => modes.push(raw),
    });
    return { stdin, modes };
  };

  test('typed on a terminal it is not shown, can be corrected, and the terminal is as before', async () => {
    const { stdin, modes } = terminal();
    const asked = context(stdin);
    const secret = readSecret(asked, 'password');
    for (const key of ['s', 'x', '\u007f', 'ecreto', '\r']) stdin.write(key);
    expect(await secret).toBe('secreto');
    expect(modes).toEqual([true, false]);
    expect((asked.stderr as unknown as PassThrough).read().toString()).toBe('Contraseña: \n');
  });

  test('Ctrl+C on a terminal gives up', async () => {
    const { stdin, modes } = terminal();
    const secret = readSecret(context(stdin), 'password');
    stdin.write('abc\u0003');
    await expect(secret).rejects.toMatchObject({ name: 'AbortError' });
    expect(modes).toEqual([true, false]);
  });
});

describe('what is printed', () => {
  test('columns line up, whatever the accents', () => {
    expect(
      table(
        ['a', 'b'],
        [
          ['Pórtico', '1'],
          ['Po\u0301rtico', '2'],
          ['x', ''],
        ],
      ),
    ).toBe('a        b\nPórtico  1\nPo\u0301rtico  2\nx');
  });

  test.each([
    [0, '0 B'],
    [999, '999 B'],
    [1000, '1 kB'],
    [1_530_000, '1.5 MB'],
    [7_000_000_000_000_000, '7,000 TB'],
  ])('%i bytes', (size, text) => expect(bytes(size, 'en')).toBe(text));
});
