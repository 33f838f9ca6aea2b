import { addAbortListener } from 'node:events';
import { join } from 'node:path';
import process from 'node:process';
import { keepCompiledCode } from '../core/shell/code-cache.ts';
import { endProcess } from '../core/shell/end-process.ts';

declare const __ALDABA_ROOT_KEYS__: string | undefined;

/** Major version of Node that all but this file and what it names is written for. Linked by npm, it runs on whatever the machine has. */
const neededNode = 24;

const ending = new AbortController();
let taken: ((signal: NodeJS.Signals) => void) | null = null;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  const hear = () => {
    if (taken !== null) return taken(signal);
    // A second one ends the process in the system's own way.
    process.off(signal, hear);
    ending.abort(new DOMException('cancelled', 'AbortError'));
  };
  process.on(signal, hear);
}
function takeSignals(listener: (signal: NodeJS.Signals) => void): () => void {
  taken = listener;
  return () => {
    taken = null;
  };
}

// Whoever read the answer has read enough of it; 128 and the number of SIGPIPE, as shells say it.
process.stdout.on('error', () => process.exit(141));
// What is said to nobody is no failure: an agent of a session of its own (setsid, a service) outlives the terminal that it was started from.
process.stderr.on('error', () => undefined);

void (Number.parseInt(process.versions.node, 10) < neededNode ? refuse() : start());

async function refuse(): Promise<void> {
  const { refuseNode } = await import('./refuse-node.ts');
  process.exitCode = await refuseNode(process.env, process.stderr, neededNode);
}

async function start(): Promise<void> {
  keepCompiledCode(join(import.meta.dirname, '../..'));
  // electron-store asks for the package `electron`, which in plain Node would fetch its binary.
  process.env.ELECTRON_OVERRIDE_DIST_PATH ??= '/nonexistent';
  const { main } = await import('./main.ts');
  process.exitCode = await main({
    argv: process.argv.slice(2),
    environment: process.env,
    stdin: () => process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    folder: process.cwd(),
    signal: ending.signal,
    takeSignals,
    developmentRoot:
      typeof __ALDABA_ROOT_KEYS__ === 'string' ? undefined : process.env.ALDABA_DEVELOPMENT_ROOT,
    programs: {
      // What was built starts what was built with it, which trusts the same keys.
      host: join(
        import.meta.dirname,
        '../host',
        import.meta.filename.endsWith('.ts') ? 'index.ts' : 'index.js',
      ),
      // These are the same in every build: they run from their sources.
      portal: join(import.meta.dirname, '../../src/portal/index.ts'),
      endWithParent: join(import.meta.dirname, '../../src/cli/end-with-parent.ts'),
    },
  });
  // What was left behind keeps nobody waiting, whether the signal came before the answer or comes after it.
  addAbortListener(ending.signal, endProcess);
}
