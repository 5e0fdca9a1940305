/** The folder of `harbinger certs`: NAME.crt and NAME.key, and ca.crt and ca.key of the authority. */
import { X509Certificate } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  rmSync,
  statSync,
} from 'node:fs';
import { join } from 'node:path';
import { readRegular } from '../../../shared/files/read-regular.ts';
import { besideOf, replaceFileSync } from '../../../shared/files/replace.ts';
import { codeOf, HarbingerError, messageOf } from '../../../shared/runtime/errors.ts';
import { readKeyPair } from '../../../shared/security/pem-files.ts';
import { authorityName, type Made } from './requests.ts';

const owner = { code: 'CERTS_UNREADABLE', stage: 'cli' } as const;

export function filesOf(dir: string, name: string): { certFile: string; keyFile: string } {
  return { certFile: join(dir, `${name}.crt`), keyFile: join(dir, `${name}.key`) };
}

/** The names of all certificates of a folder, the authority's first. @throws HarbingerError CERTS_UNREADABLE */
export function namesIn(dir: string): string[] {
  try {
    const names = readdirSync(dir)
      .filter((file) => file.endsWith('.crt'))
      .map((file) => file.slice(0, -'.crt'.length))
      .sort();
    return [
      ...names.filter((name) => name === authorityName),
      ...names.filter((name) => name !== authorityName),
    ];
  } catch (error) {
    throw unreadable(dir, messageOf(error));
  }
}

/** A certificate with its key. @throws HarbingerError CERTS_UNREADABLE */
export function readPair(dir: string, name: string): Made {
  const files = filesOf(dir, name);
  if (name === authorityName && !existsSync(files.certFile))
    throw unreadable(files.certFile, 'there is no authority: make one first, harbinger certs init');
  const { cert, key } = readKeyPair(files, name, owner);
  return { certificate: cert.toString('utf8'), key: key.toString('utf8') };
}

/** @throws HarbingerError CERTS_UNREADABLE */
export function readCertificate(path: string): X509Certificate {
  try {
    return new X509Certificate(readRegular(path));
  } catch (error) {
    throw unreadable(path, `it holds no certificate that can be read (${messageOf(error)})`);
  }
}

/** Refuses before anything is computed. @throws HarbingerError CERTS_EXISTS */
export function refuseExisting(dir: string, name: string): void {
  for (const path of Object.values(filesOf(dir, name))) if (existsSync(path)) throw exists(path);
}

/** Writes a new pair, the key first, readable by its owner only. @throws HarbingerError CERTS_EXISTS */
export function writePair(dir: string, name: string, { certificate, key }: Made): void {
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  refuseExisting(dir, name);
  const { certFile, keyFile } = filesOf(dir, name);
  writeNew(dir, keyFile, key, 0o600);
  writeNew(dir, certFile, certificate, 0o644);
}

/** Puts a renewed certificate in the place of that of before, whole or not at all. */
export function replaceCertificate(dir: string, name: string, certificate: string): void {
  const { certFile } = filesOf(dir, name);
  const { uid, gid } = statSync(certFile);
  replaceFileSync(certFile, certificate, { mode: 0o644 });
  giveTo(certFile, uid, gid);
}

/** A link is refused where a file is, so that none is ever replaced; nor is there half a file. */
function writeNew(dir: string, path: string, text: string, mode: number): void {
  const beside = `${path}.new`;
  rmSync(besideOf(beside), { force: true }); // a file that a crash has left would keep its own permissions
  replaceFileSync(beside, text, { mode });
  chmodSync(beside, mode);
  const { uid, gid } = statSync(dir);
  giveTo(beside, uid, gid);
  try {
    linkSync(beside, path);
  } catch (error) {
    throw codeOf(error) === 'EEXIST' ? exists(path) : error;
  } finally {
    rmSync(beside, { force: true });
  }
}

/** Gives what root writes into the folder of a service to that service, which could not read its key otherwise. */
function giveTo(path: string, uid: number, gid: number): void {
  if (process.getuid?.() === 0) chownSync(path, uid, gid);
}

const exists = (path: string) =>
  new HarbingerError('CERTS_EXISTS', 'cli', `${path} exists, and is not replaced: renew it, or move it away`);

const unreadable = (path: string, why: string) =>
  new HarbingerError('CERTS_UNREADABLE', 'cli', `${path}: ${why}`);
