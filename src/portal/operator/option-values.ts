import { InvalidArgumentError } from 'commander';
import { type ZodType, z } from 'zod';
import { lineSchema, productCodeSchema, versionSchema } from '../../contract/primitives.ts';

/** An option's value by a schema; what does not fit is a usage error that names the option. */
export function by<T>(schema: ZodType<T>): (text: string) => T {
  return (text) => {
    const read = schema.safeParse(text);
    if (read.success) return read.data;
    throw new InvalidArgumentError(read.error.issues.map(({ message }) => message).join('; '));
  };
}

export const name = by(lineSchema(100).min(1));
export const code = by(productCodeSchema);
export const version = by(versionSchema);
export const count = by(z.coerce.number().int().min(1).max(1_000_000));
export const day = by(z.iso.date().transform((text) => Date.parse(`${text}T00:00:00Z`)));
export const also =
  <T>(read: (text: string) => T) =>
  (text: string, before: T[]): T[] => [...before, read(text)];
