import type { Hardware, RawComponents } from '../../src/core/ports/hardware.ts';

export const testComponents: RawComponents = {
  machine: 'a3f1c0de5b7e4f6f9d1c2b3a4e5f6071',
  smbios: '4c4c4544-0042-3510-8052-b4c04f333733',
  board: 'mb-7781-0042',
  disk: 'eui.0025385b91b0a1c2',
  cpu: 'example cpu 8 cores',
  network: '3c:52:82:11:22:33',
};

/** A machine with fixed parts; replace `components` to swap hardware, and `network` to join another one. */
export function createFixedHardware(
  components: RawComponents = testComponents,
): Hardware & { components: RawComponents; network: string } {
  const hardware = {
    hostName: 'puesto-07',
    platform: 'linux' as const,
    components,
    network: 'eth0 192.0.2.7/24',
    async read() {
      return hardware.components;
    },
    addresses: () => hardware.network,
  };
  return hardware;
}
