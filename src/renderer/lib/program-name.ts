/**
 * A program's code as people read it: `viga-mixta` is «Viga mixta». A program that waits for the sign-in has no product name yet, since
 * the portal has not been asked.
 */
export function programName(code: string): string {
  const words = code.replaceAll('-', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}
