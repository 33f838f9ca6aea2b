import type { FastifyReply, FastifyRequest } from 'fastify';
import { type Language, languageSchema, languages } from '../../contract/primitives.ts';
import type { Portal } from '../context.ts';
import { preferredLanguage, text } from '../texts.ts';
import { type AssetName, assetPath } from './assets.ts';
import { type Html, html, jsonBlock } from './html.ts';

/** What a page is rendered for. */
export interface PageView {
  readonly portal: Portal;
  readonly language: Language;
  /** Path of the page, for the links to the other languages. */
  readonly path: string;
  /** Sentence of the namespace `portal`. */
  say(key: string, values?: Record<string, string | number>): string;
}

export interface PageContent {
  readonly title: string;
  readonly body: Html;
  readonly narrow?: boolean;
  /** Name of the page's script, and what it is told. */
  readonly script?: { readonly name: AssetName; readonly data: unknown };
}

const languageNames: Readonly<Record<Language, string>> = { es: 'Español', en: 'English', pt: 'Português' };

/** The knocker: boss, and the ring that passes behind it. */
const mark = html`<svg width="26" height="26" viewBox="0 0 24 24" aria-hidden="true" focusable="false"><mask id="m"><path fill="#fff" d="M0 0h24v24H0z"/><circle cx="12" cy="5.1" r="4.5"/></mask><g fill="currentColor"><path mask="url(#m)" fill-rule="evenodd" d="M12 5.4a8.6 8.6 0 1 1 0 17.2a8.6 8.6 0 1 1 0-17.2zM12 6.9a6.2 6.2 0 1 0 0 12.4a6.2 6.2 0 1 0 0-12.4z"/><circle cx="12" cy="5.1" r="3.3"/></g></svg>`;

/** The language asked for by the address, else by the browser. */
export function viewOf(portal: Portal, request: FastifyRequest): PageView {
  const asked = languageSchema.safeParse((request.query as Record<string, unknown>).lang);
  const language = asked.success ? asked.data : preferredLanguage(request.headers['accept-language']);
  return {
    portal,
    language,
    path: (request.url.split('?', 1)[0] ?? '/').slice(1),
    say: (key, values) => text('portal', language, key, values),
  };
}

/** Sends a whole page. Addresses in it are relative to the portal's own, so that it works below a path as well. */
export function sendPage(reply: FastifyReply, view: PageView, content: PageContent): FastifyReply {
  const { portal, language, say } = view;
  const { operator, supportEmail } = portal.settings;
  const depth = view.path.split('/').length - 1;
  const base = '../'.repeat(depth) || './';
  const page = html`<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<title>${content.title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<link rel="icon" href="data:image/svg+xml,${encodeURIComponent(icon)}">
<link rel="stylesheet" href="${base}${assetPath('portal.css')}">
${content.script ? html`<script type="module" src="${base}${assetPath(content.script.name)}"></script>` : null}
</head>
<body data-base="${base}">
<a class="skip" href="#content">${say('skip')}</a>
<header class="bar"><div class="bar-inner">
<a class="brand" href="${base}?lang=${language}">${mark}<span>${operator}</span></a>
<nav class="languages" aria-label="${say('language')}">${languages.map(
    (other) =>
      html`<a href="?lang=${other}" lang="${other}" hreflang="${other}"${other === language ? html` aria-current="true"` : null}>${languageNames[other]}</a>`,
  )}</nav>
</div></header>
<main id="content" tabindex="-1"${content.narrow ? html` class="narrow"` : null}>
${content.body}
</main>
<footer class="foot"><div class="foot-inner"><span>${say('privacy')}</span>${
    supportEmail === undefined
      ? null
      : html`<a href="mailto:${supportEmail}">${say('support', { email: supportEmail })}</a>`
  }</div></footer>
${content.script ? jsonBlock('data', content.script.data) : null}
</body>
</html>
`;
  return reply.type('text/html; charset=utf-8').header('content-language', language).send(page.text);
}

const icon =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24"><rect width="24" height="24" rx="5" fill="#1f262c"/><g fill="#d6a956"><path fill-rule="evenodd" d="M12 8a6.4 6.4 0 1 1 0 12.8a6.4 6.4 0 1 1 0-12.8zM12 9.4a4.6 4.6 0 1 0 0 9.2a4.6 4.6 0 1 0 0-9.2z"/><circle cx="12" cy="6.9" r="2.9"/></g></svg>';
