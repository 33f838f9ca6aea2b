/** SP 800-63B-4, 3.1.1.2: at least 15 characters where the password is the only factor, at least 64 allowed, no composition rule. */
export const passwordLength = { minimum: 15, maximum: 128 } as const;

/** The form that is checked and hashed: NFKC (SP 800-63B-4), so that every keyboard's way of writing a letter is the same password. */
export function normalizePassword(password: string): string {
  return password.normalize('NFKC');
}
