import type { AfterPackContext } from 'electron-builder';
import { flipEveryFuse } from './flip-every-fuse.ts';
import { requireNativeModule } from './require-native-module.ts';
import { writeNotices } from './write-notices.ts';

/** A hook of electron-builder. */
export async function afterPack(context: AfterPackContext): Promise<void> {
  await requireNativeModule(context);
  await writeNotices(context);
  await flipEveryFuse(context);
}
