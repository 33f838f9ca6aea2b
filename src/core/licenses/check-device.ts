import { deviceScore } from '../../domain/device-score.ts';
import type { Parts } from '../parts.ts';
import type { Entries } from './entries.ts';
import type { Entry } from './entry.ts';

/** A machine that is busy at logon, or whose programs may not be asked, reads nothing: asked again after so long, doubling. ms. */
const retryLimits = { first: 60_000, most: 3_600_000 };
/** Running time (ms) after which nothing readable counts as parts that changed. */
const unreadableTerm = 86_400_000;

export interface DeviceCheck {
  /** Compares the components with those of the activation, and remembers since when they differ. Never throws. */
  check(entry: Entry): Promise<void>;
  stop(): void;
}

export function createDeviceCheck(
  needs: Pick<Parts, 'ports' | 'device' | 'state'> & { entries: Entries },
): DeviceCheck {
  const { ports, device, state, entries } = needs;
  const { clock, log } = ports;
  const started = clock.monotonic();
  const retries = new Map<string, { cancel(): void; failures: number }>();
  let stopped = false;

  function retry(entry: Entry): void {
    const failures = (retries.get(entry.product)?.failures ?? 0) + 1;
    retries.get(entry.product)?.cancel();
    if (stopped) return;
    const wait = Math.min(retryLimits.most, retryLimits.first * 2 ** (failures - 1));
    const { cancel } = clock.setTimer(wait, () => void check(entry));
    retries.set(entry.product, { cancel, failures });
  }

  async function check(entry: Entry): Promise<void> {
    const { license } = entry;
    if (license?.kind !== 'license') return;
    try {
      const { components } = await device.describe(license.claims.salt);
      if (entry.license !== license) return;
      const isUnread =
        Object.keys(components).length === 0 && Object.keys(license.claims.components).length > 0;
      if (isUnread && clock.monotonic() - started < unreadableTerm) {
        log.info({ product: entry.product }, 'no part of the device could be read yet');
        return retry(entry);
      }
      retries.get(entry.product)?.cancel();
      retries.delete(entry.product);
      const score = deviceScore(license.claims.components, components);
      entry.device = score;
      const drifts = score.verdict === 'drift';
      await entries.update(entry, (record) => {
        if (record.license === null || drifts === (record.license.driftSince !== null)) return record;
        const driftSince = drifts ? new Date(entries.now()).toISOString() : null;
        return { ...record, license: { ...record.license, driftSince } };
      });
      // Adopting a changed record keeps the license, so the comparison still holds.
      entry.device = score;
      const shown = state.get().device;
      state.update({
        device: { ...shown, match: score.verdict, score: score.score, components: [...score.components] },
      });
      entries.publish(entry);
      if (isUnread) retry(entry);
    } catch (error) {
      log.warn({ product: entry.product, error: String(error) }, 'the device could not be compared');
      retry(entry);
    }
  }

  return {
    check,
    stop() {
      stopped = true;
      for (const { cancel } of retries.values()) cancel();
    },
  };
}
