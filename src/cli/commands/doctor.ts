import type { Diagnosis } from '../../contract/client/diagnosis.ts';
import type { Problem } from '../../contract/client/problem.ts';
import type { ErrorCode } from '../../contract/errors.ts';
import type { Context, Result } from '../context.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { facts, keychainInWords, moment } from '../format.ts';
import { noticeSentences } from '../notices.ts';
import { withClient } from '../open-client.ts';

/** What works on this machine and what does not; nothing of it is secret, so that it can be sent to support. */
export async function doctor(
  context: Context,
  _args: string[],
  { resetDevice = false }: { readonly resetDevice?: boolean },
): Promise<Result> {
  return withClient(context, async (client, { pid }) => {
    if (resetDevice) await client.setup.resetDevice();
    const found = await client.diagnose();
    const problems = problemsOf(found);
    const located = [...locatedOf(found.portal?.problem ?? null), ...found.folders, ...found.notices];
    const about = problems.filter((code) => located.every((other) => other.code !== code));
    const sentences = await noticeSentences(context, [...about.map((code) => ({ code })), ...located]);
    return {
      code: exitCodeOf(found),
      json: { running: pid !== null, ...found, problems },
      text: [facts(factsOf(context, found, pid)), ...sentences].join('\n'),
    };
  });
}

/** A problem that is about a file of this machine. */
function locatedOf(problem: Problem | null) {
  const file = problem?.data?.file;
  return problem === null || file === undefined
    ? []
    : [{ code: problem.code, file, field: problem.data?.field }];
}

/** Each once, in the order in which they stand in the way: this machine, the network, the licenses. */
function problemsOf({ keychain, folders, clock, device, portal, licenses, notices }: Diagnosis): ErrorCode[] {
  const codes: (ErrorCode | null | undefined)[] = [
    keychain.state === 'ok' ? null : `keychain-${keychain.state}`,
    ...folders.map(({ code }) => code),
    clock.verdict === 'suspect' ? 'clock-suspect' : null,
    device.match === 'mismatch' ? 'device-changed' : device.match === 'drift' ? 'device-drift' : null,
    portal?.problem?.code,
    ...(licenses ?? []).map(({ problem }) => problem),
    ...notices.map(({ code }) => code),
  ];
  return [...new Set(codes.filter((code) => code !== null && code !== undefined))];
}

function exitCodeOf({ portal, keychain, device, folders }: Diagnosis): ExitCode {
  if (portal !== null && portal.problem !== null) return exitCodes.network;
  const isWell = keychain.state === 'ok' && device.match !== 'mismatch' && folders.length === 0;
  return isWell ? exitCodes.ok : exitCodes.failed;
}

function factsOf(context: Context, found: Diagnosis, pid: number | null): [string, string][] {
  const { t } = context;
  const { client, portal, network, keychain, device, licenses } = found;
  const running = pid === null ? t('status.runningNo') : t('status.runningYes', { pid });
  const reach =
    portal === null ? t('doctor.none') : t(portal.problem === null ? 'doctor.answers' : 'doctor.silent');
  const changed = device.changed.map(({ name }) => name).join(', ');
  return [
    [t('doctor.client'), `${client.version}, ${running}`],
    [t('doctor.portal'), `${portal?.address ?? ''} ${reach}`.trim()],
    ...(network === null ? [] : networkFacts(context, network)),
    [t('doctor.keychain'), keychainInWords(keychain, t)],
    [t('doctor.device'), `${t(`doctor.${device.match}`)}${changed === '' ? '' : ` (${changed})`}`],
    [t('doctor.clock'), clockFact(context, found.clock)],
    ...(licenses ?? []).map((license): [string, string] => [
      license.product,
      t(`licenseStates.${license.state}`),
    ]),
    [t('status.programs'), String(found.programs)],
  ];
}

function networkFacts(
  { t, language }: Context,
  { proxy, extraCaFile, certificates, trusted, distrust }: NonNullable<Diagnosis['network']>,
): [string, string][] {
  const trust = trusted === true ? t('doctor.trusted') : t('doctor.untrusted', { reason: distrust ?? '' });
  return [
    [
      t('doctor.proxy'),
      proxy === null ? t('doctor.none') : `${proxy.address} (${t(`doctor.from.${proxy.source}`)})`,
    ],
    ...(extraCaFile === null ? [] : [[t('doctor.extraCa'), extraCaFile] as [string, string]]),
    ...certificates
      .slice(0, 1)
      .map(({ subject, issuer, validTo }): [string, string] => [
        t('doctor.certificate'),
        t('doctor.certificateIs', { subject, issuer, until: moment(validTo, language), trust }),
      ]),
  ];
}

function clockFact({ t }: Context, { verdict, back, portalOffset }: Diagnosis['clock']): string {
  const offset = portalOffset === null ? '' : `, ${t('doctor.offset', { seconds: portalOffset })}`;
  const hours = Math.round(back / 3600);
  return `${verdict === 'warned' || verdict === 'suspect' ? t('doctor.clockBack', { hours }) : t('doctor.clockOk')}${offset}`;
}
