import { desc, eq } from 'drizzle-orm';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { idSchema } from '../../contract/primitives.ts';
import type { Portal } from '../context.ts';
import { mail } from '../db/schema.ts';
import { renderMail, type StoredMail } from '../mail/render.ts';
import type { MailData, MailTemplate } from '../mail/templates.ts';
import { formatInstant } from '../texts.ts';
import { html } from './html.ts';
import { type PageView, sendPage, viewOf } from './page.ts';

type MailRow = typeof mail.$inferSelect;

/** The outbox shows links that set passwords: to this machine alone, and not to a page of another name that resolves to it. */
export function mayReadOutbox(portal: Portal, request: FastifyRequest): boolean {
  if (!portal.settings.outboxPage) return false;
  const near = request.ip === '127.0.0.1' || request.ip === '::1' || request.ip === '::ffff:127.0.0.1';
  return near && portal.origins.includes(`http://${request.headers.host}`);
}

/**
 * Mails of an embedded portal, newest first: `/outbox` for people, `/outbox.json` for scripts. Rendered from the rows, because their
 * links are stored nowhere.
 */
export function outboxRoutes(server: FastifyInstance, portal: Portal): void {
  if (!portal.settings.outboxPage) return;
  const { queries } = portal.database;
  const newest = () => queries.select().from(mail).orderBy(desc(mail.createdAt), desc(mail.id)).limit(200);

  async function find(request: FastifyRequest): Promise<MailRow | undefined> {
    const id = idSchema.safeParse((request.params as { id?: string }).id);
    if (!id.success) return undefined;
    const [row] = await queries.select().from(mail).where(eq(mail.id, id.data));
    return row;
  }

  server.get('/outbox', async (request, reply) => {
    if (!mayReadOutbox(portal, request)) return reply.callNotFound();
    const view = viewOf(portal, request);
    return sendPage(reply, view, {
      title: view.say('outbox.documentTitle'),
      body: list(view, await newest()),
    });
  });

  server.get('/outbox.json', async (request, reply) => {
    if (!mayReadOutbox(portal, request)) return reply.callNotFound();
    return {
      mails: (await newest()).map((row) => {
        const { to, subject, text } = renderMail(portal, stored(row));
        return {
          id: row.id,
          to,
          subject,
          text,
          link: linkIn(text),
          createdAt: row.createdAt,
          sentAt: row.sentAt,
        };
      }),
    };
  });

  server.get('/outbox/:id', async (request, reply) => {
    const row = mayReadOutbox(portal, request) ? await find(request) : undefined;
    if (row === undefined) return reply.callNotFound();
    const view = viewOf(portal, request);
    reply.header(
      'content-security-policy',
      `${String(reply.getHeader('content-security-policy'))};frame-src 'self'`,
    );
    return sendPage(reply, view, { title: view.say('outbox.documentTitle'), body: detail(view, row) });
  });

  // The mail as its reader sees it, in a frame without scripts, forms or an origin.
  server.get('/outbox/:id/html', async (request, reply) => {
    const row = mayReadOutbox(portal, request) ? await find(request) : undefined;
    if (row === undefined) return reply.callNotFound();
    return framed(reply).send(
      renderMail(portal, stored(row)).html.replace('<head>', '<head><base target="_blank">'),
    );
  });
}

function framed(reply: FastifyReply): FastifyReply {
  return reply
    .type('text/html; charset=utf-8')
    .header('x-frame-options', 'SAMEORIGIN')
    .header(
      'content-security-policy',
      "default-src 'none';style-src 'unsafe-inline';img-src data:;frame-ancestors 'self';sandbox allow-popups allow-popups-to-escape-sandbox",
    );
}

function stored(row: MailRow): StoredMail {
  return { ...row, template: row.template as MailTemplate, data: row.data as MailData[MailTemplate] };
}

function linkIn(text: string): string | null {
  return /https?:\/\/\S+/.exec(text)?.[0] ?? null;
}

function list({ portal, language, say }: PageView, rows: readonly MailRow[]) {
  return html`<h1>${say('outbox.title')}</h1>
<p class="lead">${say('outbox.lead')}</p>
${
  rows.length === 0
    ? html`<p class="empty">${say('outbox.empty')}</p>`
    : html`<ul class="mails">${rows.map((row) => {
        const { to, subject } = renderMail(portal, stored(row));
        const state = row.sentAt !== null ? 'sent' : row.failedAt !== null ? 'failed' : 'waiting';
        return html`<li><a href="outbox/${row.id}?lang=${language}"><span class="subject">${subject}</span><time datetime="${row.createdAt.toISOString()}">${formatInstant(row.createdAt.toISOString(), language)}</time><span class="to">${to}</span><span class="state"${state === 'failed' ? html` data-bad` : null}>${say(`outbox.${state}`)}</span></a></li>`;
      })}</ul>`
}`;
}

function detail({ portal, language, say }: PageView, row: MailRow) {
  const { to, from, subject, text } = renderMail(portal, stored(row));
  const link = linkIn(text);
  return html`<p class="back"><a href="../outbox?lang=${language}">${say('outbox.back')}</a></p>
<h1>${subject}</h1>
<dl class="who">
<dt>${say('outbox.to')}</dt><dd>${to}</dd>
<dt>${say('outbox.from')}</dt><dd>${from}</dd>
<dt>${say('outbox.date')}</dt><dd>${formatInstant(row.createdAt.toISOString(), language)}</dd>
</dl>
${link === null ? null : html`<div class="actions"><a class="button" href="${link}">${say('outbox.openLink')}</a></div>`}
<iframe class="mail-frame" src="${row.id}/html" title="${say('outbox.content')}" sandbox="allow-popups allow-popups-to-escape-sandbox"></iframe>`;
}
