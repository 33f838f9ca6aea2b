import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type ErrorCode, errorStatus } from '../../contract/errors.ts';
import type { Portal } from '../context.ts';
import { assetRoutes } from './assets.ts';
import { homePage } from './home.ts';
import { html } from './html.ts';
import { offlinePage } from './offline.ts';
import { openApiDocument } from './open-api.ts';
import { mayReadOutbox, outboxRoutes } from './outbox.ts';
import { sendPage, viewOf } from './page.ts';
import { problemText } from './problems.ts';
import { referencePage } from './reference.ts';
import { setPasswordPage } from './set-password.ts';

/** The pages that people open in a browser, and the API's document. */
export function pageRoutes(server: FastifyInstance, portal: Portal): void {
  assetRoutes(server);
  outboxRoutes(server, portal);

  let document: ReturnType<typeof openApiDocument> | undefined;
  const openApi = () => {
    document ??= openApiDocument(portal.url);
    return document;
  };

  server.get('/', async (request, reply) => {
    const view = viewOf(portal, request);
    return sendPage(reply, view, homePage(view, mayReadOutbox(portal, request)));
  });
  server.get('/set-password', async (request, reply) => {
    const view = viewOf(portal, request);
    return sendPage(reply, view, setPasswordPage(view));
  });
  server.get('/offline', async (request, reply) => {
    const view = viewOf(portal, request);
    return sendPage(reply, view, offlinePage(view));
  });
  let json: Promise<Buffer> | undefined;
  server.get('/v1/openapi.json', async (_request, reply) => {
    // Written once, and one piece of memory however many wait for it.
    json ??= openApi().then((written) => Buffer.from(JSON.stringify(written)));
    return reply.type('application/json; charset=utf-8').send(await json);
  });
  server.get('/reference', async (request, reply) => {
    const view = viewOf(portal, request);
    return sendPage(reply, view, referencePage(view, await openApi()));
  });
}

/** Somebody followed an old link, or opened an address that is for programs: a page instead of JSON. */
export function refusalPage(
  portal: Portal,
  code: ErrorCode,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const view = viewOf(portal, request);
  const { title, means, next } = problemText(view.language, code);
  const home = `${'../'.repeat(view.path.split('/').length - 1) || './'}?lang=${view.language}`;
  return sendPage(reply.status(errorStatus[code]), view, {
    title,
    narrow: true,
    body: html`<section class="card"><h1>${title}</h1><p class="lead">${means}</p><p>${next}</p><div class="actions"><a class="button plain" href="${home}">${view.say('home')}</a></div></section>`,
  });
}
