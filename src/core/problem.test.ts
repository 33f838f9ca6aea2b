import { expect, test } from 'vitest';
import { AldabaError } from '../contract/errors.ts';
import { asAldabaError, storageFault } from './problem.ts';

const fault = (facts: object) => Object.assign(new Error('refused'), facts);
const aside = '/home/ana/.local/share/aldaba/identity.json.1.tmp';

test.each([
  [fault({ code: 'ENOSPC' }), 'disk-full', undefined],
  [fault({ code: 'EDQUOT', path: aside }), 'disk-full', undefined],
  [fault({ code: 'ERR_SQLITE_ERROR', errcode: 13 }), 'disk-full', undefined],
  [
    fault({ code: 'EACCES', path: aside, syscall: 'open' }),
    'folder-not-writable',
    '/home/ana/.local/share/aldaba',
  ],
  [
    fault({ code: 'EROFS', path: aside, syscall: 'open' }),
    'folder-not-writable',
    '/home/ana/.local/share/aldaba',
  ],
  [fault({ code: 'EPERM', path: '/run/x', syscall: 'mkdir' }), 'folder-not-writable', '/run/x'],
  [fault({ code: 'EEXIST', path: '/run/x', syscall: 'mkdir' }), 'folder-not-writable', '/run/x'],
  [fault({ code: 'EEXIST', path: '/run/x', syscall: 'open' }), 'internal', undefined],
  [fault({ code: 'EACCES', path: 'xdg-open', syscall: 'spawn xdg-open' }), 'internal', undefined],
  [fault({ code: 'EACCES', syscall: 'connect', address: '10.0.0.1' }), 'internal', undefined],
  [fault({ code: 'ERR_SQLITE_ERROR', errcode: 1 }), 'internal', undefined],
  [new DOMException('', 'AbortError'), 'cancelled', undefined],
  [new AldabaError('no-seat-free'), 'no-seat-free', undefined],
])('%o is %s', (error, code, file) => {
  const problem = asAldabaError(error);
  expect([problem.code, problem.data?.file]).toEqual([code, file]);
});

test('SQLite does not say which file it could not write to: who asked for it does', () => {
  // SQLITE_READONLY_DIRECTORY and SQLITE_CANTOPEN.
  for (const errcode of [8 | (6 << 8), 14])
    expect(storageFault(fault({ errcode }), '/home/ana/run/locks/a.lock')?.data).toEqual({
      file: '/home/ana/run/locks',
    });
});
