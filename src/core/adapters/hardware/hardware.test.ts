import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { describeUnless, needs } from '../../../../test/support/skip.ts';
import { cleanIdentifier } from './clean.ts';
import { readLinux } from './linux.ts';
import { parseMacos } from './macos.ts';
import { createSystemHardware } from './system-hardware.ts';
import { parseWindows } from './windows.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'aldaba-hw-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

async function file(path: string, content: string): Promise<void> {
  await mkdir(dirname(join(root, path)), { recursive: true });
  await writeFile(join(root, path), content);
}
async function link(path: string, target: string): Promise<void> {
  await mkdir(dirname(join(root, path)), { recursive: true });
  await mkdir(join(root, target), { recursive: true });
  await symlink(relative(dirname(join(root, path)), join(root, target)), join(root, path));
}

const nvme = 'sys/devices/pci0000:00/0000:00:1d.0/nvme/nvme0/nvme0n1';
const onBoard = 'sys/devices/pci0000:00/0000:00:1f.6';

/** A workstation: encrypted root on an NVMe partition, a card on the board, a dock on USB, a bridge and a tunnel. */
async function workstation(): Promise<void> {
  await file('etc/machine-id', 'a3f1c0de5b7e4f6f9d1c2b3a4e5f6071\n');
  await file('sys/class/dmi/id/product_uuid', '4C4C4544-0042-3510-8052-B4C04F333733\n');
  await file('sys/class/dmi/id/board_serial', '/7QK29X3/CNWS2004/\n');
  await file(
    'proc/cpuinfo',
    'processor\t: 0\nmodel name\t: Example CPU  X9 @ 3.1GHz\nprocessor\t: 1\nmodel name\t: other\n',
  );
  await file(
    'proc/self/mountinfo',
    '22 27 0:21 / /proc rw - proc proc rw\n27 1 253:0 / / rw,noatime - ext4 /dev/mapper/root rw\n',
  );
  await link('sys/dev/block/253:0', 'sys/devices/virtual/block/dm-0');
  await link('sys/devices/virtual/block/dm-0/slaves/nvme0n1p2', `${nvme}/nvme0n1p2`);
  await file(`${nvme}/nvme0n1p2/partition`, '2\n');
  await file(`${nvme}/wwid`, 'eui.0025385B91B0A1C2\n');
  await card('eno1', `${onBoard}/net/eno1`, onBoard, '3c:52:82:11:22:33', '0');
  await card(
    'enx00',
    'sys/devices/pci0000:00/0000:00:14.0/usb2/2-1/net/enx00',
    'sys/devices/pci0000:00/0000:00:14.0/usb2/2-1',
    '00:e0:4c:68:00:01',
    '0',
  );
  await file('sys/devices/virtual/net/br0/address', '3c:52:82:11:22:33');
  await link('sys/class/net/br0', 'sys/devices/virtual/net/br0');
}

async function card(
  name: string,
  place: string,
  device: string,
  address: string,
  assigned: string,
): Promise<void> {
  await file(`${place}/address`, `${address}\n`);
  await file(`${place}/addr_assign_type`, `${assigned}\n`);
  await file(`${place}/type`, '1\n');
  await link(`${place}/device`, device);
  await link(`sys/class/net/${name}`, place);
}

describeUnless(process.platform === 'win32' ? 'Windows has no names with colons' : undefined, 'Linux', () => {
  test('a workstation’s parts, through encryption down to the disk', async () => {
    await workstation();
    expect(await readLinux(root)).toEqual({
      machine: 'a3f1c0de5b7e4f6f9d1c2b3a4e5f6071',
      smbios: '4c4c4544-0042-3510-8052-b4c04f333733',
      board: '/7qk29x3/cnws2004/',
      disk: 'eui.0025385b91b0a1c2',
      cpu: 'example cpu x9 @ 3.1ghz',
      network: '3c:52:82:11:22:33',
    });
  });

  test('what only root may read is absent', async () => {
    await workstation();
    await rm(join(root, 'sys/class/dmi/id/product_uuid'));
    await rm(join(root, 'sys/class/dmi/id/board_serial'));
    expect(Object.keys(await readLinux(root)).sort()).toEqual(['cpu', 'disk', 'machine', 'network']);
  });

  test('never counted: docks, disks on USB, addresses that somebody set', async () => {
    await workstation();
    await rm(join(root, 'sys/class/net/eno1'));
    expect((await readLinux(root)).network).toBeUndefined();
    await card('wlan0', `${onBoard}/net/wlan0`, onBoard, '02:00:00:00:00:09', '3');
    expect((await readLinux(root)).network).toBeUndefined();
    const stick = 'sys/devices/pci0000:00/0000:00:14.0/usb1/1-2/block/sda';
    await file('proc/self/mountinfo', '27 1 8:1 / / rw - ext4 /dev/sda1 rw\n');
    await link('sys/dev/block/8:1', `${stick}/sda1`);
    await file(`${stick}/sda1/partition`, '1\n');
    await file(`${stick}/serial`, 'STICK-0001\n');
    expect((await readLinux(root)).disk).toBeUndefined();
  });

  test('a bond keeps the card’s own address; an ARM machine names its core', async () => {
    await workstation();
    await file(`${onBoard}/net/eno1/addr_assign_type`, '3\n');
    await file(`${onBoard}/net/eno1/bonding_slave/perm_hwaddr`, '3c:52:82:11:22:33\n');
    await file('proc/cpuinfo', 'CPU implementer\t: 0x41\nCPU part\t: 0xd0c\n');
    expect(await readLinux(root)).toMatchObject({ network: '3c:52:82:11:22:33', cpu: '0x41 0xd0c' });
  });

  test('a container, and a machine where nothing can be read, answer what there is', async () => {
    expect(await readLinux(root)).toEqual({});
    await file('proc/self/mountinfo', '500 400 0:55 / / rw - overlay overlay rw\n');
    expect(await readLinux(root)).toEqual({});
  });

  test('this machine answers in time and without an exception', async (context) => {
    needs(context, process.platform === 'linux', 'reads the files of Linux');
    const hardware = createSystemHardware({ platform: 'linux', hostName: 'puesto' });
    const parts = await hardware.read();
    expect(await hardware.read()).toBe(parts);
    for (const value of Object.values(parts)) expect(value.length).toBeGreaterThan(2);
  });
});

