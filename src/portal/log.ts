import pino, { type DestinationStream, type Logger } from 'pino';

/**
 * Fields that never reach a log, at the two levels that we write: the second line behind not writing them at all.
 * Bodies, headers and addresses with queries are not logged in the first place.
 */
const secrets = [
  'password',
  'token',
  'accessToken',
  'refreshToken',
  'ticket',
  'key',
  'proof',
  'authorization',
  'dpop',
  'cookie',
  'secret',
];

/** What waits for a full disk to have room again; lines beyond it are dropped. Bytes. */
const waitsAtMost = 256 * 1024;

/** Each line is written when the call returns, so none is lost when the process ends. */
export function openLogStream(descriptor: number): DestinationStream {
  const stream = pino.destination({ dest: descriptor, sync: true, maxLength: waitsAtMost });
  // A full disk takes the log away and nothing else; unheard, the error would end the process.
  stream.on('error', () => {});
  // Pino calls it after a fatal line, and that of sonic-boom 4.2.1 never returns on a full disk. Nothing else is ever left to write.
  stream.flushSync = () => {};
  return stream;
}

/** Structured log: one JSON object per line. */
export function createLog(level: string, destination: DestinationStream): Logger {
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: {
        paths: secrets.flatMap((name) => [name, `*.${name}`]),
        censor: '[redacted]',
      },
    },
    destination,
  );
}
