import type { AddressInfo } from 'node:net';
import PostalMime from 'postal-mime';
import { SMTPServer } from 'smtp-server';

export interface PostOffice {
  /** For SMTP_URL. */
  readonly url: string;
  /** The text of the next mail to this address, waiting for it. */
  next(to: string): Promise<string>;
  close(): Promise<void>;
}

/** A mail server of this machine on a free port, which keeps what it gets. */
export async function startPostOffice(): Promise<PostOffice> {
  const letters: { to: string[]; text: string }[] = [];
  const waiting = new Set<() => void>();
  const server = new SMTPServer({
    authOptional: true,
    hideSTARTTLS: true,
    onData(stream, session, done) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => void chunks.push(chunk));
      stream.on('end', () => {
        PostalMime.parse(Buffer.concat(chunks)).then((mail) => {
          letters.push({ to: session.envelope.rcptTo.map(({ address }) => address), text: mail.text ?? '' });
          for (const look of waiting) look();
          done();
        }, done);
      });
    },
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => resolve());
  });
  const { port } = server.server.address() as AddressInfo;
  return {
    url: `smtp://127.0.0.1:${port}`,
    next(to) {
      return new Promise((resolve) => {
        const look = () => {
          const at = letters.findIndex((letter) => letter.to.includes(to));
          const [letter] = at === -1 ? [] : letters.splice(at, 1);
          if (letter === undefined) return;
          waiting.delete(look);
          resolve(letter.text);
        };
        waiting.add(look);
        look();
      });
    },
    close: () => new Promise((resolve) => void server.close(() => resolve())),
  };
}
