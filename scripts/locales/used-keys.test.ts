import { describe, expect, test } from 'vitest';
import { isKnown, usedKeys } from './used-keys.ts';

const keys = (source: string) => usedKeys('a.tsx', source).map(({ key, whole }) => (whole ? key : `${key}…`));

test.each([
  [`t('a.b')`, ['a.b']],
  [`i18n.t("a.b", { count })`, ['a.b']],
  ['t(`a.b`)', ['a.b']],
  ['t(`errors.${code}.title`)', ['errors.…']],
  [`t(on ? 'a' : 'b')`, ['a', 'b']],
  [`t(['a', 'b'])`, ['a', 'b']],
  [`t('a' as const)`, ['a']],
  [`t(key)`, []],
  [`const x = <Trans i18nKey="a.b" />`, ['a.b']],
  [`const x = <Trans i18nKey={open ? 'a' : 'b'}>x</Trans>`, ['a', 'b']],
  [`const x = <Text i18nKey="a.b" />`, []],
  [`// t('a')\nformat('t("b")')`, []],
  [
    `const { t } = useTranslation('x', { keyPrefix: 'people' }); t('title'); t('app:name')`,
    ['people.title', 'app:name'],
  ],
])('%s asks for %j', (source, expected) => {
  expect(keys(source)).toEqual(expected);
});

test('says on which line', () => {
  expect(usedKeys('a.tsx', `const ñ = 1;\n\n  t('a')`)).toMatchObject([{ line: 3 }]);
});

describe('isKnown', () => {
  const ids = ['app:title', 'people:list.title', 'people:errors.a.title'];
  const known = (source: string) => usedKeys('a.tsx', source).map((key) => isKnown(key, ids));

  test.each([
    [`t('title')`, true],
    [`t('list.title')`, true],
    [`t('list')`, false],
    [`t('people:list.title')`, true],
    [`t('app:list.title')`, false],
    ['t(`errors.${code}.title`)', true],
    ['t(`error.${code}.title`)', false],
    [`useTranslation('app'); t('list.title')`, false],
    [`useTranslation(['app', 'people']); t('list.title')`, true],
  ])('%s: %s', (source, expected) => {
    expect(known(source)).toEqual([expected]);
  });
});
