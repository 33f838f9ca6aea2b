import { OpenAPIHandler } from '@orpc/openapi/fastify';
import { traverseContractProcedures } from '@orpc/server';
import Fastify, {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  LogController,
} from 'fastify';
import helmet, { type HelmetOptions } from 'helmet';
import type { ErrorCode } from '../contract/errors.ts';
import { portalContract } from '../contract/portal.ts';
import { collectAllowedMethods } from './allowed-methods.ts';
import { answerClientFault } from './answer-client-fault.ts';
import type { Portal, RequestContext } from './context.ts';
import { countedNetwork } from './counted-network.ts';
import { describe, toWireError, wireError } from './errors.ts';
import { httpRoutes } from './http-routes.ts';
import { newId } from './ids.ts';
import { limitPipelining } from './limit-pipelining.ts';
import { refusalPage } from './pages/page-routes.ts';
import { portalRouter } from './router.ts';

/** Bytes of a request body. The largest that is meant is a request file of 32 KiB in a JSON string. */
const bodyLimit = 1_048_576;

declare module 'fastify' {
  interface FastifyRequest {
    /** What was asked, for the log: a procedure or a route's pattern, never an address with what it carries. */
    operation: string;
  }
}

/** The HTTP server around the portal's procedures and pages. Not yet listening. */
export async function createServer(portal: Portal): Promise<FastifyInstance> {
  const { settings, log, clock } = portal;
  const addSecurityHeaders = helmet(securityHeaders(portal.url.startsWith('https:')));
  const prepare = (request: FastifyRequest, reply: FastifyReply): void => {
    // Without the wrapper for Fastify, which makes the whole anew for each request.
    addSecurityHeaders(request.raw, reply.raw, (error) => {
      if (error) throw error;
    });
    reply.header('x-request-id', request.id);
    // A client corrects the time of its proofs by this header, so it has to be the time that proofs are checked by.
    reply.header('date', httpDate(clock.now()));
    reply.header('cache-control', 'no-store');
  };
  const server = Fastify({
    loggerInstance: log as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit,
    trustProxy: settings.trustedProxies.length > 0 ? settings.trustedProxies : false,
    genReqId: () => newId(clock.now()),
    // Requests in flight at closing time end well; connections without one are closed at once.
    forceCloseConnections: 'idle',
    return503OnClosing: false,
    requestTimeout: 60_000,
    // Whoever takes nothing of an answer for this long does not want it; a download goes on where it was.
    connectionTimeout: 120_000,
    routerOptions: { maxParamLength: 1024 },
    clientErrorHandler: (error, socket) =>
      answerClientFault({
        error: error as NodeJS.ErrnoException,
        socket,
        log,
        requestId: newId(clock.now()),
        date: httpDate(clock.now()),
      }),
    // Addresses that cannot be read, which no hook sees.
    frameworkErrors(error, request, reply) {
      prepare(request, reply);
      void refuse(reply, codeOf(error));
    },
  });
  server.decorateRequest('operation', '');
  limitPipelining(server.server);
  // Nothing is sent as text: what says it is would come to the procedures as one string.
  server.removeContentTypeParser('text/plain');
  const allowedMethods = collectAllowedMethods(server);

  const sayRefused = (code: ErrorCode, request: FastifyRequest, reply: FastifyReply) =>
    request.headers.accept?.includes('text/html')
      ? refusalPage(portal, code, request, reply)
      : refuse(reply, code);
  server.addHook('onRequest', async (request, reply) => {
    prepare(request, reply);
    request.operation = request.routeOptions.url ?? 'unknown';
    if (!request.is404) return undefined;
    // Before the body is read: what is wrong with it does not matter where nothing takes it.
    const allowed = allowedMethods(pathOf(request));
    if (allowed.length === 0) return sayRefused('not-found', request, reply);
    reply.header('allow', allowed.join(', '));
    return sayRefused('method-not-allowed', request, reply);
  });
  server.addHook('onResponse', async (request, reply) => {
    const ms = Math.round(reply.elapsedTime);
    request.log.info({ operation: request.operation, status: reply.statusCode, ms }, 'request');
  });
  server.setErrorHandler((error, request, reply) => {
    const code = codeOf(error);
    if (code === 'internal') request.log.error({ error: describe(error) }, 'request failed');
    return refuse(reply, code, code === 'internal' ? { requestId: request.id } : undefined);
  });
  server.setNotFoundHandler((request, reply) => sayRefused('not-found', request, reply));

  for (const register of httpRoutes) register(server, portal);
  registerProcedures(server, portal);
  return server;
}

