import { type ESTree, parseSync, Visitor } from 'vite';

/** Something that a source file takes from elsewhere: a module, or the process it happens to run in. */
export interface Reference {
  readonly kind: 'module' | 'address' | 'computed' | 'environment';
  /** The module specifier as written, or the text of what is read. */
  readonly text: string;
  /** True when nothing of it is left at run time. */
  readonly typeOnly: boolean;
  readonly line: number;
  readonly column: number;
}

const environmentNames = ['env', 'argv'];

/**
 * Every import of a TypeScript or JavaScript source in whatever form: static, side effect, re-export, dynamic,
 * `import()` type, `import = require()`, `require()`, `require.resolve()`, `import.meta.resolve()`, `vi.mock()` and
 * `new URL(…, import.meta.url)`; and every read of `process.env` or `process.argv`.
 *
 * @throws Error with the parser's message when the source does not parse
 */
export function findReferences(file: string, source: string): Reference[] {
  const parsed = parseSync(file, source);
  const [problem] = parsed.errors;
  if (problem !== undefined) throw new Error(`${file}: ${problem.message}`);
  const references: Reference[] = [];
  const place = locator(source);

  const add = (kind: Reference['kind'], text: string, start: number, typeOnly = false) => {
    references.push({ kind, text, typeOnly, ...place(start) });
  };
  /** A module named by an expression: a string, or something that only running the program would tell. */
  const addExpression = (kind: 'module' | 'address', node: ESTree.Node | undefined, start: number) => {
    const text = node === undefined ? undefined : constantString(node);
    if (text === undefined) add('computed', source.slice(start, node?.end ?? start), start);
    else add(kind, text, start);
  };

  const processNames = new Set(['process']);
  for (const node of parsed.program.body) {
    if (node.type !== 'ImportDeclaration' || !isProcessModule(node.source.value)) continue;
    for (const specifier of node.specifiers) {
      if (specifier.type !== 'ImportSpecifier') processNames.add(specifier.local.name);
    }
  }
  const isProcess = (node: ESTree.Node): boolean =>
    node.type === 'Identifier'
      ? processNames.has(node.name)
      : node.type === 'MemberExpression' && isGlobal(node.object) && propertyName(node) === 'process';

  new Visitor({
    ImportDeclaration(node) {
      const named = node.specifiers.filter((specifier) => specifier.type === 'ImportSpecifier');
      const typeOnly =
        node.importKind === 'type' ||
        (node.specifiers.length > 0 &&
          named.length === node.specifiers.length &&
          named.every((specifier) => specifier.importKind === 'type'));
      add('module', node.source.value, node.start, typeOnly);
      if (!isProcessModule(node.source.value)) return;
      for (const specifier of named) {
        const name =
          specifier.imported.type === 'Identifier' ? specifier.imported.name : specifier.imported.value;
        if (environmentNames.includes(name)) add('environment', `process.${name}`, specifier.start);
      }
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
      if (namesModule(node.callee)) addExpression('module', node.arguments[0], node.start);
    },
    NewExpression(node) {
      const [address, base] = node.arguments;
      if (node.callee.type !== 'Identifier' || node.callee.name !== 'URL') return;
      if (base?.type !== 'MemberExpression' || base.object.type !== 'MetaProperty') return;
      const text = address === undefined ? undefined : constantString(address);
      if (text !== undefined) add('address', text, node.start);
    },
    MemberExpression(node) {
      const name = propertyName(node);
      if (name !== undefined && environmentNames.includes(name) && isProcess(node.object)) {
        add('environment', `process.${name}`, node.start);
      }
    },
    VariableDeclarator(node) {
      if (node.id.type !== 'ObjectPattern' || node.init === null || !isProcess(node.init)) return;
      for (const property of node.id.properties) {
        const name = property.type === 'RestElement' ? '…' : constantName(property.key, property.computed);
        if (name === '…' || (name !== undefined && environmentNames.includes(name))) {
          add('environment', `process.${name}`, property.start);
        }
      }
    },
  }).visit(parsed.program);
  return references.sort((one, other) => one.line - other.line || one.column - other.column);
}

function isProcessModule(specifier: string): boolean {
  return specifier === 'node:process' || specifier === 'process';
}

function isGlobal(node: ESTree.Node): boolean {
  return node.type === 'Identifier' && (node.name === 'globalThis' || node.name === 'global');
}

/** Whether the first argument of a call to this names a module. */
function namesModule(callee: ESTree.Node): boolean {
  if (callee.type === 'Identifier') return callee.name === 'require';
  if (callee.type !== 'MemberExpression') return false;
  const { object } = callee;
  const name = propertyName(callee);
  if (object.type === 'MetaProperty') return name === 'resolve';
  if (object.type !== 'Identifier') return false;
  if (object.name === 'require') return name === 'resolve';
  return object.name === 'vi' && (name === 'mock' || name === 'doMock' || name === 'importActual');
}

function propertyName(node: ESTree.MemberExpression): string | undefined {
  return constantName(node.property, node.computed);
}

function constantName(key: ESTree.Node, computed: boolean): string | undefined {
  return !computed && key.type === 'Identifier' ? key.name : constantString(key);
}

function constantString(node: ESTree.Node): string | undefined {
  if (node.type === 'Literal') return typeof node.value === 'string' ? node.value : undefined;
  if (node.type !== 'TemplateLiteral' || node.expressions.length > 0) return undefined;
  return node.quasis[0]?.value.cooked ?? undefined;
}

/** Turns an offset into a line and column, both counted from 1. */
function locator(source: string): (offset: number) => { line: number; column: number } {
  const starts = [0, ...Array.from(source.matchAll(/\n/g), (match) => match.index + 1)];
  return (offset) => {
    const line = starts.findLastIndex((start) => start <= offset);
    return { line: line + 1, column: offset - (starts[line] ?? 0) + 1 };
  };
}
