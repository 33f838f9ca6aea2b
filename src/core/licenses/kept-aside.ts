import { type ErrorCode, errorCodeSchema } from '../../contract/errors.ts';

/** A license file that is no use, or of none now, and why. */
export interface KeptAside {
  /** Absolute path. */
  file: string;
  code: ErrorCode;
}

/** Days that a file is named at each start while its product has no other: who put it there may have been a command of a script. */
const namedFor = 30;

/** `PRODUCT.json.corrupt-2026-03-02T08-00-00-000Z`, and behind it `.CODE` where that is not `file-format`. */
const pattern = /^(?<product>.+)\.json\.corrupt-(?<day>\d{4}-\d\d-\d\d)T[\d-]+Z(?:\.(?<code>[a-z-]+))?$/;

/** @param path of the record @param now wall-clock ms */
export function asideName(path: string, code: ErrorCode, now: number): string {
  const time = new Date(now).toISOString().replace(/[:.]/g, '-');
  return `${path}.corrupt-${time}${code === 'file-format' ? '' : `.${code}`}`;
}

/** What the name of a file kept aside says; null for any other name, and for one that is so old that it is no news. */
export function readAsideName(name: string, now: number): { product: string; code: ErrorCode } | null {
  const { product, day, code = 'file-format' } = pattern.exec(name)?.groups ?? {};
  if (product === undefined || now - Date.parse(day ?? '') > namedFor * 86_400_000) return null;
  const known = errorCodeSchema.safeParse(code);
  return { product, code: known.success ? known.data : 'file-format' };
}
