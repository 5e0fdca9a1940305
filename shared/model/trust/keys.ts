import { createHash, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';

/** A key that signs models, with the name under which people know it. */
export interface SigningKey {
  name: string;
  privateKey: KeyObject;
}

/** A key whose models may run. */
export interface TrustedKey {
  name: string;
  publicKey: KeyObject;
}

export function newKeyPair(): { privatePem: string; publicText: string } {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const privatePem = privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;
  return { privatePem, publicText: publicTextOf(publicKey) };
}

/** The public key as one line of base64, for configurations. */
export function publicTextOf(key: KeyObject): string {
  const publicKey = key.type === 'public' ? key : createPublicKey(key);
  return publicKey.export({ type: 'spki', format: 'der' }).toString('base64');
}

/** SHA-256 of a public key, in hexadecimal digits: two keys may have one name, and never one fingerprint. */
export function fingerprintOf(key: KeyObject): string {
  return createHash('sha256')
    .update(Buffer.from(publicTextOf(key), 'base64'))
    .digest('hex');
}

/** The first digits of a fingerprint, as people compare them. */
export function shortFingerprint(fingerprint: string): string {
  return fingerprint.slice(0, 16);
}

/** Returns the Ed25519 key of a line of base64 or of PEM. @throws Error that says what it is in place of one */
export function publicKeyOf(text: string): KeyObject {
  const trimmed = text.trim();
  if (trimmed.includes('PRIVATE KEY')) throw new Error('it is a private key; give the public one');
  const key = trimmed.startsWith('-----') ? fromPem(trimmed) : fromBase64(trimmed);
  if (key.asymmetricKeyType !== 'ed25519')
    throw new Error(`it is a key of ${key.asymmetricKeyType}, not of Ed25519`);
  return key;
}

function fromPem(text: string): KeyObject {
  try {
    return createPublicKey(text);
  } catch {
    throw new Error('it holds no PEM public key (-----BEGIN PUBLIC KEY-----)');
  }
}

function fromBase64(text: string): KeyObject {
  try {
    return createPublicKey({ key: Buffer.from(text, 'base64'), format: 'der', type: 'spki' });
  } catch {
    throw new Error('it is not a public key in base64, as `harbinger models keys create` prints it');
  }
}
