import type { ErrorCode } from '../../contract/errors.ts';
import { passwordLength } from '../../domain/password-policy.ts';
import { texts } from '../texts.ts';
import { html } from './html.ts';
import type { PageContent, PageView } from './page.ts';
import { problemTexts } from './problems.ts';

const problems: ErrorCode[] = [
  'link-invalid',
  'link-expired',
  'password-too-short',
  'password-too-long',
  'password-common',
  'password-contextual',
  'too-many-requests',
  'unavailable',
  'internal',
  'network-offline',
];

const circle = html`<svg width="18" height="18" viewBox="0 0 18 18" aria-hidden="true" focusable="false"><circle class="open" cx="9" cy="9" r="6.5" fill="none" stroke="currentColor" stroke-width="1.5"/><g class="met"><circle cx="9" cy="9" r="7.25" fill="currentColor"/><path d="M5.8 9.2l2.2 2.2 4.2-4.6" fill="none" stroke-width="1.75" stroke-linecap="round" stroke-linejoin="round"/></g><g class="broken"><circle cx="9" cy="9" r="7.25" fill="currentColor"/><path d="M6.5 6.5l5 5m0-5l-5 5" stroke-width="1.75" stroke-linecap="round"/></g></svg>`;

/**
 * First and forgotten password (A4, A14, A18). The token is in the fragment, so the page itself is the same for everybody; its script
 * reads the link, and without one offers to mail it.
 */
export function setPasswordPage({ portal, language, say }: PageView): PageContent {
  const t = (key: string) => say(`setPassword.${key}`, { ...passwordLength });
  const rule = (name: string, key: string) =>
    html`<li id="rule-${name}" data-state="open">${circle}<span><span class="visually-hidden"><span class="open">${t('open')}</span><span class="met">${t('met')}</span><span class="broken">${t('broken')}</span> </span>${t(key)}</span></li>`;
  return {
    title: t('documentTitle'),
    narrow: true,
    script: {
      name: 'set-password.js',
      data: {
        texts: {
          ...texts('portal', language, 'setPassword'),
          emailProblem: texts('portal', language, 'emailProblem'),
          operator: portal.settings.operator,
        },
        problems: problemTexts(language, problems),
      },
    },
    body: html`<noscript><p class="notice error">${say('noScript')}</p></noscript>
<section class="card" data-view="reading">
<h1 tabindex="-1">${t('readingTitle')}</h1>
<p class="waiting" id="reading" role="status"><span class="spinner"></span>${t('reading')}</p>
<p class="notice error" id="reading-problem" role="alert" hidden></p>
<div class="actions"><button class="button wide" type="button" id="read-again" hidden>${t('readAgain')}</button></div>
</section>

<section class="card" data-view="form" hidden>
<h1 id="title" tabindex="-1">${t('titleReset')}</h1>
<p class="lead" id="lead"></p>
<dl class="who">
<dt>${t('name')}</dt><dd id="who-name"></dd>
<dt>${t('email')}</dt><dd id="who-email"></dd>
<dt>${t('account')}</dt><dd id="who-account"></dd>
</dl>
<form id="password-form" novalidate>
<input type="email" id="username" autocomplete="username" class="visually-hidden" tabindex="-1" aria-hidden="true" readonly>
<label for="password">${t('label')}</label>
<div class="with-button">
<input type="password" id="password" autocomplete="new-password" maxlength="1024" spellcheck="false" autocapitalize="off" aria-describedby="hint count refusal" required>
<button class="reveal" type="button" id="reveal" aria-pressed="false" aria-controls="password">${t('show')}</button>
</div>
<div class="meter" id="meter" aria-hidden="true">${Array.from({ length: passwordLength.minimum }, () => html`<span></span>`)}</div>
<p class="count" id="count" role="status"></p>
<p class="notice error" id="refusal" role="alert" hidden></p>
<p class="soft small hint" id="hint">${t('hint')}</p>
<h2 class="visually-hidden">${t('rules')}</h2>
<ul class="rules">${rule('length', 'ruleLength')}${rule('common', 'ruleCommon')}${rule('contextual', 'ruleContextual')}</ul>
<div class="actions"><button class="button wide" type="submit" id="save">${t('save')}</button></div>
</form>
</section>

<section class="card done" data-view="done" hidden>
<div class="sign"><svg width="32" height="32" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2.25" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true" focusable="false"><path d="M5 12.5l4.5 4.5L19 7.5"/></svg></div>
<h1 tabindex="-1">${t('doneTitle')}</h1>
<p class="lead">${t('doneBody')}</p>
</section>

<section class="card" data-view="request" hidden>
<h1 tabindex="-1">${t('requestTitle')}</h1>
<p class="notice error" id="link-problem" role="alert" hidden></p>
<p class="lead">${t('requestLead')}</p>
<form id="request-form" novalidate>
<label for="email">${t('requestEmail')}</label>
<input type="email" id="email" autocomplete="username" maxlength="254" spellcheck="false" autocapitalize="off" aria-describedby="request-problem" required>
<p class="notice error" id="request-problem" role="alert" hidden></p>
<div class="actions"><button class="button wide" type="submit" id="ask">${t('requestButton')}</button></div>
</form>
</section>

<section class="card" data-view="sent" hidden>
<h1 tabindex="-1">${t('sentTitle')}</h1>
<p class="lead" id="sent-to"></p>
<p class="notice">${t('spam')}</p>
<div class="actions"><a class="button plain" href="?lang=${language}">${t('again')}</a></div>
</section>`,
  };
}
