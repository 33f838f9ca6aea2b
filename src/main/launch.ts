import { resolve } from 'node:path';
import { hiddenSwitch } from './auto-start.ts';
import { deepLinkIn } from './security/deep-links.ts';

/** What the start was told. Switches of Chromium stand beside these and are its own business. */
export interface Launch {
  /** Folder of an isolated profile; null: this person's own. */
  readonly profile: string | null;
  /** Without a window, as programs and the login start it. A link asks for one all the same. */
  readonly hidden: boolean;
  readonly link: string | undefined;
}

/** @param argv whole command line; what is unknown is left alone */
export function readLaunch(argv: readonly string[], folder: string): Launch {
  const profile = argv.find((argument) => argument.startsWith('--profile='))?.slice('--profile='.length);
  const link = deepLinkIn(argv);
  return {
    profile: profile === undefined || profile === '' ? null : resolve(folder, profile),
    hidden: argv.includes(hiddenSwitch) && link === undefined,
    link,
  };
}
