import type { Portal } from '../context.ts';

const day = 86_400_000;

interface Warned extends Pick<Portal, 'clock' | 'log'> {
  readonly keys: { readonly signing: Pick<Portal['keys']['signing'], 'endsAt'> };
  readonly settings: { readonly licensing: Pick<Portal['settings']['licensing'], 'pass'> };
}

/** Days that the log says it before rights cannot be signed whole any more. */
export const noticeDays = 60;

/**
 * Says in the log that the next signing key is due. What would outlive the newest certificate is not signed, and offline passes are what runs
 * longest by itself: the key has to be there a pass's time before the certificate ends.
 */
export function warnOfSigningKey({ clock, keys, log, settings }: Warned): void {
  const { endsAt } = keys.signing;
  const needed = endsAt - 1000 * settings.licensing.pass;
  const days = Math.floor((needed - clock.now()) / day);
  if (days >= noticeDays) return;
  const facts = { days, neededBy: new Date(needed).toISOString(), endsAt: new Date(endsAt).toISOString() };
  if (days >= 0) log.warn(facts, 'the next signing key is due: see "aldaba portal keys"');
  else
    log.error(
      facts,
      'the next signing key is missing, rights are not signed whole: see "aldaba portal keys"',
    );
}
