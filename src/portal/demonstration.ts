import type { Portal } from './context.ts';

/** Data of an invented company, for `--demo`. Called after the portal started; calling it again changes nothing. */
export async function seedDemonstration(_portal: Portal): Promise<void> {}
