import type { SettingsChange } from '../../contract/settings.ts';
import type { Licenses } from '../parts.ts';
import type { Ports } from '../ports/index.ts';
import { asAldabaError } from '../problem.ts';
import { createIdentityFile } from '../session/identity-record.ts';

/**
 * Mode and portal of a profile whose settings have lost them (a broken file, a policy that was taken away): as they stand beside the identity, else
 * what the licenses on disk say. Without it a machine that is signed in, or has its license, would count as one that was never set up. What the
 * settings say, or what is fixed, counts first.
 *
 * @param needs.file the identity's file
 */
export async function recoverWayIn(
  needs: Pick<Ports, 'settings' | 'log'> & { file: string; licenses: Pick<Licenses, 'isStored'> },
): Promise<void> {
  const { settings, log, file, licenses } = needs;
  const { mode, portal } = settings.current();
  if (mode === 'standalone' || (mode !== null && portal !== null)) return;
  const record = await createIdentityFile(file).read();
  const known = record?.mode ?? ((await licenses.isStored()) ? 'standalone' : null);
  if (known === null || (mode !== null && mode !== known)) return;
  const lost: SettingsChange = {
    ...(mode === null ? { mode: known } : {}),
    ...(portal === null && record !== null && record.portal !== null ? { portal: record.portal } : {}),
  };
  if (Object.keys(lost).length === 0) return;
  try {
    await settings.update(lost);
    log.warn({ ...lost }, 'the way in was missing in the settings and is as it was');
  } catch (error) {
    log.warn(
      { code: asAldabaError(error).code },
      'the way in is missing in the settings and cannot be written',
    );
  }
}
