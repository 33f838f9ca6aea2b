import { expect, test } from 'vitest';
import { createDesktop } from './desktop.ts';

const on = (platform: NodeJS.Platform, environment = {}, fails = false) => {
  const started: string[][] = [];
  const desktop = createDesktop(platform, environment, async (program, args) => {
    if (fails) throw new Error('ENOENT');
    started.push([program, ...args]);
  });
  return { desktop, started };
};

test.each([
  ['linux', { DISPLAY: ':0' }, ['xdg-open', '/a/b.run'], ['xdg-open', '/a']],
  ['linux', { WAYLAND_DISPLAY: 'w' }, ['xdg-open', '/a/b.run'], ['xdg-open', '/a']],
  ['darwin', {}, ['/usr/bin/open', '/a/b.run'], ['/usr/bin/open', '-R', '/a/b.run']],
  [
    'win32',
    {},
    ['rundll32.exe', 'url.dll,FileProtocolHandler', '/a/b.run'],
    ['explorer.exe', '/select,/a/b.run'],
  ],
] as const)(
  '%s %j opens by the system’s own program, never through a shell',
  async (platform, environment, open, show) => {
    const { desktop, started } = on(platform, environment);
    await desktop.open('/a/b.run');
    await desktop.showInFolder('/a/b.run');
    expect(started).toEqual([open, show]);
    expect(desktop.present).toBe(true);
  },
);

test.each([{}, { DISPLAY: '' }])('without a display nothing is started', async (environment) => {
  const { desktop, started } = on('linux', environment);
  expect(desktop.present).toBe(false);
  await expect(desktop.open('/a')).rejects.toMatchObject({ code: 'open-failed', data: { file: '/a' } });
  expect(started).toEqual([]);
});

test('a program that is not there is a refusal of ours', async () => {
  await expect(on('darwin', {}, true).desktop.open('/a')).rejects.toMatchObject({ code: 'open-failed' });
});
