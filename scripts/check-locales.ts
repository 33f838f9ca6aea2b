/**
 * Checks resources/locales/{es,en,pt}/*.json: the same keys, plural forms, variables and tags in every language, nothing
 * empty, a text for every error code of the contract, and every key that the window asks for.
 *
 *   node scripts/check-locales.ts [--root FOLDER]
 *
 * Exit code 0 when complete; 1 with one line for each thing that is missing.
 */
import { existsSync } from 'node:fs';
import { glob, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { errorStatus } from '../src/contract/errors.ts';
import { type Catalog, catalogOf } from './locales/catalog.ts';
import { compareCatalogs } from './locales/compare.ts';
import { isKnown, usedKeys } from './locales/used-keys.ts';

const languages = ['es', 'en', 'pt'];

const { values } = parseArgs({
  options: { root: { type: 'string', default: fileURLToPath(new URL('..', import.meta.url)) } },
});
const folder = join(values.root, 'resources/locales');

if (existsSync(folder)) {
  const catalogs = new Map<string, Catalog>();
  for (const language of languages) catalogs.set(language, catalogOf(await readLocale(language)));
  const ids = [...new Set([...catalogs.values()].flatMap((catalog) => [...catalog.entries.keys()]))];
  const problems = [...compareCatalogs(catalogs), ...missingErrorTexts(ids), ...(await unknownKeys(ids))];
  for (const problem of problems) console.log(problem);
  console.log(`${ids.length} texts in ${languages.length} languages, ${problems.length} problems`);
  process.exitCode = problems.length > 0 ? 1 : 0;
} else {
  console.log('no resources/locales yet');
}

async function readLocale(language: string): Promise<Map<string, unknown>> {
  const locale = new Map<string, unknown>();
  for await (const file of glob('*.json', { cwd: join(folder, language) })) {
    locale.set(basename(file, '.json'), JSON.parse(await readFile(join(folder, language, file), 'utf8')));
  }
  return locale;
}

/** The window shows three sentences for every error code: what happened, what it means, what to do next. */
function missingErrorTexts(ids: readonly string[]): string[] {
  const paths = new Set(ids.flatMap((id) => [id.replace(':', '.'), id.slice(id.indexOf(':') + 1)]));
  return Object.keys(errorStatus)
    .flatMap((code) => ['title', 'means', 'next'].map((part) => `errors.${code}.${part}`))
    .filter((path) => !paths.has(path))
    .map((path) => `${path}: missing, and the error code exists`);
}

async function unknownKeys(ids: readonly string[]): Promise<string[]> {
  const files = await Array.fromAsync(glob('src/renderer/**/*.{ts,tsx}', { cwd: values.root }));
  const perFile = files
    .filter((file) => !/\.test\.tsx?$/.test(file))
    .sort()
    .map(async (found) => {
      const file = found.replaceAll('\\', '/');
      const used = usedKeys(file, await readFile(join(values.root, file), 'utf8'));
      return used
        .filter((key) => !isKnown(key, ids))
        .map(
          ({ key, whole, line }) =>
            `${file}:${line} asks for ${key}${whole ? '' : '…'}, which no language has`,
        );
    });
  return (await Promise.all(perFile)).flat();
}