describe('Windows', () => {
  const answer = {
    machine: 'D2F0E5C1-0000-4B7F-9C1A-7F3E21A4B5C6',
    smbios: 'FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF',
    board: 'To be filled by O.E.M.',
    disk: 'eui.0025385B91B0A1C2',
    cpu: 'Example CPU X9',
    network: '3C-52-82-11-22-33',
  };

  test('one start of PowerShell, and fillers are no identifiers', async () => {
    const started: string[][] = [];
    const hardware = createSystemHardware({
      platform: 'win32',
      hostName: 'PUESTO-07',
      program: async (name, args) => {
        started.push([name, ...args]);
        return `\uFEFF${JSON.stringify(answer)}\r\n`;
      },
    });
    expect(hardware.platform).toBe('windows');
    expect(await hardware.read()).toEqual({
      machine: 'd2f0e5c1-0000-4b7f-9c1a-7f3e21a4b5c6',
      disk: 'eui.0025385b91b0a1c2',
      cpu: 'example cpu x9',
      network: '3c:52:82:11:22:33',
    });
    await hardware.read();
    expect(started).toHaveLength(1);
    expect(started[0]?.slice(0, 4)).toEqual([
      'powershell.exe',
      '-NoProfile',
      '-NonInteractive',
      '-EncodedCommand',
    ]);
    const script = Buffer.from(started[0]?.[4] ?? '', 'base64').toString('utf16le');
    expect(script).toContain('MachineGuid');
  });

  test('whatever it prints', () => {
    expect(parseWindows('')).toEqual({});
    expect(parseWindows('Access denied')).toEqual({});
    expect(parseWindows('{"machine":7,"cpu":["a"]}')).toEqual({});
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        for (const value of Object.values(parseWindows(text))) expect(typeof value).toBe('string');
      }),
    );
  });
});

describe('macOS', () => {
  const platform = `+-o J314sAP  <class IOPlatformExpertDevice, id 0x100000226, registered>
    {
      "IOPlatformSerialNumber" = "C02EXAMPLE01"
      "IOPlatformUUID" = "0F3E21A4-B5C6-5D7E-8F90-A1B2C3D4E5F6"
    }`;
  const network = `+-o en5  <class IOEthernetInterface>
    {
      "IOBuiltin" = No
      "IOMACAddress" = <aabbccddeeff>
    }
+-o en0  <class IOEthernetInterface>
    {
      "IOBuiltin" = Yes
      "IOMACAddress" = <3c5282112233>
    }`;

  test('parts out of what ioreg and sysctl print', () => {
    expect(
      parseMacos({ platform, network, disk: '  "Serial Number" = "0BA01234567890"', cpu: 'Example M9\n' }),
    ).toEqual({
      machine: '0f3e21a4-b5c6-5d7e-8f90-a1b2c3d4e5f6',
      board: 'c02example01',
      disk: '0ba01234567890',
      cpu: 'example m9',
      network: '3c:52:82:11:22:33',
    });
    expect(parseMacos({})).toEqual({});
  });

  test('programs that fail leave their part out', async () => {
    const hardware = createSystemHardware({
      platform: 'darwin',
      hostName: 'puesto',
      program: async (_file, args) => (args.includes('IOPlatformExpertDevice') ? platform : ''),
    });
    expect(Object.keys(await hardware.read()).sort()).toEqual(['board', 'machine']);
  });
});

test.each([
  '',
  '  ',
  'None',
  'Default string',
  'To Be Filled By O.E.M.',
  '00000000-0000-0000-0000-000000000000',
  '00:00:00:00:00:00',
  'ff:ff:ff:ff:ff:ff',
  '03000200-0400-0500-0006-000700080009',
  '0',
  'ab',
])('%j identifies nothing', (text) => {
  expect(cleanIdentifier(text)).toBeUndefined();
});
