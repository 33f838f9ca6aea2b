import { expect, test } from 'vitest';
import { withoutHome } from './without-home.ts';

test.each([
  ['/home/ana/.config/aldaba/settings.json', '/home/ana', '~/.config/aldaba/settings.json'],
  ['/home/ana', '/home/ana/', '~'],
  ['/home/anabel/x /home/ana.old /home/ana-b', '/home/ana', '/home/anabel/x /home/ana.old /home/ana-b'],
  ['{"file":"C:\\\\Users\\\\Ana (1)\\\\x"}', 'C:\\Users\\Ana (1)', '{"file":"~\\\\x"}'],
  ['C:\\Users\\Ana (1)\\x', 'C:\\Users\\Ana (1)', '~\\x'],
  ['/opt/aldaba', '/', '/opt/aldaba'],
])('%s with the home %s', (text, home, expected) => {
  expect(withoutHome(text, home)).toBe(expected);
});
