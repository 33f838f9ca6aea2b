import { Writable } from 'node:stream';
import { expect, test } from 'vitest';
import { createLog } from '../log.ts';
import { noticeDays, warnOfSigningKey } from './warn-of-signing-key.ts';

const day = 86_400_000;

/** What the log says that many days before a pass of 30 days could not be signed whole any more. */
function saidBefore(days: number): unknown[] {
  const lines: unknown[] = [];
  const stream = new Writable({
    write(chunk, _encoding, done) {
      lines.push(JSON.parse(String(chunk)));
      done();
    },
  });
  warnOfSigningKey({
    clock: { now: () => 1000 * day },
    keys: { signing: { endsAt: (1000 + 30 + days) * day } },
    log: createLog('trace', stream),
    settings: { licensing: { pass: 30 * 86_400 } },
  });
  return lines;
}

test('the operator hears of it 60 days before rights cannot be signed whole, and louder when they are not', () => {
  const [warning, error] = [40, 50];
  expect(saidBefore(noticeDays)).toEqual([]);
  expect(saidBefore(noticeDays - 1)).toMatchObject([{ level: warning, days: 59 }]);
  expect(saidBefore(0)).toMatchObject([{ level: warning, days: 0 }]);
  expect(saidBefore(-1)).toMatchObject([{ level: error, days: -1 }]);
});
