import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { portalContract } from './portal.ts';

/** Fields that may hold anything, because none reaches the database as it is. */
const readFirst: { readonly [field: string]: string } = {
  password: 'hashed',
  key: 'parsed, and hashed',
  search: 'taken apart into words of letters and digits',
  cursor: 'decoded, and its values are checked',
};

/** The texts that a schema takes, by the name of their field. */
function textsOf(schema: z.core.$ZodType, field: string): [field: string, schema: z.ZodType][] {
  if (schema instanceof z.ZodObject)
    return Object.entries(schema.shape as z.core.$ZodShape).flatMap(([name, inner]) => textsOf(inner, name));
  if (schema instanceof z.ZodRecord) return textsOf(schema.valueType, field);
  if (schema instanceof z.ZodArray) return textsOf(schema.element, field);
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault)
    return textsOf(schema.unwrap(), field);
  if (schema instanceof z.ZodType && schema.def.type === 'string') return [[field, schema]];
  if (['number', 'boolean', 'enum', 'literal'].includes(schema._zod.def.type)) return [];
  throw new Error(`${field}: what texts are in a ${schema._zod.def.type}?`);
}

const texts = Object.entries(portalContract).flatMap(([part, procedures]) =>
  Object.entries(procedures).flatMap(([name, procedure]) => {
    const { inputSchema } = procedure['~orpc'];
    if (inputSchema === undefined) return [];
    return textsOf(inputSchema, name).map(([field, schema]) => ({
      procedure: `${part}.${name}`,
      field,
      schema,
    }));
  }),
);

describe('U+0000, which no text in the database can hold', () => {
  test.each(texts.filter(({ field }) => !(field in readFirst)))(
    '$procedure does not take it in $field',
    ({ schema }) => {
      fc.assert(
        fc.property(fc.string(), fc.string(), (before, after) => {
          expect(schema.safeParse(`${before}\0${after}`).success).toBe(false);
        }),
      );
    },
  );

  test('every exception is a field', () => {
    expect(texts.map(({ field }) => field)).toEqual(expect.arrayContaining(Object.keys(readFirst)));
  });
});
