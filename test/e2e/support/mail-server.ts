import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import PostalMime, { type Email } from 'postal-mime';
import { SMTPServer } from 'smtp-server';
import { expect } from 'vitest';

export interface MailServer {
  /** `smtp://127.0.0.1:<port>` */
  readonly url: string;
  /** Waits for the first mail to the address that was not taken yet. */
  next(to: string): Promise<Email>;
  /** Mails that arrived for the address so far. */
  count(to: string): number;
  close(): Promise<void>;
}

/** A real mail server on a free port that takes every mail. */
export async function startMailServer(): Promise<MailServer> {
  const received: { to: string[]; raw: string; taken: boolean }[] = [];
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onData(stream, session, done) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const to = session.envelope.rcptTo.map(({ address }) => address);
        received.push({ to, raw: Buffer.concat(chunks).toString('utf8'), taken: false });
        done();
      });
    },
  });
  server.listen(0, '127.0.0.1');
  await once(server.server, 'listening');
  const { port } = server.server.address() as AddressInfo;
  return {
    url: `smtp://127.0.0.1:${port}`,
    async next(to) {
      const find = () => received.find((mail) => !mail.taken && mail.to.includes(to));
      await expect.poll(find, { interval: 20 }).toBeDefined();
      const mail = find();
      if (mail === undefined) throw new Error('the mail went away');
      mail.taken = true;
      return PostalMime.parse(mail.raw);
    },
    count: (to) => received.filter((mail) => mail.to.includes(to)).length,
    close: () => new Promise<void>((resolve) => server.close(resolve)),
  };
}

/** The first address in the mail's text, which is its link. */
export function linkIn({ text = '' }: Email): string {
  const link = /https?:\/\/\S+/.exec(text)?.[0];
  if (link === undefined) throw new Error('the mail has no link');
  return link;
}
