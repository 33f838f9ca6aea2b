import type { AppState, LicenseView } from '../../contract/client/state.ts';
import type { ErrorCode } from '../../contract/errors.ts';
import type { Context, Result } from '../context.ts';
import { exitCodeOf, exitCodes } from '../exit-codes.ts';
import { facts, keychainInWords, moment } from '../format.ts';
import { noticeFacts, noticeSentences } from '../notices.ts';
import { readState } from '../read-state.ts';
import { roleName } from '../role-name.ts';
import { loadErrorTexts } from '../texts.ts';

/** What is known on this machine; nothing is started and nobody is asked over the network. */
export async function status(context: Context): Promise<Result> {
  const { state, pid } = await readState(context);
  const { setup, settings, profile, sessionEnds, connection, keychain, licenses, returned, uses } = state;
  const unread = whyUnread(state);
  const ready = setup.step === 'done';
  const waits = setup.step === 'sign-in' || setup.step === 'choose-account';
  return {
    code: ready
      ? unread === null
        ? exitCodes.ok
        : exitCodeOf[unread]
      : waits
        ? exitCodes.needsSignIn
        : exitCodes.notLicensed,
    json: {
      running: pid !== null,
      pid,
      mode: settings.mode,
      step: setup.step,
      portal: settings.portal,
      connection: connection.state,
      session:
        profile === null
          ? null
          : {
              email: profile.identity.email,
              name: profile.identity.name,
              account: profile.membership.account.name,
              role: profile.membership.roleName,
              endsAt: profile.sessionEndsAt ?? null,
              endsSoon: sessionEnds !== null,
            },
      keychain,
      licenses:
        licenses?.map(({ product, productName, state: stands, permit, expiresAt, until }) => ({
          product,
          productName,
          state: stands,
          permit,
          expiresAt,
          until,
        })) ?? null,
      licensesUnread: unread,
      returned,
      uses,
      notices: state.notices.map(noticeFacts),
    },
    text: [
      describe(
        context,
        state,
        pid,
        unread === null ? null : (await loadErrorTexts(context.language))[unread].title,
      ),
      ...(await noticeSentences(context, [
        ...state.notices.map(noticeFacts),
        ...(unread === null ? [] : [{ code: unread }]),
      ])),
    ].join('\n'),
  };
}

/** Why nothing is known of the licenses of this device; null when they were read. Without a word of the disk it is the keychain, which may wait for its person. */
function whyUnread({ licenses, notices, keychain }: AppState): ErrorCode | null {
  if (licenses !== null) return null;
  const said = notices.find(({ id }) => id === 'licenses-unread' || id === 'device-key-damaged');
  return said?.code ?? (keychain.state === 'ok' ? 'keychain-locked' : `keychain-${keychain.state}`);
}

/** @param unread why the licenses could not be read, in words */
function describe(context: Context, state: AppState, pid: number | null, unread: string | null): string {
  const { t, language } = context;
  const { settings, profile, sessionEnds, connection, keychain } = state;
  const session =
    profile === null
      ? t('status.noSession')
      : `${profile.identity.name} <${profile.identity.email}>, ${profile.membership.account.name}, ${roleName(context, profile.membership.roleKey, profile.membership.roleName)}`;
  const again =
    sessionEnds === null ? null : t('status.signInAgain', { date: moment(sessionEnds, language) });
  const reach = settings.portal === null ? '' : `${settings.portal} `;
  return [
    facts([
      [t('status.client'), pid === null ? t('status.runningNo') : t('status.runningYes', { pid })],
      [t('status.mode'), t(`modes.${settings.mode ?? 'none'}`)],
      [t('status.portal'), `${reach}(${t(`connection.${connection.state}`)})`],
      [t('status.session'), session],
      ...(again === null ? [] : [[t('status.sessionEnds'), again] as const]),
      [t('status.keychain'), keychainInWords(keychain, t)],
    ]),
    '',
    t('status.licenses'),
    indent(
      [
        ...(state.licenses ?? []).map((license) => describeLicense(context, license)),
        ...state.returned.map(
          ({ product, productName }) => `${product}: ${productName}, ${t('status.returned')}`,
        ),
      ],
      unread === null ? t('status.noLicenses') : t('status.licensesUnread', { why: unread }),
    ),
    t('status.programs'),
    indent(
      state.uses.map(
        (use) =>
          `${use.program} ${use.version} (${t(use.state === 'waiting' ? 'status.waiting' : 'status.using')})`,
      ),
      t('status.noPrograms'),
    ),
  ].join('\n');
}

function describeLicense({ t, language }: Context, license: LicenseView): string {
  // A lease is renewed by itself: its person wants to know how long it is good without a network.
  const ends = license.kind === 'lease' ? (license.until ?? license.expiresAt) : license.expiresAt;
  const until = license.kind === 'lease' ? 'status.untilOffline' : 'status.until';
  const end = ends === null ? t('status.perpetual') : t(until, { date: moment(ends, language) });
  const stands = t(`licenseStates.${license.state}`);
  const name =
    license.productName === license.product ? license.product : `${license.product}: ${license.productName}`;
  return `${name}, ${stands}${license.kind === null ? '' : `, ${end}`}`;
}

function indent(lines: readonly string[], none: string): string {
  return (lines.length === 0 ? [none] : lines).map((line) => `  ${line}`).join('\n');
}
