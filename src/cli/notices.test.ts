import { expect, test } from 'vitest';
import type { ErrorCode } from '../contract/errors.ts';
import { createTranslate } from '../core/shell/texts.ts';
import type { Context } from './context.ts';
import { noticeSentences } from './notices.ts';
import { loadTexts } from './texts.ts';

async function told(...notices: { code: ErrorCode; file?: string; field?: string }[]): Promise<string> {
  const t = createTranslate('es', await loadTexts('es'));
  return (await noticeSentences({ t, language: 'es' } as Context, notices)).join('\n');
}

test('a variable that is wrong is named as it is written, as ignored, with what it may be', async () => {
  const text = await told(
    { code: 'variable-invalid', field: 'mode' },
    { code: 'variable-invalid', field: 'extraCaFile' },
  );
  expect(text).toContain('Una variable de entorno tiene un valor que no vale\n  Aldaba la ignoró');
  expect(text).toContain(
    '  Variable: ALDABA_MODE. Valores posibles: cloud-signin, cloud-key, standalone\n  Variable: ALDABA_EXTRA_CA_FILE',
  );
  expect(text).not.toContain('dañada');
  expect(text).not.toContain('copia');
});

test('so is a setting of the policy file, and of the person’s own', async () => {
  const policy = await told({ code: 'policy-invalid', file: '/etc/aldaba/policy.json', field: 'portal' });
  expect(policy).toContain('Ajuste: portal. Valores posibles: una dirección que empiece por https://');
  expect(policy).toContain('Archivo: /etc/aldaba/policy.json');
  expect(policy).not.toContain('copia');
  const own = await told({ code: 'settings-corrupt', file: '/home/settings.corrupt-1.json', field: 'theme' });
  expect(own).toContain('Ajuste: theme. Valores posibles: system, light, dark');
  expect(own).toContain('copia aparte');
  expect(await told({ code: 'option-invalid', field: 'language' })).toContain(
    'Ajuste: --set language. Valores',
  );
});