function registerProcedures(server: FastifyInstance, portal: Portal): void {
  const handler = new OpenAPIHandler<RequestContext>(portalRouter, {
    clientInterceptors: [
      async ({ next, context, path }) => {
        context.request.named(path.join('.'));
        try {
          return await next();
        } catch (error) {
          const wire = toWireError(error, context.request.log, context.request.id);
          if (wire.data?.retryAfter !== undefined)
            context.request.setHeader('retry-after', String(wire.data.retryAfter));
          if (wire.status === 401) context.request.setHeader('www-authenticate', 'DPoP algs="EdDSA"');
          throw wire;
        }
      },
    ],
  });
  const answer = async (request: FastifyRequest, reply: FastifyReply) => {
    // Who is gone has no address to be counted by, and hears no answer.
    if (request.raw.socket.remoteAddress === undefined) return reply.hijack();
    const { matched } = await handler.handle(request, reply, {
      context: { portal, request: requestInfo(request, reply) },
    });
    if (!matched) await refuse(reply, 'not-found');
    return reply;
  };
  traverseContractProcedures({ router: portalContract, path: [] }, ({ contract, path }) => {
    const { method, path: url } = contract['~orpc'].route;
    if (method === undefined || url === undefined) throw new Error(`${path.join('.')} has no address`);
    server.route({
      method,
      url: url.replaceAll(/\{(\w+)\}/g, ':$1'),
      exposeHeadRoute: false,
      handler: answer,
    });
  });
}

function pathOf(request: FastifyRequest): string {
  return request.url.split('?', 1)[0] ?? '';
}

function requestInfo(request: FastifyRequest, reply: FastifyReply): RequestContext['request'] {
  const { dpop, authorization } = request.headers;
  return {
    id: request.id,
    log: request.log as Portal['log'],
    address: request.ip,
    network: countedNetwork(request.ip),
    method: request.method,
    path: pathOf(request),
    proof: typeof dpop === 'string' ? dpop : undefined,
    authorization,
    setHeader: (name, value) => {
      reply.header(name, value);
    },
    named: (operation) => {
      request.operation = operation;
    },
  };
}

function refuse(reply: FastifyReply, code: ErrorCode, data?: Parameters<typeof wireError>[1]) {
  const error = wireError(code, data);
  return reply.status(error.status).send(error.toJSON());
}

const codeOfStatus: Readonly<Record<number, ErrorCode>> = {
  413: 'request-too-large',
  415: 'media-type-unsupported',
  429: 'too-many-requests',
};

/** Faults that the HTTP library found: a body too large or not JSON, another content type. */
function codeOf(error: unknown): ErrorCode {
  const status = error instanceof Error && 'statusCode' in error ? Number(error.statusCode) : 500;
  const code = codeOfStatus[status];
  if (code !== undefined) return code;
  return status >= 400 && status < 500 ? 'invalid-input' : 'internal';
}

let dateSecond = 0;
let dateText = '';
/** RFC 9110, 5.6.7; formatted once per second. */
function httpDate(now: number): string {
  const second = Math.floor(now / 1000);
  if (second !== dateSecond) {
    dateSecond = second;
    dateText = new Date(second * 1000).toUTCString();
  }
  return dateText;
}

/** Pages get their scripts and styles from the portal alone, none inline, and appear in nobody's frame. */
function securityHeaders(https: boolean): HelmetOptions {
  return {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        'default-src': ["'none'"],
        'script-src': ["'self'"],
        'style-src': ["'self'"],
        'img-src': ["'self'", 'data:'],
        'connect-src': ["'self'"],
        'form-action': ["'self'"],
        'frame-ancestors': ["'none'"],
        'base-uri': ["'none'"],
        'require-trusted-types-for': ["'script'"],
      },
    },
    // A portal on this machine speaks http; saying otherwise would lock its other ports out.
    strictTransportSecurity: https ? { maxAge: 63_072_000, includeSubDomains: false } : false,
    referrerPolicy: { policy: 'no-referrer' },
    crossOriginEmbedderPolicy: false,
    // Mails in their frame have no origin, and could not follow.
    originAgentCluster: false,
    xFrameOptions: { action: 'deny' },
  };
}
