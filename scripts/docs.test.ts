import { existsSync, globSync, readFileSync } from 'node:fs';
import { basename, dirname, join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const read = (file: string) => readFileSync(join(root, file), 'utf8');
const files = globSync(['*.md', '{docs,examples,resources,scripts,src,test}/**/*.*'], {
  cwd: root,
  exclude: (name) => name === 'node_modules',
}).map((file) => file.split(sep).join('/'));
const documents = files.filter((file) => file.endsWith('.md'));

/** A file of this repository as documents name one: from its root, from the document's folder, or by its bare name. */
function isThere(document: string, named: string): boolean {
  const path = named.replace(/\/$/, '');
  return (
    existsSync(join(root, path)) ||
    existsSync(join(root, dirname(document), path)) ||
    (!path.includes('/') && files.some((file) => basename(file) === path))
  );
}

test('every link of a document leads to a file, and to a heading of it', () => {
  const broken = documents.flatMap((document) =>
    [...withoutCode(read(document)).matchAll(/\]\(([^)\s]+)\)/g)]
      .map((match) => match[1] ?? '')
      .filter((address) => !/^https?:/.test(address))
      .filter((address) => !leads(document, address))
      .map((address) => `${document}: ${address}`),
  );
  expect(broken).toEqual([]);
});

test('every source file that a document names is there', () => {
  const missing = documents.flatMap((document) =>
    [
      ...read(document).matchAll(
        /(?<![\w/.~])((?:src|test|scripts|docs|examples|resources)\/[\w./@-]*[\w/])|`([\w-][\w./-]*\.(?:ts|tsx|sql|css))`/g,
      ),
    ]
      .map((match) => match[1] ?? match[2] ?? '')
      .filter((named) => !isThere(document, named))
      .map((named) => `${document}: ${named}`),
  );
  expect(missing).toEqual([]);
});

test('every document that a source names is there', () => {
  const missing = files
    .filter((file) => /^(src|test|scripts)\/.*\.(ts|tsx|sql)$/.test(file))
    .flatMap((file) =>
      [...read(file).matchAll(/\b((?:[\w-]+\/)*[\w-]+\.md)\b|\bADR (\d{4})\b/g)]
        .filter(([, path, number]) =>
          path === undefined
            ? !documents.some((document) => document.startsWith(`docs/adr/${number}-`))
            : !isThere(file, path),
        )
        .map(([named]) => `${file}: ${named}`),
    );
  expect(missing).toEqual([]);
});

test('every record of a decision stands in the list of them', () => {
  const listed = [...read('docs/adr/README.md').matchAll(/\]\((\d{4}-[\w-]+\.md)\)/g)].map(
    (match) => `docs/adr/${match[1]}`,
  );
  expect(listed).toEqual(documents.filter((document) => /^docs\/adr\/\d/.test(document)).sort());
});

test('every capability that a test or a source names by its number is listed', () => {
  const listed = new Set(
    [...read('docs/capabilities.md').matchAll(/^\| ([A-E]\d+) \|/gm)].map((match) => match[1]),
  );
  const named = files
    .filter((file) => /^(src|test)\/.*\.tsx?$/.test(file))
    .flatMap((file) =>
      [...read(file).matchAll(/(?:[('`]|\* )((?:[A-E]\d{1,2}(?:, )?)+)[):]/g)].flatMap(
        (match) => match[1]?.split(', ') ?? [],
      ),
    );
  expect(named.length).toBeGreaterThan(0);
  expect([...new Set(named)].filter((number) => !listed.has(number))).toEqual([]);
});

function leads(document: string, address: string): boolean {
  const [path = '', heading] = address.split('#');
  const target = path === '' ? document : join(dirname(document), path);
  if (!existsSync(join(root, target))) return false;
  return heading === undefined || anchorsOf(read(target)).includes(heading);
}

/** As GitHub makes them of headings. */
function anchorsOf(document: string): string[] {
  return [...document.matchAll(/^#+ (.+)$/gm)].map((match) =>
    (match[1] ?? '')
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

function withoutCode(document: string): string {
  return document.replace(/^```[\s\S]*?^```/gm, '').replace(/`[^`\n]*`/g, '');
}
