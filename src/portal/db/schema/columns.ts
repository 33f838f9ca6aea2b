import { customType, timestamp } from 'drizzle-orm/pg-core';

/** Bytes: hashes. */
export const bytea = customType<{ data: Buffer; driverData: Uint8Array }>({
  dataType: () => 'bytea',
  // The two drivers answer with different kinds of Uint8Array.
  fromDriver: (value) => Buffer.from(value),
});

/** An instant; a Date of UTC in code. */
export const instant = (name: string) => timestamp(name, { withTimezone: true, mode: 'date' });
