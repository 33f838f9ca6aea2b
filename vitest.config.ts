import { defineConfig } from 'vitest/config';
import { suites } from './scripts/suites.ts';
import { withoutKeychain } from './test/support/without-keychain.ts';

export default defineConfig({
  test: {
    projects: suites.map((suite) => ({
      extends: true,
      test: {
        name: suite.name,
        include: [...suite.include],
        exclude: ['**/node_modules/**', '**/fixtures/**', ...(suite.exclude ?? [])],
        // Only the suite that has a keyring of its own may reach one.
        env: { ...(suite.under === 'secret-service' ? {} : withoutKeychain), ...suite.env },
        // The runner has several suites at a time; most run their files one after the other.
        maxWorkers: suite.workers ?? 1,
        isolate: suite.sharesModules !== true,
        testTimeout: suite.testTimeout,
        hookTimeout: suite.testTimeout,
        // What a test waits for comes when it comes: on a busy machine later than vitest's one second. `vi.waitFor` has no such setting:
        // `becomes` of test/support stands for it.
        expect: { poll: { timeout: suite.testTimeout / 2 } },
        provide: { patience: suite.testTimeout / 2 },
        ...(suite.globalSetup === undefined ? {} : { globalSetup: suite.globalSetup }),
      },
    })),
    restoreMocks: true,
    unstubEnvs: true,
    unstubGlobals: true,
  },
});
