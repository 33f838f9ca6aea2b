import { type Diagnosis, diagnosisLogLines } from '../../contract/client/diagnosis.ts';
import { AldabaError } from '../../contract/errors.ts';
import { checkPortal } from '../gateway/check-portal.ts';
import type { Gateway, Licenses, StateStore } from '../parts.ts';
import type { Ports } from '../ports/index.ts';
import { toProblem } from '../problem.ts';
import { logTail } from './log-tail.ts';
import { stateFacts } from './state-facts.ts';
import { unwritableFolders } from './unwritable-folders.ts';
import { withoutHome } from './without-home.ts';

/** ms for the portal and for the look at its certificates, which are asked at the same time. */
const patience = 15_000;

export interface DiagnosisNeeds {
  ports: Ports;
  gateway: Pick<Gateway, 'serverOffset'>;
  licenses: Pick<Licenses, 'clock'>;
  state: StateStore;
}

/** What works on this machine and what does not: contract/client `diagnose`. Never throws for what it finds. */
export function createDiagnosis({ ports, gateway, licenses, state }: DiagnosisNeeds) {
  const { clock, http, settings, paths } = ports;

  async function askPortal(address: string, signal: AbortSignal): Promise<NonNullable<Diagnosis['portal']>> {
    try {
      await checkPortal(http, address, signal);
      return { address, problem: null };
    } catch (error) {
      const { data, ...problem } = toProblem(error, clock);
      const file = data?.file === undefined ? {} : { file: withoutHome(data.file) };
      return { address, problem: { ...problem, data: data && { ...data, ...file } } };
    }
  }

  return async function diagnose(signal?: AbortSignal): Promise<Diagnosis> {
    const limit = new AbortController();
    const late = new AldabaError('network-timeout', `no answer within ${patience} ms`);
    const timer = clock.setTimer(patience, () => limit.abort(late));
    const within = signal === undefined ? limit.signal : AbortSignal.any([limit.signal, signal]);
    const address = settings.current().portal;
    const [portal, network, log, folders] = await Promise.all([
      address === null ? null : askPortal(address, within),
      address === null ? null : (http.inspect?.(address, within) ?? null),
      logTail(paths.logs, diagnosisLogLines),
      unwritableFolders([paths.config, paths.data, paths.runtime]),
    ]).finally(() => timer.cancel());
    const verdict = licenses.clock();
    return {
      at: new Date(clock.now()).toISOString(),
      ...stateFacts(state.get()),
      mode: settings.current().mode,
      portal,
      network:
        network === null || network.extraCaFile === null
          ? network
          : { ...network, extraCaFile: withoutHome(network.extraCaFile) },
      clock: {
        verdict: verdict?.verdict ?? null,
        back: Math.round((verdict?.back ?? 0) / 1000),
        portalOffset: gateway.serverOffset === null ? null : Math.round(gateway.serverOffset / 1000),
      },
      folders,
      log,
    };
  };
}
