import { randomUUID } from 'node:crypto';
import { borrowDays, returnReceiptClaimsSchema } from '../../contract/documents.ts';
import { AldabaError } from '../../contract/errors.ts';
import { type DocumentCrypto, formatArmor, signDocument } from '../../domain/documents/index.ts';
import type { Licenses, Parts } from '../parts.ts';
import { asAldabaError } from '../problem.ts';
import type { Entries } from './entries.ts';
import type { Entry } from './entry.ts';
import { type LicenseRecord, mostReceipts, mostReturned } from './license-record.ts';
import { whatFailed } from './portal-codes.ts';
import { safeName } from './safe-name.ts';

type ReceiptKind = 'license' | 'borrow';
type Change = (record: LicenseRecord) => LicenseRecord;

/** What this device let go of, signed: the way of a license and of what is borrowed back to the portal (ADR 0060). */
export interface Receipts {
  /** @param right the activation of a license, the lease of what is borrowed */
  sign(right: string, kind: ReceiptKind): Promise<string>;
  /** Changes the record; what is or may be borrowed and goes by the change leaves its receipt in the same write. @returns that receipt */
  update(entry: Entry, change: Change): Promise<string | null>;
  /** A receipt of a lease that the portal lent, which is not held here any more or goes in the same write. */
  keep(entry: Entry, leaseId: string): Promise<void>;
  /**
   * Tells the portal of what was given back here; it takes no identity. Never throws.
   * @returns why the portal still does not know of something borrowed; null when it does, or refused to
   */
  tell(entry: Entry): Promise<AldabaError | null>;
  /** Tells it, and hands the receipt over when the portal could not be told. */
  handOver(entry: Entry, receipt: string): ReturnType<Licenses['giveBack']>;
  /** True while the portal should be told of something that was given back here. */
  isOwed(entry: Entry): boolean;
  latest: Licenses['receipt'];
}

/** Without checking the signature, which is this device's own; null when it says nothing that can be understood. */
export function receiptOf(receipt: string): { right: string; kind: ReceiptKind; iat: number } | null {
  try {
    const payload = Buffer.from(receipt.split('.')[1] ?? '', 'base64url').toString();
    const { right, kind, iat } = returnReceiptClaimsSchema.parse(JSON.parse(payload));
    return { right, kind: kind === 'borrow' ? 'borrow' : 'license', iat };
  } catch {
    return null;
  }
}

/**
 * The record without a receipt that the portal has, or that is of no use any more. Somebody may keep the file of a license; a lease ended at
 * the portal by its receipt, or by then with its time, and need not be remembered.
 */
function withoutReceipt(record: LicenseRecord, receipt: string): LicenseRecord {
  const said = receiptOf(receipt);
  return {
    ...record,
    receipts: record.receipts.filter((one) => one !== receipt),
    returned: record.returned.filter((id) => said?.kind !== 'borrow' || id !== said.right),
  };
}

/** The record with a right given back: its receipt, and that the right is not taken in again. */
export function withReceipt(record: LicenseRecord, right: string, receipt: string): LicenseRecord {
  return {
    ...record,
    receipts: [...record.receipts, receipt].slice(-mostReceipts),
    returned: [...record.returned, right].slice(-mostReturned),
  };
}

