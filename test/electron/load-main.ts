import { createRequire, registerHooks } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { FakeElectron } from '../fakes/electron/index.ts';

/** The built main bundle. */
export const mainBundle = join(import.meta.dirname, '../../out/main/index.js');

/** What the bundle may import from `electron`: the names that the fake has. */
const fakes = new Map<string, Record<string, unknown>>();
const registry = Symbol.for('aldaba.test.electron');
Object.assign(globalThis, { [registry]: fakes });

/** Node's own import: the test runner's would transform the bundle. */
const nativeImport = createRequire(import.meta.url)('./native-import.cjs') as (
  url: string,
) => Promise<unknown>;

let boots = 0;

registerHooks({
  resolve(specifier, context, next) {
    const boot = new URL(context.parentURL ?? 'file:///').searchParams.get('boot');
    if (boot === null) return next(specifier, context);
    if (specifier.startsWith('.')) {
      // The bundle's other files belong to the same boot, and they import the first one back.
      const resolved = next(specifier, context);
      return { ...resolved, url: `${resolved.url}?boot=${boot}` };
    }
    if (specifier !== 'electron') return next(specifier, context);
    return { url: `fake-electron:${boot}`, format: 'module', shortCircuit: true };
  },
  load(url, context, next) {
    if (!url.startsWith('fake-electron:')) return next(url, context);
    const boot = url.slice('fake-electron:'.length);
    const names = Object.keys(fakes.get(boot) ?? {});
    const source = [
      `const electron = globalThis[Symbol.for('aldaba.test.electron')].get('${boot}');`,
      'export default electron;',
      ...names.map((name) => `export const ${name} = electron.${name};`),
    ].join('\n');
    return { format: 'module', source, shortCircuit: true };
  },
});

/** Evaluates the built main bundle anew, with `electron` being the fake. */
export async function loadMain(electron: FakeElectron, bundle = mainBundle): Promise<void> {
  boots += 1;
  const boot = String(boots);
  fakes.set(boot, electron.module);
  await nativeImport(`${pathToFileURL(bundle).href}?boot=${boot}`);
}
