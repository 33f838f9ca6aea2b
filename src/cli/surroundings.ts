import { profileOf, type Surroundings } from '../core/shell/surroundings.ts';
import type { Context } from './context.ts';

/** Which profile and which settings a command works with. */
export function surroundingsOf({ environment, options, folder }: Context): Surroundings {
  return {
    environment,
    profile: profileOf(options.profile, environment, folder),
    settings: options.set ?? [],
  };
}
