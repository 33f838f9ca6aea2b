import type { ErrorCode } from '../../contract/errors.ts';
import { texts } from '../texts.ts';
import { html } from './html.ts';
import type { PageContent, PageView } from './page.ts';
import { problemTexts } from './problems.ts';

const problems: ErrorCode[] = [
  'request-file-invalid',
  'key-invalid',
  'key-exhausted',
  'rebind-limit',
  'too-many-requests',
  'unavailable',
  'internal',
  'network-offline',
];

const tick = html`<svg width="32" height="32" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2.25" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true" focusable="false"><path d="M5 12.5l4.5 4.5L19 7.5"/></svg>`;

/**
 * What a machine without network sends: a request file, answered with a license file, or the receipt of a license that it gave back,
 * its own or borrowed.
 * Nobody signs in; what the device signed is its own proof.
 */
export function offlinePage({ language, say }: PageView): PageContent {
  const t = (key: string) => say(`offline.${key}`);
  const receiptProblem = (key: 'receiptInvalid' | 'receiptUnknown') =>
    texts('portal', language, `offline.${key}`);
  return {
    title: t('documentTitle'),
    narrow: true,
    script: {
      name: 'offline.js',
      data: {
        texts: texts('portal', language, 'offline'),
        problems: problemTexts(language, problems),
        receiptProblems: {
          'request-file-invalid': receiptProblem('receiptInvalid'),
          'not-found': receiptProblem('receiptUnknown'),
        },
      },
    },
    body: html`<noscript><p class="notice error">${say('noScript')}</p></noscript>
<section class="card" data-view="form">
<h1 tabindex="-1">${t('title')}</h1>
<p class="lead">${t('lead')}</p>
<ol class="steps"><li><span>${t('step1')}</span></li><li><span>${t('step2')}</span></li><li><span>${t('step3')}</span></li></ol>
<p class="soft">${t('giveBack')}</p>
<form id="request-form" novalidate>
<label for="file">${t('label')}</label>
<div class="drop" id="drop">
<button class="button plain" type="button" id="pick">${t('pick')}</button>
<span class="soft small">${t('drop')}<br><span id="chosen" role="status">${t('none')}</span></span>
<input class="visually-hidden" type="file" id="file" tabindex="-1" accept=".txt,.pem,.aldaba-request,.aldaba-receipt,text/plain">
</div>
<p class="or"><label for="request">${t('paste')}</label></p>
<textarea id="request" spellcheck="false" autocapitalize="off" maxlength="131072" placeholder="${t('placeholder')}" aria-describedby="refusal"></textarea>
<p class="notice error" id="refusal" role="alert" hidden></p>
<div class="actions"><button class="button wide" type="submit" id="send">${t('send')}</button></div>
</form>
</section>

<section class="card done" data-view="done" hidden>
<div class="sign">${tick}</div>
<h1 tabindex="-1">${t('doneTitle')}</h1>
<p class="lead">${t('doneBody')}</p>
<dl class="who">
<dt>${t('device')}</dt><dd id="device"></dd>
<dt>${t('product')}</dt><dd id="product"></dd>
<dt>${t('expires')}</dt><dd id="expires"></dd>
<dt>${t('file')}</dt><dd id="file-name"></dd>
</dl>
<div class="actions"><a class="button wide" id="download">${t('download')}</a><button class="button plain wide" type="button" id="another">${t('another')}</button></div>
</section>

<section class="card done" data-view="returned" hidden>
<div class="sign">${tick}</div>
<h1 tabindex="-1">${t('returnedTitle')}</h1>
<p class="lead">${t('returnedBody')}</p>
<div class="actions"><button class="button plain wide" type="button" id="more">${t('more')}</button></div>
</section>`,
  };
}
