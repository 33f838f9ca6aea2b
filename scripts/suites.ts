/** One suite of tests: a vitest project, and how the test runner starts it. */
export interface Suite {
  readonly name: string;
  /** What a green suite proves, printed beside its counts. */
  readonly proves: string;
  readonly include: readonly string[];
  readonly exclude?: readonly string[];
  /** True when the tests load something under out/, so that the bundles are built first. */
  readonly needsBuild?: true;
  /** What it takes on two cores beside the others. The runner starts the longest first, so that none is left to run alone at the end. */
  readonly seconds: number;
  /**
   * True when the files that a worker runs share its process and loaded modules: loading them anew costs up to seconds of each file, of the
   * unit tests more than half. Such tests change no global state but by `vi.stub…`; each makes its own portal, profile or page.
   */
  readonly sharesModules?: true;
  /** Files at once; 1 unless said. For what is left at the end, when the others leave a core idle. */
  readonly workers?: number;
  /** Limit of one test in milliseconds: many times what it takes, because a busy machine takes several times as long. */
  readonly testTimeout: number;
  readonly env?: Readonly<Record<string, string>>;
  readonly globalSetup?: string;
  /** What the suite's process is started under; see scripts/run-tests/launch.ts. */
  readonly under?: 'secret-service' | 'display';
}

/** Under plain Node `require('electron')` fetches its binary; a test must never reach the network by accident. */
const withoutElectron = { ELECTRON_OVERRIDE_DIST_PATH: '/nonexistent' };

/**
 * Every suite of the project. A test file belongs to the first suite by its path, so adding a test is adding a file.
 * A suite that finds no test fails the run.
 */
export const suites: readonly Suite[] = [
  {
    name: 'unit',
    proves: 'each module, beside its source',
    include: ['src/**/*.test.{ts,tsx}', 'scripts/**/*.test.ts', 'test/{bench,fakes,support}/**/*.test.ts'],
    seconds: 100,
    sharesModules: true,
    workers: 2,
    testTimeout: 60_000,
    env: withoutElectron,
  },
  {
    name: 'contract',
    proves: 'one behavior over direct call, MessagePort, loopback and HTTP',
    include: ['test/contract/**/*.test.ts'],
    seconds: 4,
    sharesModules: true,
    testTimeout: 60_000,
    env: withoutElectron,
  },
  {
    name: 'portal-pglite',
    proves: 'the portal on its embedded database',
    include: ['test/portal/**/*.test.ts'],
    seconds: 285,
    sharesModules: true,
    testTimeout: 60_000,
    env: { ...withoutElectron, ALDABA_TEST_DATABASE: 'pglite' },
  },
  {
    name: 'portal-postgres',
    proves: 'the same portal tests on a real PostgreSQL server',
    include: ['test/portal/**/*.test.ts'],
    seconds: 215,
    sharesModules: true,
    testTimeout: 60_000,
    env: { ...withoutElectron, ALDABA_TEST_DATABASE: 'postgres' },
    globalSetup: 'test/support/postgres-setup.ts',
  },
  {
    name: 'system',
    proves: 'separate processes, real sockets, other languages, openssl',
    include: ['test/system/**/*.test.ts'],
    exclude: ['test/system/keychain*.test.ts'],
    needsBuild: true,
    seconds: 490,
    sharesModules: true,
    testTimeout: 240_000,
    env: withoutElectron,
  },
  {
    name: 'keychain',
    proves: 'secrets in a real Secret Service',
    include: ['test/system/keychain*.test.ts'],
    seconds: 6,
    testTimeout: 60_000,
    env: withoutElectron,
    under: 'secret-service',
  },
  {
    name: 'e2e',
    proves: 'the window in a real Chromium, by keyboard and with axe',
    include: ['test/e2e/**/*.test.ts'],
    needsBuild: true,
    seconds: 480,
    sharesModules: true,
    testTimeout: 180_000,
    env: withoutElectron,
  },
  {
    name: 'electron-boot',
    proves: 'the built main bundle against the typed fake of electron',
    include: ['test/electron/**/*.test.ts'],
    exclude: ['test/electron/real/**'],
    needsBuild: true,
    seconds: 13,
    testTimeout: 60_000,
    env: withoutElectron,
  },
  {
    name: 'electron-real',
    proves: 'the flows in the real Electron binary',
    include: ['test/electron/real/**/*.test.ts'],
    needsBuild: true,
    seconds: 2,
    testTimeout: 120_000,
    under: 'display',
  },
  {
    name: 'packaging',
    proves: 'the installers’ configuration, fuses and file list',
    include: ['test/packaging/**/*.test.ts'],
    needsBuild: true,
    seconds: 23,
    testTimeout: 180_000,
    env: withoutElectron,
  },
];
