import { registerHooks } from 'node:module';

/**
 * Loaded before anything that imports Drizzle: its modules are then found without asking its package.json, which is 180 kB and which
 * Node 24 parses anew for each of 170 modules (`getPackageScopeConfig` reads every lazy field): half a second of computing at each start.
 * What is found is the same; without this it only takes longer.
 */
const found = new Map<string, { url: string; format?: string | null | undefined }>();

registerHooks({
  resolve(specifier, context, next) {
    if (specifier.startsWith('.') && context.parentURL?.includes('/node_modules/drizzle-orm/'))
      return { url: new URL(specifier, context.parentURL).href, format: 'module', shortCircuit: true };
    if (!/^drizzle-orm(\/|$)/.test(specifier) || !context.conditions.includes('import'))
      return next(specifier, context);
    const known = found.get(specifier) ?? next(specifier, context);
    found.set(specifier, known);
    return { ...known, shortCircuit: true };
  },
});
