import { isBuiltin } from 'node:module';
import { type ESTree, Visitor } from 'vite';

/**
 * The global or the built-in module that an expression stands for, with what is taken of it, as `process.env`, `Date.now`, `module.createRequire`;
 * undefined for anything of the program's own. By whatever way: `globalThis`, a module of Node, another name, destructuring. Names count in the
 * whole file, wherever they are declared.
 */
export type Naming = (node: ESTree.Node) => string | undefined;

/** A name that a pattern takes out of a global: `env` of `process`. */
export interface Taken {
  /** As `process.env`; `process.…` for a rest element. */
  readonly text: string;
  readonly start: number;
}

const globalObjects: ReadonlySet<string> = new Set(['globalThis', 'global', 'window', 'self']);
/** @returns how the file's expressions are named, and what its patterns take */
export function readGlobals(program: ESTree.Program): { nameOf: Naming; taken: readonly Taken[] } {
  const names = new Map<string, string>();
  const taken = new Map<number, Taken>();

  const nameOf: Naming = (node) => {
    switch (node.type) {
      case 'Identifier':
        return names.get(node.name) ?? node.name;
      case 'MemberExpression':
        return within(nameOf(node.object), constantName(node.property, node.computed));
      case 'CallExpression': {
        const callee = nameOf(node.callee);
        if (callee === 'module.createRequire') return 'require';
        const loads = callee === 'require' || callee === 'process.getBuiltinModule';
        return loads ? moduleNamed(node.arguments[0]) : undefined;
      }
      case 'ImportExpression':
        return moduleNamed(node.source);
      case 'AwaitExpression':
        return nameOf(node.argument);
      case 'ChainExpression':
      case 'ParenthesizedExpression':
      case 'TSAsExpression':
      case 'TSSatisfiesExpression':
      case 'TSNonNullExpression':
      case 'TSTypeAssertion':
        return nameOf(node.expression);
      default:
        return undefined;
    }
  };

  /** The names that a pattern gives to what stands on its other side, or to what it takes out of that. */
  const bind = (pattern: ESTree.Node, from: string | undefined): void => {
    if (from === undefined || !isForeign(from)) return;
    if (pattern.type === 'Identifier') names.set(pattern.name, from);
    if (pattern.type === 'AssignmentPattern') bind(pattern.left, from);
    if (pattern.type !== 'ObjectPattern') return;
    for (const property of pattern.properties) {
      const isRest = property.type === 'RestElement';
      const key = isRest ? '…' : constantName(property.key, property.computed);
      const text = within(from, key);
      if (text !== undefined) taken.set(property.start, { text, start: property.start });
      if (isRest) bind(property.argument, from);
      else bind(property.value, text);
    }
  };

  const collect = new Visitor({
    ImportDeclaration({ source, specifiers }) {
      const module = moduleNamed(source);
      for (const specifier of specifiers) {
        if (specifier.type !== 'ImportSpecifier') bind(specifier.local, module);
        else bind(specifier.local, within(module, constantName(specifier.imported, false)));
      }
    },
    VariableDeclarator({ id, init }) {
      if (init !== null) bind(id, nameOf(init));
    },
    AssignmentExpression({ left, right }) {
      bind(left, nameOf(right));
    },
    AssignmentPattern({ left, right }) {
      bind(left, nameOf(right));
    },
  });
  // Twice: a name may be used above the line that gives it.
  collect.visit(program);
  collect.visit(program);
  return { nameOf, taken: [...taken.values()] };
}

/** Not of the program's own; its variables are nobody's business. */
function isForeign(name: string): boolean {
  const [root = ''] = name.split('.');
  return root === 'require' || globalObjects.has(root) || isBuiltin(root) || Object.hasOwn(globalThis, root);
}

function within(base: string | undefined, property: string | undefined): string | undefined {
  if (base === undefined || property === undefined) return undefined;
  if (globalObjects.has(base)) return property;
  // What a module of Node exports stands in its default export, too.
  return property === 'default' && isBuiltin(base) ? base : `${base}.${property}`;
}

function moduleNamed(node: ESTree.Node | undefined): string | undefined {
  const specifier = node === undefined ? undefined : constantString(node);
  return specifier !== undefined && isBuiltin(specifier) ? specifier.replace(/^node:/, '') : undefined;
}

export function constantName(key: ESTree.Node, computed: boolean): string | undefined {
  return !computed && key.type === 'Identifier' ? key.name : constantString(key);
}

export function constantString(node: ESTree.Node): string | undefined {
  if (node.type === 'Literal') return typeof node.value === 'string' ? node.value : undefined;
  if (node.type !== 'TemplateLiteral' || node.expressions.length > 0) return undefined;
  return node.quasis[0]?.value.cooked ?? undefined;
}
