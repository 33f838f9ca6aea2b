import { glob, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Only a build with the vendor's root keys compiled in may be packaged: such a build has no code left that takes a root key from its
 * surroundings. A hook of electron-builder.
 */
export async function beforePack(context: { packager: { projectDir: string } }): Promise<void> {
  const bundles: string[] = [];
  for await (const file of glob(join(context.packager.projectDir, 'out/main/**/*.js')))
    bundles.push(await readFile(file, 'utf8'));
  if (bundles.length === 0 || bundles.some((text) => text.includes('ALDABA_DEVELOPMENT_ROOT')))
    throw new Error(
      'out/main is a development build: set ALDABA_ROOT_KEYS and run `npm run build -- --force`',
    );
}
