import { readdir, readFile, realpath } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { RawComponents } from '../../ports/hardware.ts';
import { cleanComponents, cleanIdentifier } from './clean.ts';

const text = (path: string): Promise<string | null> => readFile(path, 'utf8').catch(() => null);
const list = (path: string): Promise<string[]> => readdir(path).catch(() => []);
const resolved = (path: string): Promise<string | null> => realpath(path).catch(() => null);

async function firstIdentifier(paths: string[]): Promise<string | undefined> {
  for (const path of paths) {
    const clean = cleanIdentifier(await text(path));
    if (clean !== undefined) return clean;
  }
  return undefined;
}

/** `major:minor` of what is mounted on `/` (proc_pid_mountinfo(5)); null for a container's overlay, which has no device. */
function rootDevice(mountinfo: string | null): string | null {
  for (const line of (mountinfo ?? '').split('\n')) {
    const fields = line.split(' ');
    if (fields[4] === '/' && fields[2] !== undefined && !fields[2].startsWith('0:')) return fields[2];
  }
  return null;
}

/** The whole disks under a block device: through device mapper and RAID (`slaves`), up from a partition. */
async function disksUnder(device: string, depth = 0): Promise<string[]> {
  if (depth > 8) return [];
  const slaves = await list(join(device, 'slaves'));
  if (slaves.length > 0) {
    const below = await Promise.all(
      slaves.sort().map(async (slave) => {
        const path = await resolved(join(device, 'slaves', slave));
        return path === null ? [] : disksUnder(path, depth + 1);
      }),
    );
    return below.flat();
  }
  return [(await text(join(device, 'partition'))) === null ? device : dirname(device)];
}

async function systemDisk(root: string): Promise<string | undefined> {
  const number = rootDevice(await text(join(root, 'proc/self/mountinfo')));
  if (number === null) return undefined;
  const device = await resolved(join(root, 'sys/dev/block', number));
  if (device === null) return undefined;
  for (const disk of await disksUnder(device)) {
    const path = (await resolved(disk)) ?? disk;
    if (/\/usb\d|\/devices\/virtual\//.test(path)) continue;
    const found = await firstIdentifier(
      ['wwid', 'device/wwid', 'serial', 'device/serial', 'device/cid'].map((name) => join(path, name)),
    );
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Lowest card by its place on the bus. Cards on USB, bridges, tunnels and addresses that somebody set do not count. */
async function networkCard(root: string): Promise<string | undefined> {
  const folder = join(root, 'sys/class/net');
  const cards: { place: string; address: string }[] = [];
  for (const name of await list(folder)) {
    const place = await resolved(join(folder, name, 'device'));
    if (place === null || /\/usb\d|\/devices\/virtual\//.test(place)) continue;
    // ARPHRD_ETHER; addr_assign_type 0 is NET_ADDR_PERM (linux/netdevice.h).
    if ((await text(join(folder, name, 'type')))?.trim() !== '1') continue;
    const given = (await text(join(folder, name, 'addr_assign_type')))?.trim();
    const permanent = await text(join(folder, name, 'bonding_slave/perm_hwaddr'));
    const address = permanent ?? (given === '0' ? await text(join(folder, name, 'address')) : null);
    const clean = cleanIdentifier(address);
    if (clean !== undefined) cards.push({ place: `${place}/${basename(name)}`, address: clean });
  }
  return cards.sort((a, b) => (a.place < b.place ? -1 : 1))[0]?.address;
}

function processorModel(cpuinfo: string | null): string | undefined {
  const field = (name: string) => new RegExp(`^${name}\\s*:\\s*(.+)$`, 'im').exec(cpuinfo ?? '')?.[1];
  const implementer = field('CPU implementer');
  const arm =
    implementer === undefined
      ? undefined
      : `${implementer} ${field('CPU part') ?? ''} ${field('Hardware') ?? ''}`;
  return field('model name') ?? arm;
}

/**
 * Identifiers of a Linux machine, read without starting a program. What only root may read (SMBIOS UUID, board's serial number) is absent
 * for anybody else.
 *
 * @param root folder that stands for `/`
 */
export async function readLinux(root = '/'): Promise<RawComponents> {
  const dmi = join(root, 'sys/class/dmi/id');
  const [machine, smbios, board, disk, cpuinfo, network] = await Promise.all([
    firstIdentifier([join(root, 'etc/machine-id'), join(root, 'var/lib/dbus/machine-id')]),
    text(join(dmi, 'product_uuid')),
    text(join(dmi, 'board_serial')),
    systemDisk(root),
    text(join(root, 'proc/cpuinfo')),
    networkCard(root),
  ]);
  return cleanComponents({ machine, smbios, board, disk, cpu: processorModel(cpuinfo), network });
}
