import type { BrokerLicense } from '../contract/broker.ts';
import { AldabaError } from '../contract/errors.ts';
import type { Context, Result } from './context.ts';
import { createLicenseUse, type LicenseUse } from './license-use.ts';
import { readState } from './read-state.ts';
import { refusal } from './refusal.ts';
import { waitForSeat } from './wait-for-seat.ts';

/** What a command asks for a license with. */
export interface UseOptions {
  readonly productVersion: string;
  readonly feature?: readonly string[];
  readonly question: boolean;
  /** Minutes to wait for a seat where none is free. */
  readonly wait?: number;
}

/**
 * Runs `work` with a license to compute, and ends the use whatever happens.
 *
 * @throws AldabaError the refusal, also of what may only open, save and export
 */
export async function withUse(
  context: Context,
  product: string,
  options: UseOptions,
  work: (license: BrokerLicense, use: LicenseUse) => Promise<Result>,
): Promise<Result> {
  const use = createLicenseUse(context, {
    product,
    version: options.productVersion,
    features: [...(options.feature ?? [])],
    interactive: options.question,
  });
  try {
    const license = await waitForSeat(context, options.wait ?? 0, use.begin).catch(async (error: unknown) => {
      throw error instanceof AldabaError ? await explain(context, error) : error;
    });
    if (license.permit !== 'full') {
      const standing = license.permit === 'none' ? 'not-licensed' : 'read-only';
      throw await explain(context, refusal({ code: license.reason ?? standing, data: { product } }));
    }
    return await work(license, use);
  } finally {
    await use.end();
  }
}

/** A setup that waits for somebody to sign in is told as that: it is the person's next step. */
async function explain(context: Context, refused: AldabaError): Promise<AldabaError> {
  if (refused.code !== 'not-configured') return refused;
  const { setup } = (await readState(context)).state;
  const waits = setup.step === 'sign-in' || setup.step === 'choose-account';
  return waits ? refusal({ code: 'not-signed-in', data: refused.data }) : refused;
}
