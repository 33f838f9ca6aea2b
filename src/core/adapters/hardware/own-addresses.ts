import { networkInterfaces } from 'node:os';

/** Addresses of this machine's networks, sorted, without those that reach only itself; empty where the system refuses to tell. */
export function ownAddresses(read: typeof networkInterfaces = networkInterfaces): string {
  try {
    return Object.entries(read())
      .flatMap(([name, all]) =>
        (all ?? []).filter(({ internal }) => !internal).map(({ cidr }) => `${name} ${cidr}`),
      )
      .sort()
      .join('\n');
  } catch {
    return '';
  }
}
