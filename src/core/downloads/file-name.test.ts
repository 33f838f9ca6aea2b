import { posix, win32 } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { safeFileName } from './file-name.ts';

test.each([
  ['viga-2026.1.exe', 'viga-2026.1.exe'],
  ['../../etc/passwd', '_.._etc_passwd'],
  ['C:\\Windows\\system32\\cmd.exe', 'C__Windows_system32_cmd.exe'],
  ['.bashrc', 'bashrc'],
  ['con', '_con'],
  ['LPT1.txt', '_LPT1.txt'],
  ['CONIN$', '_CONIN$'],
  ['con .txt', '_con .txt'],
  ['connector.exe', 'connector.exe'],
  [`${'a'.repeat(199)} b`, 'a'.repeat(199)],
  ['instalador.exe. ', 'instalador.exe'],
  ['photo\u202Egpj.exe', 'photogpj.exe'],
  ['a\0b\n.run', 'ab.run'],
  ['', '_'],
  ['...', '_'],
])('%j becomes %j', (given, safe) => {
  expect(safeFileName(given)).toBe(safe);
});

test('whatever a server says, one name comes out that stays in its folder on every system', () => {
  const anything = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 400 }),
    fc.string({ unit: 'grapheme', maxLength: 300 }),
  );
  fc.assert(
    fc.property(anything, (given) => {
      const name = safeFileName(given);
      expect(name.length).toBeGreaterThan(0);
      expect(name.length).toBeLessThanOrEqual(201);
      expect(posix.basename(name)).toBe(name);
      expect(win32.basename(name)).toBe(name);
      expect(name.startsWith('.')).toBe(false);
      expect(name).not.toMatch(/[\p{Cc}<>:"/\\|?*]|[. ]$/u);
      expect(safeFileName(name)).toBe(name);
    }),
  );
});
