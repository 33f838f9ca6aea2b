import { isBuiltin } from 'node:module';
import { posix } from 'node:path';
import { findReferences, type Reference } from './references.ts';
import { dataFolders, type Folder, folders, packageRules, testFolders, testPackages } from './table.ts';

export interface Violation {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly rule: Rule;
  /** What is wrong and why it is banned. */
  readonly message: string;
}

export type Rule =
  | 'unknown-folder'
  | 'folder'
  | 'types-only'
  | 'outside'
  | 'node'
  | 'package'
  | 'test-only'
  | 'computed'
  | 'environment'
  | 'moment'
  | 'example';

/** Where a file stands: in a runtime's folder, as source or as test beside it; or among the examples. */
interface Place {
  readonly file: string;
  readonly folder: Folder;
  readonly test: boolean;
}

type Finding = { rule: Rule; message: string } | undefined;

/**
 * What one file imports or reads against the dependency rule.
 *
 * @param file path from the root of the project, with forward slashes; test/** and scripts/** may import anything
 */
export function checkFile(file: string, source: string): Violation[] {
  if (file.startsWith('examples/'))
    return report(file, source, (reference) => exampleFinding(file, reference));
  if (!file.startsWith('src/')) return [];
  const folder = folderOf(file);
  if (folder === undefined) {
    const message = 'no row in scripts/boundaries/table.ts says what this folder may use';
    return [{ file, line: 1, column: 1, rule: 'unknown-folder', message }];
  }
  const place: Place = { file, folder, test: /\.test\.tsx?$/.test(file) };
  return report(file, source, (reference) => sourceFinding(place, reference));
}

function report(file: string, source: string, judge: (reference: Reference) => Finding): Violation[] {
  return findReferences(file, source).flatMap((reference) => {
    const finding = judge(reference);
    return finding === undefined
      ? []
      : [{ file, line: reference.line, column: reference.column, ...finding }];
  });
}

function sourceFinding(place: Place, reference: Reference): Finding {
  switch (reference.kind) {
    case 'environment':
      return environmentFinding(place, reference);
    case 'moment':
      return momentFinding(place, reference);
    case 'computed':
      return place.test
        ? undefined
        : {
            rule: 'computed',
            message: `${reference.text} is only known at run time, so nothing can check it`,
          };
    case 'address':
      return isPath(reference.text) ? addressFinding(place, reference) : undefined;
    case 'module':
      return isPath(reference.text) ? relativeFinding(place, reference) : packageFinding(place, reference);
  }
}

/** `process.env` and `process.argv` are read in each runtime's entry point alone. */
function environmentFinding({ file, folder, test }: Place, reference: Reference): Finding {
  if (test || file === `src/${folder}/index.ts`) return undefined;
  const message = `${reference.text} is read in entry points only; take the value as an argument`;
  return { rule: 'environment', message };
}

/** Where everything decides by what it is given, the same input gives the same answer at any time. */
function momentFinding({ folder, test }: Place, { text }: Reference): Finding {
  const { pure } = folders[folder];
  if (pure === undefined || test) return undefined;
  return { rule: 'moment', message: `${folder} may not use ${text}: ${pure}` };
}

/** Code started by address, a worker for one, is bound like code that is imported; data may lie anywhere. */
function addressFinding(place: Place, reference: Reference): Finding {
  return targetOf(place.file, reference.text).startsWith('src/')
    ? relativeFinding(place, reference)
    : undefined;
}

function relativeFinding(place: Place, reference: Reference): Finding {
  const target = targetOf(place.file, reference.text);
  if (!target.startsWith('src/')) {
    const allowed = place.test ? [...dataFolders, ...testFolders] : dataFolders;
    if (allowed.some((prefix) => target.startsWith(prefix))) return undefined;
    const message = `${target} is outside of src; from here only ${allowed.join(', ')} may be named`;
    return { rule: 'outside', message };
  }
  const rule = folders[place.folder];
  const folder = folderOf(target);
  if (folder === place.folder) return undefined;
  if (folder === undefined || !rule.mayUse.includes(folder)) {
    return { rule: 'folder', message: `${place.folder} may not import ${target}: ${rule.why}` };
  }
  if (rule.typesOnly !== undefined && !reference.typeOnly && !place.test) {
    return { rule: 'types-only', message: `only types of ${target} may be imported: ${rule.typesOnly}` };
  }
  return undefined;
}

function packageFinding({ folder, test }: Place, { text }: Reference): Finding {
  const { noNode } = folders[folder];
  // `node` alone is what a reference to the types of Node names.
  if (isBuiltin(text) || text === 'node') {
    if (noNode === undefined || test) return undefined;
    return { rule: 'node', message: `${folder} may not import ${text}: ${noNode}` };
  }
  const rule = packageRules.find(({ packages }) => packages.some((name) => isOf(name, text)));
  if (rule !== undefined && !rule.only.includes(folder)) {
    return { rule: 'package', message: `${text} belongs in ${rule.only.join(' and ')} alone: ${rule.why}` };
  }
  if (!test && testPackages.some((name) => isOf(name, text))) {
    return { rule: 'test-only', message: `${text} is for tests and tools; its code must not ship` };
  }
  return undefined;
}

/** An example stands for another vendor's program: what it needs of us, it must be able to copy. */
function exampleFinding(file: string, { kind, text }: Reference): Finding {
  const home = file.split('/').slice(0, 2).join('/');
  if (kind !== 'module' || !isPath(text) || targetOf(file, text).startsWith(`${home}/`)) return undefined;
  return {
    rule: 'example',
    message: `${text} leaves ${home}; an example stands for a program of another vendor`,
  };
}

/** A file, not a package; a pattern of files may begin by what it leaves out. */
function isPath(specifier: string): boolean {
  return /^!?(\.|\/|file:)/.test(specifier);
}

/**
 * The file that a path means, from the root, where one that begins with a slash begins; a query as Vite understands it is cut off. What is
 * named from the root of the machine lies outside, wherever that is.
 */
function targetOf(file: string, specifier: string): string {
  const path = specifier.replace(/^!/, '').replace(/[?#].*$/, '');
  if (path.startsWith('file:')) return path;
  return path.startsWith('/') ? posix.join('.', path) : posix.join(posix.dirname(file), path);
}

function folderOf(file: string): Folder | undefined {
  const name = file.split('/')[1];
  return (Object.keys(folders) as Folder[]).find((folder) => folder === name);
}

/** Whether a specifier is the package or a subpath of it, or any package of the scope for a name ending in a star. */
function isOf(name: string, specifier: string): boolean {
  if (name.endsWith('/*')) return specifier.startsWith(name.slice(0, -1));
  return specifier === name || specifier.startsWith(`${name}/`);
}
