import { readFileSync } from 'node:fs';
import type { Language } from '../../contract/primitives.ts';
import type { Portal } from '../context.ts';
import { linkToken } from '../services/links.ts';
import { escapeHtml, formatInstant, text } from '../texts.ts';
import type { MailData, MailTemplate } from './templates.ts';
import type { OutgoingMail } from './transport.ts';

const folder = new URL('../../../resources/email/', import.meta.url);
const layout = readFileSync(new URL('layout.html', folder), 'utf8');
const actionLayout = readFileSync(new URL('action.html', folder), 'utf8');

export interface StoredMail {
  id: string;
  recipient: string;
  template: MailTemplate;
  language: Language;
  data: MailData[MailTemplate];
}

/** Puts escaped values into a template; a template names nothing else. */
function fill(
  template: string,
  values: Readonly<Record<string, string>>,
  raw: Readonly<Record<string, string>> = {},
) {
  return template.replace(/\{\{(\w+)\}\}/g, (_, name: string) => raw[name] ?? escapeHtml(values[name] ?? ''));
}

/** The mail as it goes out. The same row gives the same mail, link included, however often it is rendered. */
export function renderMail(portal: Portal, mail: StoredMail): OutgoingMail {
  const { settings } = portal;
  const { language, template, data } = mail;
  const link = 'linkId' in data ? passwordAddress(portal, data.linkId, language) : null;
  const instant = 'expiresAt' in data ? data.expiresAt : data.at;
  const values = {
    name: withoutAddresses(data.name),
    accountName: data.accountName,
    operator: settings.operator,
    email: settings.supportEmail ?? '',
    date: formatInstant(instant, language),
    passwordPage: `${portal.url}/set-password?lang=${language}`,
  };
  const say = (key: string) => text('mail', language, key, values);
  const parts = {
    language,
    link: link ?? '',
    operator: settings.operator,
    subject: say(`${template}.subject`),
    preview: say(`${template}.preview`),
    title: say(`${template}.title`),
    greeting: say('greeting'),
    body: say(`${template}.body`),
    ignore: say(`${template}.ignore`),
    why: say('why'),
    validity: say('validity'),
    fallback: say('fallback'),
    button: link === null ? '' : say(`${template}.button`),
  };
  const support = settings.supportEmail === undefined ? '' : say('support');
  return {
    messageId: `<${mail.id}@${new URL(portal.url).hostname}>`,
    from: settings.mailFrom,
    to: mail.recipient,
    subject: parts.subject,
    language,
    text: [
      parts.greeting,
      parts.body,
      ...(link === null ? [] : [`${parts.button}:\n${link}`, parts.validity]),
      parts.ignore,
      `--\n${[parts.why, support].filter((line) => line !== '').join('\n')}`,
    ].join('\n\n'),
    html: fill(layout, parts, {
      action: link === null ? '' : fill(actionLayout, parts),
      support: support === '' ? '' : `<br>${escapeHtml(support)}`,
    }),
  };
}

/**
 * A name so that no mailbox makes a link of it: a company's administrator writes it, and whoever gets the mail trusts who sent it.
 * `Ana https://x.example` reads `Ana https:// x. example`.
 */
function withoutAddresses(name: string): string {
  return name.replace(/[./:@]+(?=\S)/g, '$& ');
}

/** The token is in the fragment, which browsers keep to themselves: it reaches neither logs nor proxies. */
export function passwordAddress(portal: Portal, linkId: string, language: Language): string {
  return `${portal.url}/set-password?lang=${language}#token=${linkToken(portal.keys, linkId)}`;
}
