import { byId, call, explain, fill, isBusy, pageData, setBusy, show } from './page.js';
import { checkPassword, normalizePassword, passwordLength } from './password-policy.js';

const { texts, problems } = pageData();
const token = /^#token=([A-Za-z0-9_-]+)$/.exec(location.hash)?.[1];

const form = byId('password-form');
const field = byId('password');
const reveal = byId('reveal');
const meter = byId('meter');
const count = byId('count');
const refusal = byId('refusal');
const save = byId('save');
const request = byId('request-form');
const email = byId('email');
const ask = byId('ask');
const readAgain = byId('read-again');

/** What the policy knows of the person; empty until the link was read. */
let context = { email: '', words: [] };

function problem(code) {
  return problems[code] ?? problems.internal;
}

/** @param {string} rule @param {'open' | 'met' | 'broken'} state */
function setRule(rule, state) {
  byId(`rule-${rule}`).dataset.state = state;
}

/** Shows how far the password is from the least, and which of the rules it keeps. */
function judge() {
  const length = [...normalizePassword(field.value)].length;
  const { minimum, maximum } = passwordLength;
  for (const [index, part] of [...meter.children].entries()) part.toggleAttribute('data-on', length > index);
  meter.toggleAttribute('data-enough', length >= minimum);
  count.textContent = fill(length > maximum ? texts.tooLong : length < minimum ? texts.count : texts.enough, {
    length,
    minimum,
    maximum,
  });
  const enough = length >= minimum && length <= maximum;
  const verdict = enough ? checkPassword(field.value, context) : null;
  setRule('length', length > maximum ? 'broken' : enough ? 'met' : 'open');
  setRule('common', verdict === 'password-common' ? 'broken' : enough ? 'met' : 'open');
  setRule('contextual', verdict === 'password-contextual' ? 'broken' : enough ? 'met' : 'open');
}

/** The rule that a refusal is about. What leaked the portal alone knows, so a rule that was met here may be broken there. */
const ruleOf = {
  'password-too-short': 'length',
  'password-too-long': 'length',
  'password-common': 'common',
  'password-contextual': 'contextual',
};

function refuse(code, data) {
  const rule = ruleOf[code];
  if (rule !== undefined) setRule(rule, 'broken');
  field.setAttribute('aria-invalid', String(code !== null));
  explain(refusal, code === null ? undefined : problem(code), data);
}

field.addEventListener('input', () => {
  refuse(null);
  judge();
});

reveal.addEventListener('click', () => {
  const shown = field.type === 'password';
  field.type = shown ? 'text' : 'password';
  reveal.textContent = shown ? texts.hide : texts.show;
  reveal.setAttribute('aria-pressed', String(shown));
  field.focus();
});

form.addEventListener('submit', async (event) => {
  event.preventDefault();
  if (isBusy(save)) return;
  const verdict = checkPassword(field.value, context);
  if (verdict !== null) {
    refuse(verdict);
    field.focus();
    return;
  }
  setBusy(save, true);
  const answer = await call('v1/passwords', { token, password: field.value });
  setBusy(save, false);
  if (answer.ok) {
    field.value = '';
    // The link is used up; nothing of it stays in the address.
    history.replaceState(null, '', location.pathname + location.search);
    show('done');
  } else if (answer.code === 'link-invalid' || answer.code === 'link-expired') offerAnother(answer.code);
  else {
    refuse(answer.code, answer.data);
    field.focus();
  }
});

function offerAnother(code) {
  explain(byId('link-problem'), code === null ? undefined : problem(code));
  show('request');
}

request.addEventListener('submit', async (event) => {
  event.preventDefault();
  if (isBusy(ask)) return;
  const failed = byId('request-problem');
  explain(failed, undefined);
  setBusy(ask, true);
  const answer = await call('v1/passwords/links', {
    email: email.value.trim(),
    language: document.documentElement.lang,
  });
  setBusy(ask, false);
  email.setAttribute('aria-invalid', String(!answer.ok && answer.code === 'invalid-input'));
  if (answer.ok) {
    byId('sent-to').textContent = fill(texts.sentTo, { email: email.value.trim() });
    show('sent');
  } else {
    const known = answer.code === 'invalid-input' ? texts.emailProblem : problem(answer.code);
    explain(failed, known, answer.data);
    email.focus();
  }
});

/** @param {{ code: string, data: any } | undefined} failure */
function showReading(failure) {
  byId('reading').hidden = failure !== undefined;
  explain(byId('reading-problem'), failure && problem(failure.code), failure?.data);
  readAgain.hidden = failure === undefined;
}

async function begin() {
  if (token === undefined) return offerAnother(location.hash === '' ? null : 'link-invalid');
  showReading(undefined);
  const answer = await call('v1/passwords/links/read', { token });
  if (!answer.ok) {
    if (answer.code === 'link-invalid' || answer.code === 'link-expired') return offerAnother(answer.code);
    showReading(answer);
    readAgain.focus();
    return;
  }
  const link = answer.body;
  context = { email: link.email, words: [link.name, link.accountName, texts.operator] };
  byId('who-name').textContent = link.name;
  byId('who-email').textContent = link.email;
  byId('who-account').textContent = link.accountName;
  byId('username').value = link.email;
  byId('title').textContent = link.purpose === 'activate' ? texts.titleActivate : texts.titleReset;
  byId('lead').textContent = link.purpose === 'activate' ? texts.leadActivate : texts.leadReset;
  judge();
  show('form');
  field.focus();
}

readAgain.addEventListener('click', begin);
await begin();
