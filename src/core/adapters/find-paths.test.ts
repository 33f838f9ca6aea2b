import { describe, expect, test } from 'vitest';
import { findPaths, findPolicyFile } from './find-paths.ts';

describe('where a profile lives', () => {
  test('Linux, by the XDG specification', () => {
    const home = '/home/ana';
    expect(findPaths({ platform: 'linux', environment: {}, home, profile: null })).toEqual({
      config: '/home/ana/.config/aldaba',
      data: '/home/ana/.local/share/aldaba',
      runtime: '/home/ana/.local/share/aldaba/run',
      downloads: '/home/ana/Downloads',
      logs: '/home/ana/.local/state/aldaba/logs',
    });
    const environment = {
      XDG_CONFIG_HOME: '/c',
      XDG_DATA_HOME: '/d',
      XDG_STATE_HOME: 'relative/counts/as/absent',
      XDG_RUNTIME_DIR: '/run/user/1000',
    };
    expect(findPaths({ platform: 'linux', environment, home, profile: null })).toMatchObject({
      config: '/c/aldaba',
      data: '/d/aldaba',
      runtime: '/d/aldaba/run',
      logs: '/home/ana/.local/state/aldaba/logs',
    });
  });

  test('Windows and macOS, by their own rules', () => {
    const environment = { APPDATA: 'C:\\Users\\ana\\Roaming', LOCALAPPDATA: 'C:\\Users\\ana\\Local' };
    expect(findPaths({ platform: 'win32', environment, home: 'C:\\Users\\ana', profile: null })).toEqual({
      config: 'C:\\Users\\ana\\Roaming\\Aldaba',
      data: 'C:\\Users\\ana\\Local\\Aldaba\\data',
      runtime: 'C:\\Users\\ana\\Local\\Aldaba\\run',
      downloads: 'C:\\Users\\ana\\Downloads',
      logs: 'C:\\Users\\ana\\Local\\Aldaba\\logs',
    });
    expect(
      findPaths({ platform: 'darwin', environment: {}, home: '/Users/ana', profile: null }),
    ).toMatchObject({
      config: '/Users/ana/Library/Application Support/Aldaba',
      logs: '/Users/ana/Library/Logs/Aldaba',
    });
  });

  test('one folder holds an isolated profile whole', () => {
    const paths = findPaths({
      platform: 'linux',
      environment: { XDG_CONFIG_HOME: '/c' },
      home: '/home/ana',
      profile: '/tmp/p',
    });
    for (const path of Object.values(paths)) expect(path.startsWith('/tmp/p/')).toBe(true);
    expect(new Set(Object.values(paths)).size).toBe(5);
  });

  test('the policy is the machine’s', () => {
    expect(findPolicyFile('linux', {})).toBe('/etc/aldaba/policy.json');
    expect(findPolicyFile('darwin', {})).toBe('/Library/Application Support/Aldaba/policy.json');
    expect(findPolicyFile('win32', { ProgramData: 'D:\\PD' })).toBe('D:\\PD\\Aldaba\\policy.json');
  });
});
