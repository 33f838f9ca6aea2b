import { createHash, randomUUID } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import { OpenAPIHandler } from '@orpc/openapi/fetch';
import { AldabaError } from '../../src/contract/errors.ts';
import { portalMarker } from '../../src/contract/portal/description.ts';
import type { Release } from '../../src/contract/portal/release.ts';
import type { Clock } from '../../src/core/ports/clock.ts';
import type { Http, HttpRequest } from '../../src/core/ports/http.ts';
import { releaseSigningInput } from '../../src/domain/documents/index.ts';
import { createTestTrust } from '../support/documents.ts';
import { serveFile } from './portal-files.ts';
import { testIds } from './portal-people.ts';
import { createProofCheck } from './portal-proof.ts';
import { createPortalRouter } from './portal-router.ts';
import { createPortalSessions, type TestIdentity } from './portal-sessions.ts';

export const testPassword = 'acueducto de piedra gris';

/** A portal with the client's contract and no database, strict where a client could get away with something. */
export type FakePortal = Awaited<ReturnType<typeof createFakePortal>>;

type Replaced = Response | undefined;

/** What a test does to the line between client and portal. */
export interface PortalLine {
  /** false: the cable is out. */
  reachable: boolean;
  /** Called before the portal does anything; throwing loses the request, an answer stands in for the portal's. */
  before: ((request: Request) => Replaced | Promise<Replaced>) | null;
  /** Called when the portal did it; throwing loses the answer, returning one replaces it. */
  after: ((request: Request, response: Response) => Replaced | Promise<Replaced>) | null;
}

