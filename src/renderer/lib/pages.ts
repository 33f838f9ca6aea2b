import type { AppState } from '../../contract/client/state.ts';
import type { Permission } from '../../contract/permissions.ts';

export const pages = ['license', 'programs', 'people', 'settings'] as const;
export type Page = (typeof pages)[number];

type Who = Pick<AppState, 'setup' | 'profile' | 'settings'>;

export function may({ profile }: Pick<AppState, 'profile'>, permission: Permission): boolean {
  return profile?.permissions.includes(permission) ?? false;
}

/**
 * The pages that this person has: what the role cannot do is hidden, and the portal refuses it all the same. A key downloads programs
 * without anybody signed in; a standalone device has no portal to ask.
 */
export function visiblePages(who: Who): readonly Page[] {
  const shown: Record<Page, boolean> = {
    license: true,
    programs: who.settings.mode === 'cloud-key' || may(who, 'software:read'),
    people: may(who, 'contact:read'),
    settings: true,
  };
  return pages.filter((page) => shown[page]);
}
