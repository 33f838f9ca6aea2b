/** File in the runtime folder, mode 0600: where the running client listens, and the secret that it wants to hear first. */
export const controlFileName = 'control.json';
export interface ControlFile {
  readonly pid: number;
  /** Path of a Unix socket, or name of a Windows pipe. */
  readonly address: string;
  /** 256 bits, base64url. */
  readonly secret: string;
}

/**
 * The first message on a connection is one of these, a space and the secret. `control` speaks `controlContract`; `client` speaks
 * `clientContract` alone, so that a window of one process can be passed through to the core of another; `state` gets one message, the snapshot as
 * JSON (`AppState`), for whoever wants to know and pays for no RPC library; on `desktop` the running client is the one that asks, `desktopContract`.
 */
export const controlSpeeches = ['control', 'client', 'state', 'desktop'] as const;
export type ControlSpeech = (typeof controlSpeeches)[number];

/**
 * Reads the file's text. Checked by hand: a command that only asks the running client must not pay for loading schemas.
 *
 * @returns null for whatever else it says
 */
export function parseControlFile(text: string): ControlFile | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof value !== 'object' || value === null) return null;
  const { pid, address, secret } = value as Record<string, unknown>;
  if (!Number.isSafeInteger(pid) || Number(pid) <= 0) return null;
  if (typeof address !== 'string' || address === '' || address.length > 512) return null;
  if (typeof secret !== 'string' || !/^[A-Za-z0-9_-]{43}$/.test(secret)) return null;
  return { pid: Number(pid), address, secret };
}
