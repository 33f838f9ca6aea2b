import { homedir } from 'node:os';
import { resolve } from 'node:path';
import { findPaths } from '../adapters/find-paths.ts';
import type { Paths } from '../ports/index.ts';

/** What an entry point found around itself. Nothing below it reads the environment or the command line. */
export interface Surroundings {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Folder of an isolated profile, absolute; null: the person's own. */
  readonly profile: string | null;
  /** Settings of the command line, `name=value`. */
  readonly settings: readonly string[];
}

/** The profile's folders, without making or reading any. */
export function pathsOf({ environment, profile }: Surroundings): Paths {
  return findPaths({ platform: process.platform, environment, home: homedir(), profile });
}

/** Absolute folder of the profile that was asked for: command line before `ALDABA_PROFILE`; null for the person's own. */
export function profileOf(
  asked: string | undefined,
  environment: Surroundings['environment'],
  folder: string,
): string | null {
  const given = asked ?? environment.ALDABA_PROFILE;
  return given === undefined || given === '' ? null : resolve(folder, given);
}
