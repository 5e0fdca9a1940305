import { execFileSync } from 'node:child_process';
import { ensureDebianBinary, environmentOf } from './debian/packages.ts';
import { reasonToSkip } from './needed.ts';

const openssl = await ensureDebianBinary({ packages: ['openssl'], binary: 'usr/bin/openssl' });

/** Why there is no openssl, if skips were asked for. */
export const noOpenssl = reasonToSkip(openssl);

/** Makes a key and a self-signed certificate, both PEM, valid for two days. */
export function makeCertificate(certFile: string, keyFile: string, ...options: readonly string[]): void {
  if ('unavailable' in openssl) throw new Error(openssl.unavailable);
  const request = [
    'req',
    '-x509',
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:P-256',
    '-nodes',
    '-days',
    '2',
  ];
  execFileSync(openssl.path, [...request, ...options, '-keyout', keyFile, '-out', certFile], {
    stdio: 'ignore',
    env: environmentOf(openssl),
  });
}

/** Makes a key and a certificate that `ca` has issued, both PEM, valid for two days. */
export function issueCertificate(
  ca: { certFile: string; keyFile: string },
  certFile: string,
  keyFile: string,
  ...options: readonly string[]
): void {
  makeCertificate(certFile, keyFile, '-CA', ca.certFile, '-CAkey', ca.keyFile, ...options);
}

/** Runs openssl and returns what it prints. @throws where it ends with another code than 0 */
export function opensslOutput(...args: readonly string[]): string {
  if ('unavailable' in openssl) throw new Error(openssl.unavailable);
  return execFileSync(openssl.path, args, { encoding: 'utf8', stdio: 'pipe', env: environmentOf(openssl) });
}
