import { type ESTree, parseSync, Visitor } from 'vite';
import { constantName, constantString, readGlobals } from './globals.ts';

/** Something that a source file takes from elsewhere: a module, or the process and the moment that it happens to run in. */
export interface Reference {
  readonly kind: 'module' | 'address' | 'computed' | 'environment' | 'moment';
  /** The module specifier as written, or the text of what is read. */
  readonly text: string;
  /** True when nothing of it is left at run time. */
  readonly typeOnly: boolean;
  readonly line: number;
  readonly column: number;
}

/** What is another one in each process. */
const environment: ReadonlySet<string> = new Set(['process.env', 'process.argv', 'process.…']);
/** Time and chance, which are others at each run. */
const moments: ReadonlySet<string> = new Set([
  'Date.now',
  'Math.random',
  'performance.now',
  'performance.timeOrigin',
  'crypto.randomUUID',
  'crypto.getRandomValues',
]);
const timers: ReadonlySet<string> = new Set([
  'setTimeout',
  'setInterval',
  'setImmediate',
  'queueMicrotask',
  'requestAnimationFrame',
  'requestIdleCallback',
]);
/** Calls whose first argument names a module. */
const loaders: ReadonlySet<string> = new Set([
  'require',
  'require.resolve',
  'module.require',
  'process.getBuiltinModule',
  'vi.mock',
  'vi.doMock',
  'vi.importActual',
]);
const workers: ReadonlySet<string> = new Set(['Worker', 'SharedWorker', 'worker_threads.Worker']);

/**
 * Every import of a TypeScript or JavaScript source in whatever form: static, side effect, re-export, dynamic,
 * `import()` type, `import = require()`, `require()` also of `createRequire()`, `require.resolve()`, `import.meta.resolve()`,
 * `import.meta.glob()`, `vi.mock()`, `/// <reference>`, workers and `new URL(…, import.meta.url)`; every read of `process.env` or
 * `process.argv`; and every use of the clock, of chance and of timers.
 *
 * @throws Error with the parser's message when the source does not parse
 */
export function findReferences(file: string, source: string): Reference[] {
  const parsed = parseSync(file, source);
  const [problem] = parsed.errors;
  if (problem !== undefined) throw new Error(`${file}: ${problem.message}`);
  const references: Reference[] = [];
  const place = locator(source);
  const { nameOf, taken } = readGlobals(parsed.program);

  const add = (kind: Reference['kind'], text: string, start: number, typeOnly = false) => {
    references.push({ kind, text, typeOnly, ...place(start) });
  };
  /** A module named by an expression: a string, or something that only running the program would tell. */
  const addExpression = (kind: 'module' | 'address', node: ESTree.Node | undefined, start: number) => {
    const text = node === undefined ? undefined : constantString(node);
    if (text === undefined) add('computed', source.slice(start, node?.end ?? start), start);
    else add(kind, text, start);
  };
  const addGlobal = (name: string | undefined, start: number) => {
    if (name === undefined) return;
    if (environment.has(name)) add('environment', name, start);
    if (moments.has(name) || name.startsWith('Temporal.Now.')) add('moment', name, start);
  };

  for (const { text, start } of taken) addGlobal(text, start);
  for (const { value, start } of parsed.comments) {
    const [, kind, text] = /^\/\s*<reference\s+(path|types)\s*=\s*["']([^"']+)["']/.exec(value) ?? [];
    if (kind === undefined || text === undefined) continue;
    // A path without dots is that of a neighbor.
    add('module', kind === 'path' && !/^[./]/.test(text) ? `./${text}` : text, start, true);
  }

  new Visitor({
    ImportDeclaration(node) {
      const named = node.specifiers.filter((specifier) => specifier.type === 'ImportSpecifier');
      const typeOnly =
        node.importKind === 'type' ||
        (node.specifiers.length > 0 &&
          named.length === node.specifiers.length &&
          named.every((specifier) => specifier.importKind === 'type'));
      add('module', node.source.value, node.start, typeOnly);
      for (const specifier of named) addGlobal(nameOf(specifier.local), specifier.start);
    },
    ExportNamedDeclaration(node) {
      if (node.source === null) return;
      const typeOnly =
        node.exportKind === 'type' ||
        (node.specifiers.length > 0 && node.specifiers.every((specifier) => specifier.exportKind === 'type'));
      add('module', node.source.value, node.start, typeOnly);
    },
    ExportAllDeclaration(node) {
      add('module', node.source.value, node.start, node.exportKind === 'type');
    },
    ImportExpression(node) {
      addExpression('module', node.source, node.start);
    },
    TSImportType(node) {
      add('module', node.source.value, node.start, true);
    },
    TSImportEqualsDeclaration(node) {
      if (node.moduleReference.type !== 'TSExternalModuleReference') return;
      add('module', node.moduleReference.expression.value, node.start, node.importKind === 'type');
    },
    CallExpression(node) {
      const [first] = node.arguments;
      const callee = nameOf(node.callee);
      const ofFile = ofImportMeta(node.callee);
      if (callee === 'module.createRequire') {
        // From another place its words would mean other files.
        if (first === undefined || ofImportMeta(first) === undefined)
          add('computed', source.slice(node.start, first?.end ?? node.end), node.start);
      } else if (ofFile === 'glob') {
        const patterns = first?.type === 'ArrayExpression' ? first.elements : [first];
        for (const pattern of patterns) addExpression('module', pattern ?? undefined, node.start);
      } else if (ofFile === 'resolve' || (callee !== undefined && loaders.has(callee))) {
        addExpression('module', first, node.start);
      } else if (callee === 'Date' || (callee !== undefined && timers.has(callee))) {
        add('moment', `${callee}()`, node.start);
      }
    },
    NewExpression(node) {
      const [first, base] = node.arguments;
      const name = nameOf(node.callee);
      const text = first === undefined ? undefined : constantString(first);
      if (name === 'URL' && base !== undefined && ofImportMeta(base) !== undefined && text !== undefined)
        add('address', text, node.start);
      // One that is started by a URL stands there itself.
      if (name !== undefined && workers.has(name) && text !== undefined) add('address', text, node.start);
      if (name === 'Date' && first === undefined) add('moment', 'new Date()', node.start);
    },
    MemberExpression(node) {
      addGlobal(nameOf(node), node.start);
    },
  }).visit(parsed.program);
  return references.sort((one, other) => one.line - other.line || one.column - other.column);
}

/** What is taken of `import.meta`. */
function ofImportMeta(node: ESTree.Node): string | undefined {
  return node.type === 'MemberExpression' && node.object.type === 'MetaProperty'
    ? constantName(node.property, node.computed)
    : undefined;
}

/** Turns an offset into a line and column, both counted from 1. */
function locator(source: string): (offset: number) => { line: number; column: number } {
  const starts = [0, ...Array.from(source.matchAll(/\n/g), (match) => match.index + 1)];
  return (offset) => {
    const line = starts.findLastIndex((start) => start <= offset);
    return { line: line + 1, column: offset - (starts[line] ?? 0) + 1 };
  };
}
