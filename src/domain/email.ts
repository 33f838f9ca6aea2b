/**
 * The form in which two addresses are compared and stored as a key. Surrounding space goes, compatibility characters are
 * unified (NFKC), everything becomes lower case. The local part is case sensitive by RFC 5321 (2.4), but no mailbox that people
 * use is, and two contacts that differ by case are one person. Dots and `+tags` stay: they tell mailboxes apart at most providers.
 * Does not check that it is an address.
 */
export function normalizeEmail(email: string): string {
  return email.normalize('NFKC').toLowerCase().normalize('NFKC').trim();
}
