import { expect, test } from 'vitest';
import { createPortal } from '../../src/portal/create-portal.ts';
import { createMemoryKeys } from '../../src/portal/keys/key-files.ts';
import { createLog } from '../../src/portal/log.ts';
import { outboxOnly } from '../../src/portal/mail/transport.ts';
import { createTestDatabase } from '../support/database.ts';
import { openTestDatabase } from '../support/open-test-database.ts';
import { createTestClock } from './support.ts';

test('a portal that is told nothing hashes passwords at their full cost', async () => {
  const database = await createTestDatabase();
  const clock = createTestClock();
  const portal = await createPortal({
    database: await openTestDatabase(database.url),
    mail: outboxOnly,
    clock,
    keys: await createMemoryKeys(clock.now()),
    log: createLog('silent', { write: () => undefined }),
    settings: {},
  });
  try {
    expect(await portal.services.hasher.hash('tres gaviotas')).toMatch(
      /^\$argon2id\$v=19\$m=65536,t=3,p=1\$/,
    );
  } finally {
    await portal.close();
    await database.drop();
  }
});
