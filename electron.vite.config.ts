import react from '@vitejs/plugin-react';
import { defineConfig } from 'electron-vite';
import { nativeModules } from './scripts/build/native-modules.ts';
import { rootKeysDefine } from './scripts/build/root-keys.ts';

export default defineConfig({
  main: {
    define: rootKeysDefine(),
    build: {
      externalizeDeps: false,
      sourcemap: true,
      rolldownOptions: {
        external: nativeModules,
        input: 'src/main/index.ts',
        // What runs before the first frame is one small file; the core comes while the window draws, and undici only when somebody set a proxy.
        output: { format: 'es', entryFileNames: 'index.js', chunkFileNames: 'chunks/[name]-[hash].js' },
      },
    },
  },
  preload: {
    build: {
      externalizeDeps: false,
      rolldownOptions: {
        // A sandboxed preload is one CommonJS file that may require little beside electron.
        external: ['electron'],
        input: 'src/preload/index.ts',
        output: { codeSplitting: false, format: 'cjs', entryFileNames: 'index.cjs' },
      },
    },
  },
  renderer: {
    root: 'src/renderer',
    plugins: [react()],
    build: {
      // The same window is served to a plain browser in host mode, so not only Electron's own Chromium.
      target: 'es2022',
      // electron-vite turns minification off by default.
      minify: 'oxc',
      // Inlined assets would be data: addresses, which the content security policy refuses.
      assetsInlineLimit: 0,
      rolldownOptions: {
        input: 'src/renderer/index.html',
        output: {
          // What a screen needs comes in two or three files, not in two dozen that later pages happen to share: each costs 5 ms to fetch.
          codeSplitting: {
            groups: [
              { name: 'start', test: /src\/renderer\/start\.ts$/, priority: 2 },
              { name: 'window', test: /src\/renderer\/index\.tsx$/, priority: 1 },
              { name: 'shell', test: /src\/renderer\/app\/shell\.tsx$/ },
            ],
          },
        },
      },
    },
  },
});
