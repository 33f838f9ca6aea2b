import { open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { redact } from '../adapters/redact.ts';
import { withoutHome } from './without-home.ts';

/** Bytes from the end of each file: lines are some 200 long. */
const tailBytes = 256 * 1024;

async function tailOf(path: string): Promise<string[]> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    const from = Math.max(0, size - tailBytes);
    const { buffer, bytesRead } = await file.read({ buffer: Buffer.alloc(size - from), position: from });
    const lines = buffer.toString('utf8', 0, bytesRead).split('\n');
    // The first is cut where the file is longer, the last where it is being written.
    return lines.slice(from > 0 ? 1 : 0, -1);
  } finally {
    await file.close();
  }
}

/** When it was written and what may be shown of it; null for what no log of this product wrote. */
function readable(line: string): { time: string; text: string } | null {
  try {
    const fields: unknown = JSON.parse(line);
    if (typeof fields !== 'object' || fields === null || !('time' in fields)) return null;
    return { time: String(fields.time), text: withoutHome(JSON.stringify(redact(fields))) };
  } catch {
    return null;
  }
}

/**
 * The newest lines of all logs in a folder, by their time, with secrets taken out once more: another version may have written them.
 * @param folder absolute; absent: no lines
 */
export async function logTail(folder: string, count: number): Promise<string[]> {
  const names = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith('.log'));
  const tails = await Promise.all(names.map((name) => tailOf(join(folder, name)).catch(() => [])));
  return tails
    .flat()
    .map(readable)
    .filter((line) => line !== null)
    .sort((a, b) => (a.time < b.time ? -1 : a.time > b.time ? 1 : 0))
    .slice(-count)
    .map(({ text }) => text);
}
