import type { Diagnosis } from '../../../src/contract/client/diagnosis.ts';
import type { AppState } from '../../../src/contract/client/state.ts';
import { stateFacts } from '../../../src/core/diagnosis/state-facts.ts';
import { present } from './states.ts';

/** What the fake core finds: the state of the scenario, behind a proxy that opens TLS with a certificate of the company's. */
export function diagnosisOf(state: AppState): Diagnosis {
  const { settings, connection } = state;
  const reached = connection.state !== 'offline';
  return {
    at: present,
    ...stateFacts(state),
    mode: settings.mode,
    portal:
      settings.portal === null
        ? null
        : { address: settings.portal, problem: reached ? null : connection.problem },
    network:
      settings.portal === null
        ? null
        : {
            proxy: settings.proxy === null ? null : { address: settings.proxy, source: 'settings' },
            extraCaFile: settings.extraCaFile,
            certificates: reached
              ? [
                  {
                    subject: 'CN=portal.condor.example',
                    issuer: 'CN=Condor Inspection CA',
                    validFrom: '2026-01-01T00:00:00.000Z',
                    validTo: '2027-01-01T00:00:00.000Z',
                    fingerprint: Array.from({ length: 32 }, () => '5A').join(':'),
                  },
                ]
              : [],
            trusted: reached ? true : null,
            distrust: null,
          },
    clock: { verdict: 'ok', back: 0, portalOffset: reached ? 2 : null },
    folders: [],
    log: ['{"level":30,"time":"2026-03-02T10:31:58.000Z","name":"host","msg":"portal answered"}'],
  };
}
