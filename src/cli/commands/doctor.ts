import type { Context, Result } from '../context.ts';
import { exitCodes } from '../exit-codes.ts';
import { facts } from '../format.ts';
import { openClient } from '../open-client.ts';

/** What works on this machine and what does not; nothing of it is secret, so that it can be sent to support. */
export async function doctor(context: Context): Promise<Result> {
  const { t } = context;
  const { client, pid, close } = await openClient(context);
  try {
    // Asking the portal is the check; a refusal for another reason than the network still proves that it answers.
    await client.licenses.renew().catch(() => undefined);
    const report = await client.licenses.diagnose();
    const { device, keychain, connection, notices } = await client.state.get();
    const problems = notices.filter(({ level }) => level !== 'info').map(({ code }) => code);
    const well = connection.state !== 'offline' && keychain.state === 'ok' && device.match !== 'mismatch';
    return {
      code: well ? exitCodes.ok : connection.state === 'offline' ? exitCodes.network : exitCodes.failed,
      json: { ...report, running: pid !== null, keychain, connection, device: device.match, problems },
      text: facts([
        [
          t('doctor.client'),
          `${report.clientVersion}, ${pid === null ? t('status.runningNo') : t('status.runningYes', { pid })}`,
        ],
        [
          t('doctor.portal'),
          `${report.portal ?? ''} ${t(`connection.${connection.state}`)} ${connection.problem?.code ?? ''}`.trim(),
        ],
        [t('doctor.keychain'), `${keychain.backend}: ${t(`keychain.${keychain.state}`)}`],
        [t('doctor.device'), t(`doctor.${device.match}`)],
        [t('status.programs'), String(report.programs)],
        ...problems.map((code) => [t('doctor.settings'), code] as const),
      ]),
    };
  } finally {
    await close();
  }
}
