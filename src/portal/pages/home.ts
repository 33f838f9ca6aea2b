import { html } from './html.ts';
import type { PageContent, PageView } from './page.ts';

const icon = (path: string) =>
  html`<svg width="28" height="28" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.75" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true" focusable="false"><path d="${path}"/></svg>`;
const icons = {
  password: icon('M7 14.5a3.5 3.5 0 1 1 3.2-4.9H21v3h-2v3h-3v-3h-5.8A3.5 3.5 0 0 1 7 14.5zM7 11h.01'),
  offline: icon('M5 4h9l5 5v11H5zM14 4v5h5M9 14l2 2 4-4'),
  reference: icon('M8 7l-5 5 5 5M16 7l5 5-5 5M13.5 5l-3 14'),
  outbox: icon('M3 6h18v12H3zM3 7l9 6 9-6'),
};

/** The portal's front door: where people go who came by the address alone. */
export function homePage({ portal, language, say }: PageView, showsOutbox: boolean): PageContent {
  const tile = (name: keyof typeof icons, path: string, title: string, body: string) =>
    html`<a class="tile" href="${path}?lang=${language}">${icons[name]}<strong>${title}</strong><span class="soft">${body}</span></a>`;
  return {
    title: say('welcome.documentTitle', { operator: portal.settings.operator }),
    body: html`<h1>${say('welcome.title')}</h1>
<p class="lead">${say('welcome.lead')}</p>
<div class="tiles">
${tile('password', 'set-password', say('welcome.passwordTitle'), say('welcome.passwordBody'))}
${tile('offline', 'offline', say('welcome.offlineTitle'), say('welcome.offlineBody'))}
${tile('reference', 'reference', say('welcome.referenceTitle'), say('welcome.referenceBody'))}
${showsOutbox ? tile('outbox', 'outbox', say('welcome.outboxTitle'), say('welcome.outboxBody')) : null}
</div>`,
  };
}
