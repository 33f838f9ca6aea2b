import type { RawComponents } from '../../ports/hardware.ts';
import { cleanComponents } from './clean.ts';

/** What is asked, each bounded and independent: name -> program and arguments. */
export const macosCommands = {
  platform: ['/usr/sbin/ioreg', '-rd1', '-c', 'IOPlatformExpertDevice'],
  disk: ['/usr/sbin/ioreg', '-r', '-c', 'IONVMeController', '-d', '1'],
  network: ['/usr/sbin/ioreg', '-r', '-c', 'IOEthernetInterface', '-d', '1'],
  controllers: ['/usr/sbin/ioreg', '-r', '-c', 'IOEthernetController', '-d', '1'],
  cpu: ['/usr/sbin/sysctl', '-n', 'machdep.cpu.brand_string'],
} as const;
export type MacosOutputs = Partial<Record<keyof typeof macosCommands, string>>;

/** `"Name" = "value"` or `"Name" = <hex>` of ioreg. */
function property(text: string | undefined, name: string): string | undefined {
  const match = new RegExp(`"${name}"\\s*=\\s*(?:"([^"]*)"|<([0-9a-f]+)>)`, 'i').exec(text ?? '');
  return match?.[1] ?? match?.[2];
}

/** `001122334455` as `00:11:22:33:44:55`. */
function address(hex: string | undefined): string | undefined {
  return hex !== undefined && /^[0-9a-f]{12}$/i.test(hex) ? hex.match(/../g)?.join(':') : undefined;
}

/** The built-in interface's address; ioreg prints one paragraph for each. */
function builtInAddress(interfaces: string | undefined, controllers: string | undefined): string | undefined {
  const paragraphs = (interfaces ?? '').split(/\n(?=\+-o )/);
  const builtIn = paragraphs.find((paragraph) => /"IOBuiltin"\s*=\s*Yes/i.test(paragraph));
  if (builtIn === undefined) return undefined;
  return address(property(builtIn, 'IOMACAddress')) ?? address(property(controllers, 'IOMACAddress'));
}

/** The SMBIOS UUID is the machine's id on a Mac, and not counted twice. */
export function parseMacos(outputs: MacosOutputs): RawComponents {
  return cleanComponents({
    machine: property(outputs.platform, 'IOPlatformUUID'),
    smbios: undefined,
    board: property(outputs.platform, 'IOPlatformSerialNumber'),
    disk: property(outputs.disk, 'Serial Number'),
    cpu: outputs.cpu,
    network: builtInAddress(outputs.network, outputs.controllers),
  });
}
