import type { Hardware, RawComponents } from '../../ports/hardware.ts';
import { readLinux } from './linux.ts';
import { type MacosOutputs, macosCommands, parseMacos } from './macos.ts';
import { ownAddresses } from './own-addresses.ts';
import { parseWindows, windowsScript } from './windows.ts';

/** ms for everything; a component that takes longer is absent this time. */
const patience = 10_000;

/** Standard output of a program; empty when it fails, is missing or takes too long. */
export type RunProgram = (file: string, args: readonly string[]) => Promise<string>;

const run: RunProgram = async (file, args) => {
  const { execFile } = await import('node:child_process');
  return new Promise((resolve) => {
    const options = {
      timeout: patience,
      windowsHide: true,
      maxBuffer: 4 * 1024 * 1024,
      encoding: 'utf8' as const,
    };
    execFile(file, [...args], options, (error, stdout) => resolve(error === null ? stdout : ''));
  });
};

async function readWindows(program: RunProgram): Promise<RawComponents> {
  // -EncodedCommand takes UTF-16LE in base64 (about_PowerShell_exe).
  const encoded = Buffer.from(windowsScript, 'utf16le').toString('base64');
  return parseWindows(
    await program('powershell.exe', ['-NoProfile', '-NonInteractive', '-EncodedCommand', encoded]),
  );
}

async function readMacos(program: RunProgram): Promise<RawComponents> {
  const outputs: MacosOutputs = {};
  const names = Object.keys(macosCommands) as (keyof typeof macosCommands)[];
  await Promise.all(
    names.map(async (name) => {
      const [file, ...args] = macosCommands[name];
      outputs[name] = await program(file, args);
    }),
  );
  return parseMacos(outputs);
}

async function inTime(reading: Promise<RawComponents>): Promise<RawComponents> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<RawComponents>((resolve) => {
    timer = setTimeout(() => resolve({}), patience);
  });
  try {
    return await Promise.race([reading, late]);
  } catch {
    return {};
  } finally {
    clearTimeout(timer);
  }
}

export interface SystemHardwareOptions {
  platform: NodeJS.Platform;
  hostName: string;
  /** How programs are started. */
  program?: RunProgram;
  /** Folder that stands for `/`, on Linux. */
  root?: string;
}

/** This machine. Read once per process: parts are not exchanged while it runs. Never throws. */
export function createSystemHardware({
  platform,
  hostName,
  program = run,
  root = '/',
}: SystemHardwareOptions): Hardware {
  let reading: Promise<RawComponents> | null = null;
  function read(): Promise<RawComponents> {
    if (platform === 'win32') return readWindows(program);
    return platform === 'darwin' ? readMacos(program) : readLinux(root);
  }
  return {
    hostName,
    platform: platform === 'win32' ? 'windows' : platform === 'darwin' ? 'macos' : 'linux',
    read() {
      reading ??= inTime(read()).then((components) => {
        // A machine that answered nothing was busy: asked again next time.
        if (Object.keys(components).length === 0) reading = null;
        return components;
      });
      return reading;
    },
    addresses: () => ownAddresses(),
  };
}
