import type { Diagnosis } from '../../contract/client/diagnosis.ts';
import type { AppState } from '../../contract/client/state.ts';
import { withoutHome } from './without-home.ts';

/** What of the snapshot goes into a diagnosis: no name or address of a person, no identifier of hardware. */
export function stateFacts(state: AppState) {
  return {
    client: {
      version: state.client.version,
      shell: state.client.shell,
      platform: state.client.platform,
    },
    connection: state.connection,
    licenses:
      state.licenses?.map((view) => ({
        product: view.product,
        state: view.state,
        permit: view.permit,
        kind: view.kind,
        seatKind: view.seatKind,
        expiresAt: view.expiresAt,
        until: view.until,
        renewedAt: view.renewedAt,
        problem: view.problem?.code ?? null,
      })) ?? null,
    device: {
      match: state.device.match,
      score: state.device.score,
      changed: state.device.components.filter(({ change }) => change !== 'same'),
    },
    keychain: state.keychain,
    programs: state.uses.length,
    lockedSettings: state.lockedSettings,
    notices: state.notices.map(({ code, at, data }) => ({
      code,
      at,
      file: data?.file === undefined ? null : withoutHome(data.file),
      field: data?.field ?? null,
    })),
  } satisfies Partial<Diagnosis>;
}
