import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

/** What the portal under measurement offers. */
export interface PortalFixture {
  url: string;
  email: string;
  password: string;
  product: string;
  seats: number;
}

/** Starts a portal in its own process over a PostgreSQL database; `stop` ends it in an orderly way. */
export async function startPortalProcess(
  database: string,
): Promise<{ fixture: PortalFixture; stop(): Promise<void> }> {
  const child = fork(join(import.meta.dirname, 'portal-child.ts'), [database], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const died = once(child, 'exit');
  const first = await Promise.race([once(child, 'message'), died.then(() => null)]);
  if (first === null) throw new Error('the portal under measurement did not start');
  return {
    fixture: first[0] as PortalFixture,
    async stop() {
      if (child.exitCode === null) child.disconnect();
      await died;
    },
  };
}
