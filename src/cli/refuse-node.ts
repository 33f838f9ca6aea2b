import process from 'node:process';
import type { Writable } from 'node:stream';
import { createTranslate, languageOf } from '../core/shell/texts.ts';
import { exitCodes } from './exit-codes.ts';
import { loadTexts } from './texts.ts';

/** Says which Node is needed. It runs on older ones: nothing but texts is loaded for it. */
export async function refuseNode(
  environment: Readonly<Record<string, string | undefined>>,
  stderr: Writable,
  needed: number,
): Promise<number> {
  const { ALDABA_LANGUAGE, LC_ALL, LC_MESSAGES, LANG } = environment;
  const language = languageOf(ALDABA_LANGUAGE, LC_ALL, LC_MESSAGES, LANG);
  const t = createTranslate(language, await loadTexts(language));
  stderr.write(`${t('usage.oldNode', { needed, version: process.versions.node })}\n`);
  return exitCodes.usage;
}
