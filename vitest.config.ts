import { defineConfig } from 'vitest/config';
import { suites } from './scripts/suites.ts';

export default defineConfig({
  test: {
    projects: suites.map((suite) => ({
      extends: true,
      test: {
        name: suite.name,
        include: [...suite.include],
        exclude: ['**/node_modules/**', '**/fixtures/**', ...(suite.exclude ?? [])],
        env: { ...suite.env },
        maxWorkers: suite.workers,
        testTimeout: suite.testTimeout,
        hookTimeout: suite.testTimeout,
        ...(suite.globalSetup === undefined ? {} : { globalSetup: suite.globalSetup }),
      },
    })),
    restoreMocks: true,
    unstubEnvs: true,
    unstubGlobals: true,
  },
});
