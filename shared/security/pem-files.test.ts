import { generateKeyPairSync, X509Certificate } from 'node:crypto';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeCertificate, noOpenssl } from '../../test/support/openssl.ts';
import { certificate } from './certificate.testing.ts';
import { readCertificates, readKeyPair } from './pem-files.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'harbinger-pem-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

const owner = { code: 'SOME_TLS_FILES', stage: 'uplink', retry: true } as const;
const file = (name: string, content: string | Buffer) => {
  writeFileSync(join(dir, name), content);
  return join(dir, name);
};
const newKey = () => generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;

describe('certificates', () => {
  it('one or several are returned unchanged', () => {
    const path = file('ca.pem', `some text before\n${certificate}${certificate}`);
    expect(readCertificates(path, 'uplink.caFile', owner)).toEqual(readFileSync(path));
  });

  it.each<[string, () => string, RegExp]>([
    ['no file', () => join(dir, 'none.pem'), /there is no such file/],
    ['a folder', () => dir, /it is a folder/],
    ['an empty file', () => file('empty', ''), /no PEM certificate/],
    ['DER', () => file('der', new X509Certificate(certificate).raw), /no PEM certificate.*-inform DER/],
    ['a key', () => file('key', newKey().export({ type: 'pkcs8', format: 'pem' })), /no PEM certificate/],
    ['a damaged one', () => file('bad', certificate.replace(/\nMII/, '\nAAA')), /is damaged/],
  ])('%s is an error that names the setting and the remedy', (_, make, why) => {
    const path = make();
    const reading = () => readCertificates(path, 'uplink.caFile', owner);
    expect(reading).toThrow(
      expect.objectContaining({ code: 'SOME_TLS_FILES', stage: 'uplink', retry: true }),
    );
    expect(reading).toThrow(`uplink.caFile names ${path}: `);
    expect(reading).toThrow(why);
  });

  it.skipIf(process.getuid?.() === 0)(
    'one without read permission is an error that says so (needs a user who is not root)',
    () => {
      const path = file('secret.pem', certificate);
      chmodSync(path, 0);
      expect(() => readCertificates(path, 'uplink.caFile', owner)).toThrow(/may not read it.*chmod/);
    },
  );
});

describe('a certificate and its key', () => {
  const pair = (keyFile: string) =>
    readKeyPair({ certFile: file('cert.pem', certificate), keyFile }, 'broker.tls', owner);

  it.each<[string, () => string, RegExp]>([
    ['a key that is missing', () => join(dir, 'none'), /there is no such file/],
    ['a file without a key', () => file('key', certificate), /no PEM private key/],
    [
      'another one’s key',
      () => file('key', newKey().export({ type: 'pkcs8', format: 'pem' })),
      /not the key of the certificate in .*cert\.pem \(broker\.tls\.certFile\)/,
    ],
    [
      'a key with a passphrase',
      () =>
        file(
          'key',
          newKey().export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' }),
        ),
      /encrypted with a passphrase.*openssl pkey/,
    ],
  ])('%s is an error that names the setting and the remedy', (_, make, why) => {
    const path = make();
    expect(() => pair(path)).toThrow(`broker.tls.keyFile names ${path}: `);
    expect(() => pair(path)).toThrow(why);
  });

  it.skipIf(noOpenssl !== null)('that belong together are returned (needs openssl)', () => {
    const files = { certFile: join(dir, 'c'), keyFile: join(dir, 'k') };
    makeCertificate(files.certFile, files.keyFile, '-subj', '/CN=a');
    expect(readKeyPair(files, 'broker.tls', owner)).toEqual({
      cert: readFileSync(files.certFile),
      key: readFileSync(files.keyFile),
    });
  });
});
