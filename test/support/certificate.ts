import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';

/** X.509 certificates for servers of tests (RFC 5280), ECDSA on P-256, made without any program. */
export interface TestCertificate {
  readonly cert: string;
  readonly key: string;
  readonly privateKey: KeyObject;
  readonly commonName: string;
}

export interface CertificateOptions {
  commonName: string;
  /** DNS names and IPv4 addresses that the certificate is for. */
  hosts?: readonly string[];
  /** Self-signed without one. */
  issuer?: TestCertificate;
  isAuthority?: boolean;
  /** ms since 1970 */
  notBefore?: number;
  notAfter?: number;
}

/** One DER element: tag, length, content (X.690, 8.1). */
function der(tag: number, ...content: Uint8Array[]): Buffer {
  const body = Buffer.concat(content);
  if (body.length < 128) return Buffer.concat([Buffer.of(tag, body.length), body]);
  const length = Buffer.from(body.length.toString(16).padStart(body.length > 255 ? 4 : 2, '0'), 'hex');
  return Buffer.concat([Buffer.of(tag, 0x80 | length.length), length, body]);
}
const sequence = (...content: Uint8Array[]) => der(0x30, ...content);
const oid = (hex: string) => der(0x06, Buffer.from(hex, 'hex'));
const context = (tag: number, ...content: Uint8Array[]) => der(0xa0 | tag, ...content);
const bits = (content: Uint8Array) => der(0x03, Buffer.of(0), content);
const utcTime = (ms: number) =>
  der(0x17, Buffer.from(`${new Date(ms).toISOString().replace(/[-:T]/g, '').slice(2, 14)}Z`));

const ecdsaWithSha256 = sequence(oid('2a8648ce3d040302'));
const name = (commonName: string) =>
  sequence(der(0x31, sequence(oid('550403'), der(0x0c, Buffer.from(commonName)))));

function extension(id: string, critical: boolean, value: Uint8Array): Buffer {
  return sequence(oid(id), ...(critical ? [der(0x01, Buffer.of(0xff))] : []), der(0x04, value));
}

function alternativeName(host: string): Buffer {
  const address = host.split('.').map(Number);
  const isAddress = address.length === 4 && address.every((part) => part >= 0 && part <= 255);
  return isAddress ? der(0x87, Buffer.from(address)) : der(0x82, Buffer.from(host));
}

export function createCertificate(options: CertificateOptions): TestCertificate {
  const { commonName, hosts = [], issuer, isAuthority = issuer === undefined } = options;
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const now = Date.now();
  const spki = publicKey.export({ format: 'der', type: 'spki' });
  const serial = Buffer.concat([Buffer.of(0x40), randomBytes(8)]);
  const keyId = createHash('sha1').update(spki).digest();
  const extensions = [
    extension('551d13', true, isAuthority ? sequence(der(0x01, Buffer.of(0xff))) : sequence()),
    extension('551d0e', false, der(0x04, keyId)),
    ...(hosts.length === 0 ? [] : [extension('551d11', false, sequence(...hosts.map(alternativeName)))]),
  ];
  const body = sequence(
    context(0, der(0x02, Buffer.of(2))),
    der(0x02, serial),
    ecdsaWithSha256,
    name(issuer?.commonName ?? commonName),
    sequence(utcTime(options.notBefore ?? now - 86_400_000), utcTime(options.notAfter ?? now + 86_400_000)),
    name(commonName),
    spki,
    context(3, sequence(...extensions)),
  );
  const signature = sign('sha256', body, issuer?.privateKey ?? privateKey);
  const text =
    sequence(body, ecdsaWithSha256, bits(signature))
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return {
    cert: `-----BEGIN CERTIFICATE-----\n${text.join('\n')}\n-----END CERTIFICATE-----\n`,
    key: privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(),
    privateKey,
    commonName,
  };
}
