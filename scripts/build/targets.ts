import { builtinModules } from 'node:module';
import { join } from 'node:path';
import {
  type ConfigFactory,
  MainConfigFactory,
  type MainViteConfig,
  PreloadConfigFactory,
  RendererConfigFactory,
} from 'electron-vite';
import { build, type InlineConfig, type Plugin } from 'vite';
import config from '../../electron.vite.config.ts';
import { bundledLicenses } from './bundled-licenses.ts';
import { nativeModules } from './native-modules.ts';
import { rootKeysDefine } from './root-keys.ts';
import type { Target } from './stamp.ts';

/**
 * Builds one target into `folder`. Vite takes NODE_ENV from the mode and leaves it changed, so this belongs in a process
 * of its own.
 *
 * @param folder absolute; what was in it goes
 */
export async function buildTarget(target: Target, root: string, folder: string): Promise<void> {
  const inline: InlineConfig = {
    root,
    configFile: false,
    mode: 'production',
    logLevel: 'warn',
    build: { outDir: folder, emptyOutDir: true, license: { fileName: bundledLicenses } },
  };
  await build(await resolve(target, root, inline));
}

async function resolve(target: Target, root: string, inline: InlineConfig): Promise<InlineConfig> {
  const { main = {}, preload = {}, renderer = {} } = config;
  switch (target) {
    case 'main':
      return finish(new MainConfigFactory(main, inline, { root }));
    case 'preload':
      return finish(new PreloadConfigFactory(preload, inline, { root }));
    case 'renderer':
      return finish(
        new RendererConfigFactory(renderer, { ...inline, root: join(root, 'src/renderer') }, { root }),
      );
    case 'cli':
      return commandLine(inline);
    case 'host':
      return host(inline);
  }
}

/** electron-vite's own result type differs from Vite's only by the build options that its plugins have consumed. */
async function finish(factory: ConfigFactory<MainViteConfig>): Promise<InlineConfig> {
  return { ...((await factory.build()) as InlineConfig), configFile: false };
}

/**
 * Commands are imported when they are run: each chunk is read only when its command needs it. CommonJS, because a module that Node imports
 * has every builtin module that it names made whole first: 20 ms of computing at each start.
 */
function commandLine(inline: InlineConfig): InlineConfig {
  // Among Vite's own plugins, before the one that takes every builtin module for external.
  return forNode(
    { ...inline, plugins: [noChildProcess] },
    {
      input: { aldaba: 'src/cli/index.ts' },
      output: {
        format: 'cjs',
        chunkFileNames: 'chunks/[name]-[hash].js',
        // `import()` of a package would start Node's other loader, and comments would be read: both are part of the time of each start.
        dynamicImportInCjs: false,
        minify: { compress: false, mangle: false },
        // npm links it under the name `aldaba`.
        banner: ({ isEntry }) => (isEntry ? '#!/usr/bin/env node' : ''),
      },
      plugins: [commonJsFolder],
    },
  );
}

/** Its chunks lie beside it, because it finds the built page from where its code lies. */
function host(inline: InlineConfig): InlineConfig {
  return forNode(inline, {
    input: { index: 'src/host/index.ts' },
    output: { format: 'es', chunkFileNames: '[name]-[hash].js' },
  });
}

type Bundle = Exclude<NonNullable<InlineConfig['build']>['rolldownOptions'], undefined>;

/** A program for plain Node, with the vendor's root keys. */
function forNode(inline: InlineConfig, { output, ...bundle }: Bundle & { output: object }): InlineConfig {
  return {
    ...inline,
    define: rootKeysDefine(),
    ssr: { noExternal: true },
    build: {
      ...inline.build,
      ssr: true,
      target: 'node24',
      sourcemap: true,
      rolldownOptions: {
        external: (source, importer) => isExternal(source) && !isCommanders(source, importer),
        platform: 'node',
        ...bundle,
        output: { entryFileNames: '[name].js', ...output },
      },
    },
  };
}

/** The project's own package.json says that .js files are ES modules. */
const commonJsFolder: Plugin = {
  name: 'commonjs-folder',
  generateBundle() {
    this.emitFile({ type: 'asset', fileName: 'package.json', source: '{ "type": "commonjs" }\n' });
  },
};

const isExternal = (source: string) =>
  nativeModules.includes(source) || builtinModules.includes(source) || source.startsWith('node:');
const isCommanders = (source: string, importer: string | undefined) =>
  source === 'node:child_process' && /[\\/]commander[\\/]/.test(importer ?? '');

/** Commander runs commands that are programs of their own; there are none, and loading what starts processes is 2 ms at each start. */
const noChildProcess: Plugin = {
  name: 'no-child-process-for-commander',
  enforce: 'pre',
  resolveId: (source, importer) => (isCommanders(source, importer) ? '\0no-child-process' : null),
  load: (id) => (id === '\0no-child-process' ? 'export default {}' : null),
};
