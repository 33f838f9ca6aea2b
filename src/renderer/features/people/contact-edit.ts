import type { Contact } from '../../../contract/portal/people.ts';
import type { PersonData } from './contact-fields.tsx';

/** What may be edited: never the address nor the company (D8). */
export interface Editable extends PersonData {
  readonly roleId: string;
}
export type EditableField = keyof Editable;

export const editableFields = [
  'firstName',
  'lastName',
  'jobTitle',
  'phone',
  'shared',
  'receivesNotifications',
  'roleId',
] as const satisfies readonly EditableField[];

export function editableOf(contact: Contact): Editable {
  const { firstName, lastName, jobTitle, phone, shared, receivesNotifications, role } = contact;
  return { firstName, lastName, jobTitle, phone, shared, receivesNotifications, roleId: role.id };
}

/** The part of what was typed that differs from what is stored; texts as the portal will keep them. */
export function changesOf(base: Editable, typed: Partial<Editable>): Partial<Editable> {
  const trimmed = Object.entries({ ...typed }).map(([field, value]) => [
    field,
    typeof value === 'string' ? value.trim() : value,
  ]);
  return Object.fromEntries(
    trimmed.filter(([field, value]) => base[field as EditableField] !== value),
  ) as Partial<Editable>;
}

/** A field that somebody else changed while it was being edited here. */
export interface Difference {
  readonly field: EditableField;
  readonly before: Editable[EditableField];
  readonly now: Editable[EditableField];
  /** What was typed here for the same field, when it is neither of the two. */
  readonly typed: Editable[EditableField] | undefined;
}

/** What changed under the person's hands, field by field, and where it meets what was typed. */
export function differences(before: Editable, now: Editable, typed: Partial<Editable>): Difference[] {
  return editableFields
    .filter((field) => before[field] !== now[field])
    .map((field) => ({
      field,
      before: before[field],
      now: now[field],
      typed: typed[field] === now[field] ? undefined : typed[field],
    }));
}
