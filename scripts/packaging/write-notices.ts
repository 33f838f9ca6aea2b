import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { AfterPackContext } from 'electron-builder';
import { type BundledLicense, bundledLicenses } from '../build/bundled-licenses.ts';

/** Beside what electron-builder keeps of Electron's own: LICENSE.electron.txt and LICENSES.chromium.html. */
const fileName = 'THIRD-PARTY-NOTICES.txt';

const shippedBundles = ['main', 'preload', 'renderer'];

/** SPDX: terms that are met by handing on the text. Any other asks for a decision before it ships. */
const metByTheText = ['0BSD', 'BSD-2-Clause', 'BSD-3-Clause', 'ISC', 'MIT'];

/** Packages that bring no license file, and the one of the same author whose file says what theirs would. */
const sameAuthor: Readonly<Record<string, string>> = { 'react-remove-scroll-bar': 'react-remove-scroll' };

/**
 * The license texts of every library whose code the packaged program holds, by name: those in the bundles, as the build wrote them down, and the
 * native module's with what is compiled into it.
 *
 * @throws Error naming the libraries whose terms nobody has decided about, or that bring no text
 */
export async function writeNotices(
  context: Pick<AfterPackContext, 'appOutDir' | 'electronPlatformName' | 'packager'>,
): Promise<void> {
  const { appOutDir, electronPlatformName, packager } = context;
  const resources = packager.getResourcesDir(appOutDir);
  const libraries = [
    ...(await inBundles(packager.projectDir)),
    ...(await inNativeModule(packager.projectDir, resources)),
  ];
  const refused = libraries.filter(
    ({ identifier, text }) => text === undefined || !metByTheText.includes(identifier ?? ''),
  );
  if (refused.length > 0)
    throw new Error(
      `licenses without a text, or with terms that scripts/packaging/write-notices.ts does not know: ${refused
        .map(({ name, version, identifier }) => `${name} ${version} (${identifier ?? 'none stated'})`)
        .join(', ')}`,
    );
  // On macOS only what lies inside of the application goes into an installer.
  const folder = electronPlatformName === 'darwin' ? resources : appOutDir;
  await writeFile(join(folder, fileName), notices(libraries));
}

function notices(libraries: readonly BundledLicense[]): string {
  const unique = new Map(libraries.map((library) => [`${library.name} ${library.version}`, library]));
  const sections = [...unique]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([title, { identifier, text }]) => `${'='.repeat(80)}\n${title} (${identifier})\n\n${text}\n`);
  return `Aldaba contains code of these libraries, under the terms that follow each name.\n\n${sections.join('\n')}`;
}

async function inBundles(root: string): Promise<BundledLicense[]> {
  const found = await Promise.all(
    shippedBundles.map(async (target): Promise<BundledLicense[]> => {
      return JSON.parse(await readFile(join(root, 'out', target, bundledLicenses), 'utf8'));
    }),
  );
  return Promise.all(
    found.flat().map(async (library) => {
      const like = sameAuthor[library.name];
      return like === undefined
        ? library
        : { ...library, ...(await textOf(join(root, 'node_modules', like))) };
    }),
  );
}

async function inNativeModule(root: string, resources: string): Promise<BundledLicense[]> {
  const binaries = await readdir(join(resources, 'app.asar.unpacked/node_modules/@napi-rs'));
  return Promise.all(
    ['keyring', ...binaries].map(async (name) => {
      const folder = join(root, 'node_modules/@napi-rs', name);
      const manifest = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
      const { version, license } = manifest as { version: string; license: string };
      return { name: `@napi-rs/${name}`, version, identifier: license, ...(await textOf(folder)) };
    }),
  );
}

/** Every license file of a package. */
async function textOf(folder: string): Promise<{ text?: string }> {
  const files = (await readdir(folder)).filter((name) => /^(licen[cs]e|copying|notice)/i.test(name)).sort();
  if (files.length === 0) return {};
  const texts = await Promise.all(files.map((name) => readFile(join(folder, name), 'utf8')));
  return { text: texts.map((text) => text.trim()).join('\n\n') };
}