export function createReceipts(
  needs: Pick<Parts, 'ports' | 'device' | 'gateway'> & { entries: Entries; crypto: DocumentCrypto },
): Receipts {
  const { ports, device, gateway, entries, crypto } = needs;
  const { log } = ports;
  /** Receipts that the portal refused in this process. */
  const refused = new Set<string>();

  async function sign(right: string, kind: ReceiptKind): Promise<string> {
    await device.load();
    const iat = Math.floor(entries.now() / 1000);
    return signDocument({
      kind: 'return-receipt',
      claims: { jti: randomUUID(), iat, right, kind },
      signer: { publicKey: device.publicKey.x, sign: (data) => device.sign(data) },
      crypto,
    });
  }

  async function update(entry: Entry, change: Change): Promise<string | null> {
    for (;;) {
      const expected = borrowedIn(entry, entry.record);
      const receipt = expected === null ? null : await sign(expected, 'borrow');
      let kept: string | null = null;
      let isOther = false;
      await entries.update(entry, (record) => {
        const after = change(record);
        const borrowed = borrowedIn(entry, record);
        if (after.right !== null || borrowed === null) return after;
        // Another process of the profile borrowed meanwhile: signed anew for what is there now.
        isOther = borrowed !== expected;
        if (receipt === null || isOther) return record;
        kept = receipt;
        return withReceipt(after, borrowed, receipt);
      });
      if (!isOther) return kept;
    }
  }

  /** null: the portal knows. */
  async function send(receipt: string): Promise<AldabaError | null> {
    try {
      await gateway.portal.licenses.deactivate({ receipt });
      return null;
    } catch (error) {
      const fault = asAldabaError(error);
      const { code, message, data } = fault;
      if (whatFailed(code) === 'refused') {
        // The same receipt would be refused again; a later start may meet the portal that knows it.
        refused.add(receipt);
        log.warn({ code, detail: data?.detail, error: message }, 'the portal refused a return receipt');
      }
      return fault;
    }
  }

  /** Nothing is lent for longer, so that its place is free by now: of a receipt that the portal refuses. Its time may be that of a wrong clock. */
  function isPast(receipt: string): boolean {
    const said = receiptOf(receipt);
    return said?.kind === 'borrow' && (said.iat + borrowDays.most * 86_400) * 1000 <= entries.now();
  }

  async function takeOff(entry: Entry, receipt: string): Promise<void> {
    await entries
      .update(entry, (record) => withoutReceipt(record, receipt))
      .catch((error: unknown) => log.warn({ error: String(error) }, 'a receipt could not be taken off'));
    entries.publish(entry);
  }

  async function tell(entry: Entry): Promise<AldabaError | null> {
    let unheard: AldabaError | null = null;
    for (const receipt of entry.record.receipts) {
      if (refused.has(receipt) || !entry.record.receipts.includes(receipt)) continue;
      const fault = await send(receipt);
      if (fault === null || (refused.has(receipt) && isPast(receipt))) await takeOff(entry, receipt);
      else if (!refused.has(receipt) && receiptOf(receipt)?.kind === 'borrow') unheard = fault;
    }
    return unheard;
  }

  /** The headers are for people; after a restart the names are not known any more. */
  function fileOf({ product, names }: Entry, jws: string): ReturnType<Licenses['receipt']> {
    const headers = [['Product', names.product] as const, ['Account', names.account] as const];
    return {
      fileName: `${safeName(product)}.aldaba-receipt`,
      content: formatArmor({
        kind: 'return-receipt',
        jws,
        headers: headers.filter(([, value]) => value !== ''),
      }),
    };
  }

  return {
    sign,
    update,
    async keep(entry, leaseId) {
      const receipt = await sign(leaseId, 'borrow');
      await entries.update(entry, (record) => {
        const right = record.right?.leaseId === leaseId ? null : record.right;
        return withReceipt({ ...record, right }, leaseId, receipt);
      });
      await tell(entry);
    },
    tell,
    async handOver(entry, receipt) {
      await tell(entry);
      if (!entry.record.receipts.includes(receipt)) return { told: true, fileName: null, content: null };
      return { told: false, ...fileOf(entry, receipt) };
    },
    isOwed: ({ record }) => record.receipts.some((receipt) => !refused.has(receipt)),
    latest(product) {
      const entry = entries.get(product);
      const receipt = entry.record.receipts.at(-1);
      if (receipt === undefined)
        throw new AldabaError('not-found', `no receipt of ${product} is left`, { product });
      return fileOf(entry, receipt);
    },
  };
}

function borrowedIn({ lending }: Entry, { right }: LicenseRecord): string | null {
  if (right === null) return null;
  return right.kind === 'borrow' || right.leaseId === lending ? right.leaseId : null;
}
