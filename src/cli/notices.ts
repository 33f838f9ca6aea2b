import { basename } from 'node:path';
import type { AppState } from '../contract/client/state.ts';
import type { ErrorCode } from '../contract/errors.ts';
import { variableOf } from '../contract/setting-values.ts';
import type { SettingsStore } from '../core/ports/settings.ts';
import { allowedFor } from './allowed-for.ts';
import type { Context } from './context.ts';
import { loadErrorTexts } from './texts.ts';

type Notice = AppState['notices'][number];

interface About {
  readonly code: ErrorCode;
  readonly file?: string | null | undefined;
  readonly field?: string | null | undefined;
}

/** A notice for a script. */
export function noticeFacts({ code, level, at, data }: Notice) {
  return {
    code,
    level,
    at,
    file: data?.file ?? null,
    field: data?.field ?? null,
    product: data?.product ?? null,
  };
}

/** What a notice or refusal is about: a setting, as it is written where it comes from, with what it may be, and a file. */
export function aboutLines(t: Context['t'], { code, file, field }: About): string[] {
  return [...(field ? [settingLine(t, code, field)] : []), ...(file ? [t('notices.file', { file })] : [])];
}

function settingLine(t: Context['t'], code: ErrorCode, field: string): string {
  const name =
    code === 'variable-invalid'
      ? t('notices.variable', { variable: variableOf(field) })
      : t('notices.setting', { field: code === 'option-invalid' ? `--set ${field}` : field });
  const values = allowedFor(field, t).join(', ');
  return values === '' ? name : `${name}. ${t('notices.values', { values })}`;
}

/** What happened, what it means, what to do, and the file that it is about; each code once. */
export async function noticeSentences(
  { t, language }: Context,
  notices: readonly About[],
): Promise<string[]> {
  if (notices.length === 0) return [];
  const texts = await loadErrorTexts(language);
  return [...Map.groupBy(notices, ({ code }) => code)].map(([code, alike]) => {
    const { title, means, next } = texts[code];
    const about = alike.flatMap((notice) => aboutLines(t, notice));
    return [`\n${title}`, ...[means, next, ...new Set(about)].map((line) => `  ${line}`)].join('\n');
  });
}

/** On standard error, when this very command met a broken settings file: a later one finds a good file, and only `status` and `doctor` tell. */
export function tellKeptAside({ t, stderr }: Context, { recoveredFrom }: SettingsStore): void {
  if (recoveredFrom !== null)
    stderr.write(
      `${t('notices.keptAside', { name: basename(recoveredFrom).replace(/\.corrupt-.*$/, '.json'), file: recoveredFrom })}\n`,
    );
}
