import { addAbortSignal } from 'node:stream';
import { type Context, UsageError } from './context.ts';

/** No password or key is longer; more on standard input is a mistake, such as a file redirected into it. */
const maximumLength = 4096;

/**
 * A password or key: from standard input when that is no terminal, else typed without being shown. Never from the command line, where other
 * people of the machine can read it.
 *
 * @throws UsageError when nothing comes
 */
export async function readSecret(
  context: Context,
  prompt: 'password' | 'confirmPassword' | 'key',
): Promise<string> {
  const stdin = context.stdin();
  const secret =
    stdin.isTTY === true && stdin.setRawMode !== undefined
      ? await readHidden(context, context.t(`prompt.${prompt}`))
      : await readAll(context);
  if (secret === '') throw new UsageError('usage.noSecret');
  return secret;
}

/** A line that may be seen, such as an email. Null when nobody can be asked. */
export async function readLine(context: Context, prompt: 'email'): Promise<string | null> {
  const stdin = context.stdin();
  if (stdin.isTTY !== true) return null;
  const { createInterface } = await import('node:readline/promises');
  const reader = createInterface({ input: stdin, output: context.stderr });
  try {
    return (await reader.question(context.t(`prompt.${prompt}`), { signal: context.signal })).trim();
  } finally {
    reader.close();
  }
}

async function readAll(context: Context): Promise<string> {
  const stdin = addAbortSignal(context.signal, context.stdin());
  let text = '';
  stdin.setEncoding('utf8');
  for await (const chunk of stdin) {
    text += chunk;
    if (text.length > maximumLength) throw new UsageError('usage.noSecret');
  }
  // The line end that `echo` and editors add is not part of it.
  return text.replace(/\r?\n$/, '');
}

function readHidden(context: Context, prompt: string): Promise<string> {
  const { stderr, signal } = context;
  const stdin = context.stdin();
  stderr.write(prompt);
  return new Promise((resolve, reject) => {
    let typed = '';
    const end = (finish: () => void) => {
      stdin.off('data', take);
      signal.removeEventListener('abort', abandon);
      stdin.setRawMode?.(false);
      stdin.pause();
      stderr.write('\n');
      finish();
    };
    const abandon = () => end(() => reject(signal.reason));
    const take = (chunk: string | Buffer) => {
      for (const character of chunk.toString()) {
        if (character === '\r' || character === '\n') return end(() => resolve(typed));
        // Ctrl+C and Ctrl+D: in raw mode the terminal makes no signal of them.
        if (character === '\u0003' || character === '\u0004')
          return end(() => reject(new DOMException('cancelled', 'AbortError')));
        if (character === '\u007f' || character === '\b') typed = typed.slice(0, -1);
        else typed += character;
      }
    };
    stdin.setRawMode?.(true);
    stdin.setEncoding('utf8');
    stdin.on('data', take);
    stdin.resume();
    if (signal.aborted) abandon();
    else signal.addEventListener('abort', abandon);
  });
}
