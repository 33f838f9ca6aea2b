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
