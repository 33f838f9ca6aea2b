import type { RawComponents } from '../../ports/hardware.ts';

/** What firmware says where nobody filled anything in. */
const filler =
  /^(to be filled( by o\.?e\.?m\.?)?|default string|none|n\/a|not (specified|available|applicable|present)|unknown|system serial number|base board serial number|chassis serial number|o\.?e\.?m\.?|invalid|empty|x+|[0.:\s-]+|[f.:\s-]+|0123456789|123456789)$/i;
/** A UUID that several boards share: all of one digit, or counted up. */
const emptyUuid = /^(0{8}-|f{8}-|03000200-0400-0500-0006-000700080009$)/i;

/** An identifier as it is hashed, or undefined when it identifies nothing. */
export function cleanIdentifier(value: string | null | undefined): string | undefined {
  const text = (value ?? '').replaceAll('\0', '').trim().replace(/\s+/g, ' ').toLowerCase();
  return text.length < 3 || filler.test(text) || emptyUuid.test(text) ? undefined : text;
}

/** Leaves out what identifies nothing. */
export function cleanComponents(
  raw: Partial<Record<keyof RawComponents, string | null | undefined>>,
): RawComponents {
  const components: RawComponents = {};
  for (const [name, value] of Object.entries(raw)) {
    const clean = cleanIdentifier(value);
    if (clean !== undefined) components[name as keyof RawComponents] = clean;
  }
  return components;
}
