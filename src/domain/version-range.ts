import type { z } from 'zod';
import type { versionRangeSchema } from '../contract/documents.ts';

type VersionRange = z.infer<typeof versionRangeSchema>;

/** Order of two versions by their numbers from the left; missing ones count as 0, so `2026` and `2026.0` are equal. */
export function compareVersions(a: string, b: string): number {
  const left = a.split('.').map(Number);
  const right = b.split('.').map(Number);
  for (let index = 0; index < Math.max(left.length, right.length); index++) {
    const order = (left[index] ?? 0) - (right[index] ?? 0);
    if (order !== 0) return order;
  }
  return 0;
}

/** Whether `version` lies in the range. The upper end counts as written: `to: 2027` includes every 2027.x, `to: 2027.1` every 2027.1.x. */
export function isVersionCovered(version: string, range: VersionRange): boolean {
  if (range.from !== undefined && compareVersions(version, range.from) < 0) return false;
  if (range.to === undefined) return true;
  const length = range.to.split('.').length;
  return compareVersions(version.split('.').slice(0, length).join('.'), range.to) <= 0;
}
