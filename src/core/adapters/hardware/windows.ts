import { z } from 'zod';
import type { RawComponents } from '../../ports/hardware.ts';
import { cleanComponents } from './clean.ts';

/**
 * One start of PowerShell for everything: each costs half a second. A part that cannot be read is null. The card is the first physical one
 * that is not on USB, by its permanent address.
 */
export const windowsScript = `
$ErrorActionPreference = 'SilentlyContinue'
[Console]::OutputEncoding = [Text.Encoding]::UTF8
function Take($block) { try { & $block } catch { $null } }
$disk = Take { Get-Partition -DriveLetter $env:SystemDrive[0] | Get-Disk }
$card = Take {
  Get-NetAdapter -Physical | Where-Object { $_.PnPDeviceID -notlike 'USB*' -and $_.PermanentAddress } |
    Sort-Object PnPDeviceID | Select-Object -First 1
}
@{
  machine = Take { (Get-ItemProperty 'HKLM:\\SOFTWARE\\Microsoft\\Cryptography').MachineGuid }
  smbios = Take { (Get-CimInstance Win32_ComputerSystemProduct).UUID }
  board = Take { (Get-CimInstance Win32_BaseBoard).SerialNumber }
  disk = if ($disk.BusType -eq 'USB') { $null } elseif ($disk.UniqueId) { $disk.UniqueId } else { $disk.SerialNumber }
  cpu = Take { (Get-CimInstance Win32_Processor | Select-Object -First 1).Name }
  network = $card.PermanentAddress
} | ConvertTo-Json -Compress
`;

const part = z.string().nullish().catch(null);
const answerSchema = z.object({
  machine: part,
  smbios: part,
  board: part,
  disk: part,
  cpu: part,
  network: part,
});

/** What the script printed, as components; nothing when it printed something else. */
export function parseWindows(output: string): RawComponents {
  try {
    const answer = answerSchema.parse(JSON.parse(output.replace(/^\uFEFF/, '')));
    return cleanComponents({ ...answer, network: answer.network?.replaceAll('-', ':') });
  } catch {
    return {};
  }
}