/** @param address where the client believes it to be when it is reached through `http` */
export async function createFakePortal(clock: Clock, address = 'https://portal.example') {
  const trust = await createTestTrust();
  let skew = 0;
  const now = () => clock.now() + skew;
  const sessions = createPortalSessions(now);
  const check = createProofCheck(now);
  const identities: TestIdentity[] = [
    {
      id: testIds.lucia,
      email: 'lucia.ferrer@condor.example',
      name: 'Lucía Ferrer',
      password: testPassword,
      accounts: [{ id: testIds.condor, name: 'Estructuras Cóndor' }],
    },
    {
      id: testIds.marcos,
      email: 'marcos.vidal@condor.example',
      name: 'Marcos Vidal',
      password: testPassword,
      accounts: [
        { id: testIds.condor, name: 'Estructuras Cóndor' },
        { id: testIds.taller, name: 'Taller Norte' },
      ],
    },
  ];
  const files = new Map<string, { content: Uint8Array; etag: string }>();
  const releases: Release[] = [];
  const calls: string[] = [];
  const links: string[] = [];
  let keyRevoked = false;

  const router = createPortalRouter({
    now,
    trust,
    sessions,
    identities,
    releases,
    files,
    calls,
    links,
    keyRevoked: () => keyRevoked,
  });
  const handler = new OpenAPIHandler(router);

  /** Answers a request as the portal does. */
  async function answer(request: Request): Promise<Response> {
    const url = new URL(request.url);
    const date = { date: new Date(now()).toUTCString() };
    if (url.pathname === '/.well-known/aldaba.json') {
      const body = {
        portal: portalMarker,
        api: 'v1',
        name: 'Portal de prueba',
        buyUrl: 'https://portal.example/buy',
      };
      return Response.json(body, { headers: date });
    }
    const file = /^\/files\/([0-9a-f-]{36})$/.exec(url.pathname)?.[1];
    if (file !== undefined) return serveFile(request, files.get(file));
    const token = /^DPoP (\S+)$/.exec(request.headers.get('authorization') ?? '')?.[1] ?? null;
    let device: string;
    try {
      device = await check(request, token);
    } catch {
      const body = { defined: true, code: 'proof-invalid', status: 401, message: 'proof-invalid' };
      return Response.json(body, { status: 401, headers: date });
    }
    const { response } = await handler.handle(request, { context: { device, token } });
    const found = response ?? Response.json({ message: 'no such path' }, { status: 404 });
    found.headers.set('date', date.date);
    return found;
  }

  const line: PortalLine = { reachable: true, before: null, after: null };
  return {
    address,
    line,
    trust,
    identities,
    sessions: sessions.sessions,
    /** Those that did not end. */
    liveSessions: () => sessions.sessions.filter((session) => !session.ended),
    /** Access tokens that count now. */
    access: sessions.access as ReadonlyMap<string, unknown>,
    calls,
    links,
    releases,
    files,
    end: sessions.end,
    /** Drops every access token, as ten minutes do. */
    expireAccess: () => sessions.access.clear(),
    /** ms that the portal's clock is ahead of `clock`. */
    setSkew(ms: number) {
      skew = ms;
    },
    revokeKey() {
      keyRevoked = true;
    },
    /** Publishes a signed release with this content. */
    publish(content: Uint8Array, change: Partial<Release> = {}): Release {
      const id = change.id ?? randomUUID();
      const sha256 = createHash('sha256').update(content).digest('hex');
      const fileName = change.fileName ?? 'viga-2026.1-linux-x64.run';
      const input = releaseSigningInput({ sha256, size: content.byteLength, fileName });
      const signature = trust.signer.sign(Buffer.from(input));
      if (signature instanceof Promise) throw new TypeError('the test signer signs at once');
      const release: Release = {
        id,
        product: 'viga',
        productName: 'Viga',
        version: '2026.1',
        platform: 'linux',
        channel: 'stable',
        publishedAt: new Date(now()).toISOString(),
        fileName,
        size: content.byteLength,
        sha256,
        signature: Buffer.from(signature).toString('base64url'),
        chain: trust.chain,
        notes: '',
        ...change,
      };
      files.set(id, { content, etag: `"${sha256.slice(0, 16)}"` });
      releases.push(release);
      return release;
    },
    http: {
      async fetch({ url, method, headers, body, signal }: HttpRequest) {
        const request = new Request(url, { method, headers, body, signal });
        if (!line.reachable || new URL(request.url).origin !== address) {
          throw new AldabaError('network-offline', 'not reachable in this test', { detail: 'ENOTFOUND' });
        }
        const instead = await line.before?.(request);
        if (instead) return instead;
        const response = await answer(request);
        return (await line.after?.(request, response)) ?? response;
      },
      close: async () => {},
    } satisfies Http,
    answer,
    /** The same portal on a real port of this machine. */
    async listen(): Promise<{ address: string; server: Server; close(): Promise<void> }> {
      const server = createServer(async (incoming, outgoing) => {
        const chunks: Buffer[] = [];
        for await (const chunk of incoming) chunks.push(chunk);
        const body = chunks.length === 0 ? null : Buffer.concat(chunks);
        const url = `http://${incoming.headers.host}${incoming.url}`;
        const headers = Object.entries(incoming.headers).map(([name, value]): [string, string] => [
          name,
          String(value),
        ]);
        const method = incoming.method ?? 'GET';
        const gone = new AbortController();
        outgoing.on('close', () => gone.abort());
        const request = new Request(url, { method, headers, body, signal: gone.signal });
        const instead = await line.before?.(request);
        const response = instead ?? (await answer(request));
        const sent = (instead ? undefined : await line.after?.(request, response)) ?? response;
        outgoing.writeHead(sent.status, Object.fromEntries(sent.headers));
        try {
          if (sent.body !== null) for await (const chunk of sent.body) outgoing.write(chunk);
          outgoing.end();
        } catch {
          outgoing.destroy();
        }
      });
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      const bound = server.address();
      if (bound === null || typeof bound === 'string') throw new Error('no port');
      return {
        address: `http://127.0.0.1:${bound.port}`,
        server,
        close: () =>
          new Promise((resolve) => {
            server.close(() => resolve());
            server.closeAllConnections();
          }),
      };
    },
  };
}
