import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Child, startChild } from '../start/child.ts';
import { isEvent, parseLine } from './parse-line.ts';

const examples = fileURLToPath(new URL('../../examples/', import.meta.url));

/** What Python 3 is called. */
export const pythonProgram = process.platform === 'win32' ? 'python' : 'python3';

export interface ExampleProgram {
  readonly child: Child;
  /** Resolves when it verified a license and may compute. */
  licensed(): Promise<void>;
  /** By its own last word, and still running. */
  computes(): boolean;
  /** Ends it as a person would; resolves when it has given its license back. */
  end(): Promise<void>;
}

/** Starts an example program in a process of its own. */
export function startProgram(
  language: 'typescript' | 'python',
  product: string,
  { rootKey, runtime }: { rootKey: string; runtime: string },
): ExampleProgram {
  let may = false;
  let running = true;
  const args = ['--program', product, `--root-key=${rootKey}`, '--runtime', runtime, '--json'];
  const onLine = (line: string) => {
    const { may: allowed } = parseLine(line);
    if (Array.isArray(allowed)) may = allowed.includes('compute');
  };
  const child =
    language === 'typescript'
      ? startChild(join(examples, 'typescript/program.ts'), args, { onLine })
      : startChild(join(examples, 'python/program.py'), args, { onLine, program: pythonProgram });
  void child.exited.then(() => {
    running = false;
  });
  return {
    child,
    async licensed() {
      const line = await child.line((text) => Array.isArray(parseLine(text).may));
      if (!may) throw new Error(`the ${language} program may not compute: ${line}`);
    },
    computes: () => may && running,
    async end() {
      await child.stop();
      await child.line(isEvent('released'));
    },
  };
}
