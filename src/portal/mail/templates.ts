/**
 * What each mail is told. Strings only, never a token or a password: links are derived from `linkId` when the mail is rendered.
 * `invitationId` is in what invites somebody, and in no link that they ask for themselves.
 */
export type MailData = {
  /** A first password: an administrator added the person, or a registered one without a password asked. */
  activate: { linkId: string; invitationId?: string; name: string; accountName: string; expiresAt: string };
  /** A forgotten password, or an administrator's reset. */
  reset: { linkId: string; name: string; accountName: string; expiresAt: string };
  /** Somebody who has a password was invited by another company: they come in by signing in. */
  join: { invitationId: string; name: string; accountName: string; expiresAt: string };
  /** The password was set: for whoever did not do it. */
  'password-set': { name: string; accountName: string; at: string };
};
export type MailTemplate = keyof MailData;
