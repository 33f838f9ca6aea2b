import {
  createHash,
  createHmac,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  sign,
} from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { AldabaError } from '../../contract/errors.ts';
import {
  base64UrlSchema,
  type Components,
  componentNames,
  type PublicKey,
  publicKeySchema,
} from '../../contract/primitives.ts';
import type { ProcessLock } from '../lock/process-lock.ts';
import type { Device } from '../parts.ts';
import type { Hardware } from '../ports/hardware.ts';
import type { Secrets } from '../ports/secrets.ts';
import { writeFileDurably } from '../write-file-durably.ts';

const saltFileSchema = z.object({ salt: base64UrlSchema.length(22) });

/** JWK thumbprint of an Ed25519 key: SHA-256 of the members in lexicographic order (RFC 7638, 3; RFC 8037, 2). */
export function thumbprintOf(key: PublicKey): string {
  return createHash('sha256')
    .update(JSON.stringify({ crv: key.crv, kty: key.kty, x: key.x }))
    .digest('base64url');
}

/** Salted hash of one component: HMAC-SHA-256 keyed by the salt over `name\nvalue`, hexadecimal. */
export function hashComponent(salt: string, name: string, value: string): string {
  return createHmac('sha256', Buffer.from(salt, 'base64url'))
    .update(`${name}\n${value.trim().toLowerCase()}`)
    .digest('hex');
}

function isKey(stored: string): boolean {
  try {
    privateKeyOf(stored);
    return true;
  } catch {
    return false;
  }
}

function privateKeyOf(stored: string): KeyObject {
  try {
    const key = createPrivateKey({ key: Buffer.from(stored, 'base64url'), format: 'der', type: 'pkcs8' });
    if (key.asymmetricKeyType === 'ed25519') return key;
  } catch {
    // Told below: the entry stays where it is, whoever wrote it.
  }
  throw new AldabaError('device-key-damaged', 'the device key in the keychain is not an Ed25519 key');
}

/**
 * @param data folder for the installation's salt (random, not secret)
 */
export function createDevice(needs: {
  secrets: Secrets;
  hardware: Hardware;
  lock: ProcessLock;
  data: string;
}): Device {
  const { secrets, hardware, lock, data } = needs;
  let loaded: { key: KeyObject; publicKey: PublicKey; thumbprint: string } | null = null;
  let loading: Promise<void> | null = null;

  async function make(): Promise<string> {
    const made = generateKeyPairSync('ed25519')
      .privateKey.export({ format: 'der', type: 'pkcs8' })
      .toString('base64url');
    await secrets.set('device-key', made);
    return made;
  }

  async function read(): Promise<void> {
    const stored = await secrets.get('device-key');
    const encoded =
      stored ??
      (await lock.run('device', async () => {
        const other = await secrets.get('device-key');
        if (other !== null) return other;
        return make();
      }));
    const key = privateKeyOf(encoded);
    const publicKey = publicKeySchema.parse(createPublicKey(key).export({ format: 'jwk' }));
    loaded = { key, publicKey, thumbprint: thumbprintOf(publicKey) };
  }

  function known(): { key: KeyObject; publicKey: PublicKey; thumbprint: string } {
    if (loaded === null) throw new AldabaError('keychain-unavailable', 'the device key was not read yet');
    return loaded;
  }

  async function installationSalt(): Promise<string> {
    const path = join(data, 'device.json');
    const read = async (): Promise<string | null> => {
      const text = await readFile(path, 'utf8').catch(() => null);
      if (text === null) return null;
      try {
        return saltFileSchema.parse(JSON.parse(text)).salt;
      } catch {
        return null;
      }
    };
    return (
      (await read()) ??
      (await lock.run('device', async () => {
        const other = await read();
        if (other !== null) return other;
        const salt = randomBytes(16).toString('base64url');
        await mkdir(data, { recursive: true, mode: 0o700 });
        await writeFileDurably(path, JSON.stringify({ salt }));
        return salt;
      }))
    );
  }

  return {
    load() {
      if (loaded !== null) return Promise.resolve();
      loading ??= read().finally(() => {
        loading = null;
      });
      return loading;
    },
    replaceDamaged: () =>
      lock.run('device', async () => {
        const stored = await secrets.get('device-key');
        if (stored === null || loaded !== null || isKey(stored)) return false;
        await secrets.set('device-key-damaged', stored);
        await make();
        return true;
      }),
    get publicKey() {
      return known().publicKey;
    },
    get thumbprint() {
      return known().thumbprint;
    },
    async sign(bytes) {
      await this.load();
      return sign(null, bytes, known().key);
    },
    async describe(salt) {
      await this.load();
      const used = salt ?? (await installationSalt());
      const raw = await hardware.read();
      const components: Components = {};
      for (const name of componentNames) {
        const value = raw[name];
        if (value !== undefined) components[name] = hashComponent(used, name, value);
      }
      const device = {
        key: known().publicKey,
        name: hardware.hostName.slice(0, 100) || hardware.platform,
        platform: hardware.platform,
        components,
      };
      return { device, components, salt: used };
    },
  };
}
