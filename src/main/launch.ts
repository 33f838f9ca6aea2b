import { resolve } from 'node:path';
import { hiddenSwitch } from './auto-start.ts';
import { deepLinkIn } from './security/deep-links.ts';

/** What the start was told. Switches of Chromium stand beside these and are its own business. */
export interface Launch {
  /** Folder of an isolated profile; null: this person's own. */
  readonly profile: string | null;
  /** Start in the tray, without a window: at login. */
  readonly hidden: boolean;
  readonly link: string | undefined;
}

/** @param argv whole command line; what is unknown is left alone */
export function readLaunch(argv: readonly string[], folder: string): Launch {
  const profile = argv.find((argument) => argument.startsWith('--profile='))?.slice('--profile='.length);
  return {
    profile: profile === undefined || profile === '' ? null : resolve(folder, profile),
    hidden: argv.includes(hiddenSwitch),
    link: deepLinkIn(argv),
  };
}
