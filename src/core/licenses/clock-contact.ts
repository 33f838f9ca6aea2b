import type { AldabaError } from '../../contract/errors.ts';
import type { Parts } from '../parts.ts';
import { asAldabaError } from '../problem.ts';
import type { ClockGuard } from './clock-guard.ts';
import { createRetry } from './retry.ts';

/** Waits between tries. ms */
const limits = { first: 5000, most: 300_000 };

/** The one online contact that a suspect clock needs (docs/figures.md, "Clock"), in every mode: it takes no identity. */
export interface ClockContact {
  /** ms of running time until the portal is asked; null: no clock is suspect, or there is no portal to ask. */
  due(): number | null;
  /** Asks. Never throws. @returns why the clock is suspect still; null when it is not, or the portal's answer said no time */
  run(): Promise<AldabaError | null>;
  /** The machine slept or its clock moved: it is asked now. */
  timeJumped(): void;
  /** The portal answered somebody, or the network is another one: what failed and waits is due within a second. */
  hurry(): void;
}

/** @param now ms UTC as licenses count it */
export function createClockContact(
  needs: Pick<Parts, 'ports' | 'gateway'> & { guard: ClockGuard; now: () => number; random: () => number },
): ClockContact {
  const { ports, gateway, guard, now, random } = needs;
  const { clock, settings, log } = ports;
  const retry = createRetry(clock, limits, random);
  const isSuspect = () => guard.verdict(now()).verdict === 'suspect';

  return {
    due() {
      if (settings.current().portal === null || !isSuspect()) return null;
      return retry.wait();
    },
    async run() {
      let fault: AldabaError | null = null;
      try {
        // Any answer of the portal carries its time; this procedure asks for nobody's identity.
        await gateway.portal.licenses.trust();
      } catch (error) {
        fault = asAldabaError(error);
      }
      if (!isSuspect()) {
        retry.reset();
        return null;
      }
      retry.failed(fault?.data?.retryAfter);
      log.info({ code: fault?.code }, 'the clock is suspect and the portal did not say its time');
      return fault;
    },
    timeJumped: retry.reset,
    hurry: retry.hurry,
  };
}
