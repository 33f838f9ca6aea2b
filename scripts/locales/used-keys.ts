import { type ESTree, parseSync, Visitor } from 'vite';

/** A key that the code asks for. */
export interface UsedKey {
  /** The key as written, the namespace before a colon where it has one; or only its fixed beginning. */
  readonly key: string;
  /** False when the key goes on with something that only running the program would tell. */
  readonly whole: boolean;
  /** The namespaces that the file's `useTranslation` calls name; none means any. */
  readonly namespaces: readonly string[];
  readonly line: number;
}

/**
 * Keys in `t('…')`, `i18n.t('…')` and `<Trans i18nKey="…">`: strings, both arms of a conditional, lists, and the fixed
 * beginning of a template. A key held in a variable is not seen here; the types of i18next see it.
 *
 * @throws Error with the parser's message when the source does not parse
 */
export function usedKeys(file: string, source: string): UsedKey[] {
  const parsed = parseSync(file, source);
  const [problem] = parsed.errors;
  if (problem !== undefined) throw new Error(`${file}: ${problem.message}`);
  const found: { key: string; whole: boolean; start: number }[] = [];
  const namespaces: string[] = [];
  const prefixes: string[] = [''];

  const addFrom = (node: ESTree.Node | undefined) => {
    for (const key of keysIn(node)) found.push({ ...key, start: node?.start ?? 0 });
  };
  new Visitor({
    CallExpression(node) {
      const name = calledName(node.callee);
      if (name === 't') addFrom(node.arguments[0]);
      if (name !== 'useTranslation') return;
      const [namespace, options] = node.arguments;
      namespaces.push(...keysIn(namespace).map(({ key }) => key));
      prefixes.push(...keysIn(propertyOf(options, 'keyPrefix')).map(({ key }) => `${key}.`));
    },
    JSXOpeningElement(node) {
      if (node.name.type !== 'JSXIdentifier' || node.name.name !== 'Trans') return;
      for (const attribute of node.attributes) {
        if (attribute.type !== 'JSXAttribute' || attribute.name.name !== 'i18nKey') continue;
        const { value } = attribute;
        addFrom(value?.type === 'JSXExpressionContainer' ? value.expression : (value ?? undefined));
      }
    },
  }).visit(parsed.program);

  // With several prefixes in one file it is not told which `t` is whose; the last is the one in use where there is one.
  const prefix = prefixes.at(-1) ?? '';
  return found.map(({ key, whole, start }) => ({
    key: key.includes(':') ? key : prefix + key,
    whole,
    namespaces,
    line: source.slice(0, start).split('\n').length,
  }));
}

function calledName(callee: ESTree.Node): string | undefined {
  if (callee.type === 'Identifier') return callee.name;
  if (callee.type !== 'MemberExpression' || callee.property.type !== 'Identifier') return undefined;
  return callee.property.name;
}

function keysIn(node: ESTree.Node | undefined): { key: string; whole: boolean }[] {
  switch (node?.type) {
    case 'Literal':
      return typeof node.value === 'string' ? [{ key: node.value, whole: true }] : [];
    case 'TemplateLiteral':
      return [{ key: node.quasis[0]?.value.cooked ?? '', whole: node.expressions.length === 0 }];
    case 'ConditionalExpression':
      return [...keysIn(node.consequent), ...keysIn(node.alternate)];
    case 'LogicalExpression':
      return [...keysIn(node.left), ...keysIn(node.right)];
    case 'ArrayExpression':
      return node.elements.flatMap((element) => keysIn(element ?? undefined));
    case 'TSAsExpression':
    case 'TSSatisfiesExpression':
    case 'ParenthesizedExpression':
      return keysIn(node.expression);
    default:
      return [];
  }
}

function propertyOf(node: ESTree.Node | undefined, name: string): ESTree.Node | undefined {
  if (node?.type !== 'ObjectExpression') return undefined;
  const property = node.properties.find(
    (candidate) =>
      candidate.type === 'Property' && candidate.key.type === 'Identifier' && candidate.key.name === name,
  );
  return property?.type === 'Property' ? property.value : undefined;
}

/** Whether a catalog's ids (`namespace:key.path`) hold what the code asks for. */
export function isKnown(used: UsedKey, ids: readonly string[]): boolean {
  const matches = (id: string, wanted: string) => (used.whole ? id === wanted : id.startsWith(wanted));
  if (used.key.includes(':')) return ids.some((id) => matches(id, used.key));
  return ids.some((id) => {
    const namespace = id.slice(0, id.indexOf(':'));
    if (used.namespaces.length > 0 && !used.namespaces.includes(namespace)) return false;
    return matches(id.slice(namespace.length + 1), used.key);
  });
}
