import { Writable } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createPinoLog } from './pino-log.ts';
import { redact } from './redact.ts';

describe('what a log never holds', () => {
  test('values of fields that are named like secrets, however deep', () => {
    const names = [
      'password',
      'newPassword',
      'token',
      'refreshToken',
      'accessToken',
      'ticket',
      'key',
      'licenseKey',
      'cloud-key',
      'authorization',
      'cookie',
      'DPoP',
      'secret',
      'clientSecret',
      'document',
    ];
    for (const name of names)
      expect(JSON.stringify(redact({ a: [{ [name]: 'canario' }] })), name).not.toContain('canario');
  });

  test('and what is useful stays', () => {
    const fields = {
      code: 'network-offline',
      keychain: 'locked',
      procedure: 'people.listRoles',
      monkey: 1,
      at: null,
      token: null,
    };
    expect(redact(fields)).toEqual(fields);
    expect(redact({ email: 'lucia.ferrer@condor.example' })).toEqual({ email: 'l***@condor.example' });
  });

  test('credentials in addresses, tickets in links, signed documents', () => {
    expect(redact('http://ana:clave@proxy.example/?ticket=abc&x=1')).toBe(
      'http://***@proxy.example/?ticket=[redacted]&x=1',
    );
    const jws = `${Buffer.from('{"alg":"EdDSA"}').toString('base64url')}.e30.c2lnbmF0dXJl`;
    expect(redact(`got ${jws} back`)).toBe('got [redacted] back');
    expect(redact(`file.${jws}.bak and x-${jws}, ${jws}`)).toBe(
      'file.[redacted].bak and x-[redacted], [redacted]',
    );
    expect(redact('eyJhbGciOiJFZERTQSJ9..c2ln eyJhbGciOiJFZERTQSJ9.e30')).toBe(
      'eyJhbGciOiJFZERTQSJ9..c2ln eyJhbGciOiJFZERTQSJ9.e30',
    );
  });

  test.each(['a', 'a.', 'eyJaaaaaaaa-', 'eyJaaaaaaaa.b.c.', 'ALD-', '//', '?key=', 'a@'])(
    'a long text of %j, which anybody may have sent, is read once',
    (part) => {
      const began = performance.now();
      redact(part.repeat(200_000 / part.length));
      // By the square it takes minutes.
      expect(performance.now() - began).toBeLessThan(5000);
    },
  );

  test('errors keep what explains them, circles end, bytes are counted', () => {
    const cause = new Error('inner', { cause: 7 });
    const error = Object.assign(new Error('outer //a:b@c', { cause }), { code: 'E', password: 'canario' });
    expect(redact({ error })).toMatchObject({
      error: { name: 'Error', message: 'outer //***@c', code: 'E', cause: { message: 'inner' } },
    });
    expect(JSON.stringify(redact({ error }))).not.toContain('canario');
    const circle: Record<string, unknown> = {};
    circle.self = circle;
    expect(redact(circle)).toEqual({ self: '[cut]' });
    expect(redact(Buffer.alloc(3))).toBe('[3 bytes]');
    expect(redact(new Map([[{ toString: 0 }, 1]]))).toEqual({ '[object]': 1 });
  });

  test('anything at all can be logged', () => {
    fc.assert(
      fc.property(
        fc.anything({ withBigInt: true, withDate: true, withMap: true, withTypedArray: true }),
        (value) => {
          expect(() => JSON.stringify(redact({ value }))).not.toThrow();
        },
      ),
    );
  });

  test('a line is JSON with level, time and message, secrets gone', () => {
    let text = '';
    const stream = new Writable({
      write(chunk, _encoding, done) {
        text += String(chunk);
        done();
      },
    });
    const log = createPinoLog({ to: stream, name: 'test' });
    log.debug({}, 'not at this level');
    log.warn({ token: 'canario', code: 'x' }, 'token //ana:canario@host');
    const line = JSON.parse(text);
    expect(line).toMatchObject({ level: 40, name: 'test', code: 'x', msg: 'token //***@host' });
    expect(text).not.toContain('canario');
  });
});
