import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';

export type MailServer = Awaited<ReturnType<typeof startMailServer>>;

/** A real mail server on a free port, which answers each mail as the test says. */
export async function startMailServer() {
  const received: { raw: string; to: string[] }[] = [];
  const state: {
    refuse: { code: number; words: string } | null;
    /** Where it refuses. */
    at: 'login' | 'sender' | 'recipient' | 'content';
    /** Called when a mail has come in whole, before it is answered. */
    hold: () => Promise<void>;
  } = { refuse: null, at: 'content', hold: async () => undefined };
  const refusal = (place: typeof state.at) =>
    state.refuse === null || state.at !== place
      ? null
      : Object.assign(new Error(state.refuse.words), { responseCode: state.refuse.code });
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onAuth(_auth, _session, done) {
      done(refusal('login'), { user: 'portal' });
    },
    onMailFrom(_address, _session, done) {
      done(refusal('sender'));
    },
    onRcptTo(_address, _session, done) {
      done(refusal('recipient'));
    },
    onData(stream, session, done) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const refused = refusal('content');
        if (refused !== null) return done(refused);
        received.push({
          raw: Buffer.concat(chunks).toString('utf8'),
          to: session.envelope.rcptTo.map(({ address }) => address),
        });
        return void state.hold().then(() => done());
      });
    },
  });
  server.listen(0, '127.0.0.1');
  await once(server.server, 'listening');
  const { port } = server.server.address() as AddressInfo;
  return {
    url: `smtp://portal:geheim@127.0.0.1:${port}`,
    received,
    state,
    close: () => new Promise<void>((resolve) => server.close(resolve)),
  };
}
