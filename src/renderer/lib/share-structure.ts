/**
 * `next`, with every part that is equal to the same part of `previous` replaced by that very object: what did not change keeps its
 * identity, so that only the components that show a changed part render again. For plain data (JSON).
 */
export function shareStructure<T>(previous: unknown, next: T): T {
  if (Object.is(previous, next) || !isBranch(previous) || !isBranch(next)) return next;
  if (Array.isArray(previous) !== Array.isArray(next)) return next;
  const keys = Object.keys(next);
  const shared: Record<string, unknown> = Array.isArray(next) ? Object.assign([], next) : { ...next };
  let same = keys.length === Object.keys(previous).length;
  for (const key of keys) {
    shared[key] = shareStructure(previous[key], next[key]);
    same &&= key in previous && Object.is(shared[key], previous[key]);
  }
  return (same ? previous : shared) as T;
}

function isBranch(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
