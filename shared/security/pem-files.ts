/**
 * Reads certificates and keys that settings name, and checks them before use, so that a problem is reported precisely.
 */
import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { readProblem } from '../files/read-problem.ts';
import { readRegular } from '../files/read-regular.ts';
import { HarbingerError, messageOf, type Stage } from '../runtime/errors.ts';

/** The user of the files: `code` and `stage` of the errors, and whether a later retry can help. */
export interface PemOwner {
  code: string;
  stage: Stage;
  retry?: boolean;
}

const certificatePattern = /-----BEGIN (?:X509 )?CERTIFICATE-----[^-]+-----END (?:X509 )?CERTIFICATE-----/g;

/** Returns the certificates in the text of a PEM file, as texts. */
export function certificatesIn(pem: string): string[] {
  return pem.match(certificatePattern) ?? [];
}

/**
 * Reads one or more certificates. @param setting where the path comes from, e.g. `uplink.caFile`
 * @throws HarbingerError of the owner, naming file, setting and remedy
 */
export function readCertificates(path: string, setting: string, owner: PemOwner): Buffer {
  const bytes = readNamed(path, setting, owner);
  const found = certificatesIn(bytes.toString('latin1'));
  if (found.length === 0) {
    throw problem(
      path,
      setting,
      owner,
      'it holds no PEM certificate (-----BEGIN CERTIFICATE-----); from DER it is made by `openssl x509 -inform DER -in FILE -out FILE.pem`',
    );
  }
  try {
    for (const text of found) new X509Certificate(text);
  } catch (error) {
    throw problem(
      path,
      setting,
      owner,
      `a certificate in it is damaged (${messageOf(error)}); get it anew`,
      error,
    );
  }
  return bytes;
}

/**
 * Reads a certificate (with its chain) and its private key. @param section where the paths come from, e.g. `broker.tls`
 * @throws HarbingerError of the owner, naming file, setting and remedy
 */
export function readKeyPair(
  files: { certFile: string; keyFile: string },
  section: string,
  owner: PemOwner,
): { cert: Buffer; key: Buffer } {
  const certSetting = `${section}.certFile`;
  const keySetting = `${section}.keyFile`;
  const cert = readCertificates(files.certFile, certSetting, owner);
  const { bytes: key, parsed } = readPrivateKey(files.keyFile, keySetting, owner);
  if (!new X509Certificate(cert).checkPrivateKey(parsed)) {
    throw problem(
      files.keyFile,
      keySetting,
      owner,
      `it is not the key of the certificate in ${files.certFile} (${certSetting}); give the two that belong together`,
    );
  }
  return { cert, key };
}

/**
 * Reads a private key and returns its bytes and its parsed form. @throws HarbingerError of the owner, naming file,
 * setting and remedy
 */
export function readPrivateKey(
  path: string,
  setting: string,
  owner: PemOwner,
): { bytes: Buffer; parsed: KeyObject } {
  const bytes = readNamed(path, setting, owner);
  return { bytes, parsed: parseKey(bytes, path, setting, owner) };
}

function parseKey(key: Buffer, path: string, setting: string, owner: PemOwner): KeyObject {
  try {
    return createPrivateKey(key);
  } catch {
    const why = /-----BEGIN ENCRYPTED|Proc-Type: 4,ENCRYPTED/.test(key.toString('latin1'))
      ? 'its key is encrypted with a passphrase; write it without one: `openssl pkey -in FILE -out FILE.plain`'
      : 'it holds no PEM private key (-----BEGIN PRIVATE KEY-----)';
    throw problem(path, setting, owner, why);
  }
}

function readNamed(path: string, setting: string, owner: PemOwner): Buffer {
  try {
    return readRegular(path);
  } catch (error) {
    throw problem(path, setting, owner, readProblem(error), error);
  }
}

function problem(
  path: string,
  setting: string,
  { code, stage, retry = false }: PemOwner,
  why: string,
  cause?: unknown,
): HarbingerError {
  return new HarbingerError(code, stage, `${setting} names ${path}: ${why}`, {
    retry,
    ...(cause !== undefined && { cause }),
  });
}
