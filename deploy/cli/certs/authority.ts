/** Makes certificates: that of a site's authority, and those that it issues. Loaded only when one is made, as the library is large. */
import 'reflect-metadata';
import { createPrivateKey, createPublicKey, webcrypto } from 'node:crypto';
import { isIP } from 'node:net';
import * as x509 from '@peculiar/x509';
import { newSecret } from '../../../shared/security/secret.ts';
import type { LeafRequest, Made, Span } from './requests.ts';

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;

/** Makes a key, in PEM. */
export async function newKey(): Promise<string> {
  const { privateKey } = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const der = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', privateKey));
  return String(
    createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }).export({ format: 'pem', type: 'pkcs8' }),
  );
}

/** Makes the certificate of an authority, signed by itself. @param name of the site, which people see in lists of authorities */
export async function authorityCertificate(name: string, keyPem: string, span: Span): Promise<string> {
  const keys = await keysOf(keyPem);
  const made = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: serialNumber(),
    name: [{ CN: [name] }, { O: ['Harbinger private CA'] }],
    ...validity(span),
    keys,
    signingAlgorithm: algorithm,
    extensions: [
      // It signs certificates of machines, and no further authorities.
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return pemOf(made);
}

/** Issues a certificate, which never outlives that of the authority. */
export async function issuedCertificate(
  authority: Made,
  keyPem: string,
  { name, hosts, use }: LeafRequest,
  span: Span,
): Promise<string> {
  const issuer = new x509.X509Certificate(authority.certificate);
  const { publicKey } = await keysOf(keyPem);
  const made = await x509.X509CertificateGenerator.create({
    serialNumber: serialNumber(),
    subject: [{ CN: [name] }],
    issuer: issuer.subjectName,
    ...validity({ ...span, toMs: Math.min(span.toMs, issuer.notAfter.getTime()) }),
    publicKey,
    signingKey: (await keysOf(authority.key)).privateKey,
    signingAlgorithm: algorithm,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([
        use === 'server' ? x509.ExtendedKeyUsage.serverAuth : x509.ExtendedKeyUsage.clientAuth,
      ]),
      await x509.SubjectKeyIdentifierExtension.create(publicKey),
      await x509.AuthorityKeyIdentifierExtension.create(issuer.publicKey),
      ...(hosts.length === 0 ? [] : [new x509.SubjectAlternativeNameExtension(hosts.map(alternativeName))]),
    ],
  });
  return pemOf(made);
}

const alternativeName = (host: string) => ({ type: isIP(host) === 0 ? 'dns' : 'ip', value: host }) as const;

/** A certificate has times in whole seconds. */
const validity = ({ fromMs, toMs }: Span) => ({
  notBefore: wholeSecond(fromMs),
  notAfter: wholeSecond(toMs),
});
const wholeSecond = (ms: number) => new Date(Math.floor(ms / 1_000) * 1_000);

/** Random, as authorities of the public have them; the first byte keeps the number positive and of full length. */
function serialNumber(): string {
  const bytes = newSecret(16);
  bytes[0] = (bytes[0]! & 0x3f) | 0x40;
  return bytes.toString('hex');
}

async function keysOf(pem: string): Promise<webcrypto.CryptoKeyPair> {
  const key = createPrivateKey(pem);
  const { subtle } = webcrypto;
  const privateDer = key.export({ format: 'der', type: 'pkcs8' });
  const publicDer = createPublicKey(key).export({ format: 'der', type: 'spki' });
  return {
    privateKey: await subtle.importKey('pkcs8', privateDer, algorithm, false, ['sign']),
    publicKey: await subtle.importKey('spki', publicDer, algorithm, true, ['verify']),
  };
}

const pemOf = (certificate: x509.X509Certificate) => `${certificate.toString('pem').trim()}\n`;
