/** Requests over HTTPS to servers that have a certificate of a private authority. */
import { X509Certificate } from 'node:crypto';
import { request } from 'node:https';
import { Readable } from 'node:stream';
import { checkServerIdentity, type PeerCertificate } from 'node:tls';
import { certificatesIn, type PemOwner, readCertificates } from '../security/pem-files.ts';

/** Certificates that a caller trusts: those of authorities, or that of the server itself. */
export interface Trusted {
  pem: Buffer;
  fingerprints: readonly string[];
}

/** @param setting names the file to the user @throws HarbingerError of the owner */
export function readTrusted(path: string, setting: string, owner: PemOwner): Trusted {
  const pem = readCertificates(path, setting, owner);
  const certificates = certificatesIn(pem.toString('latin1')).map((text) => new X509Certificate(text));
  return { pem, fingerprints: certificates.map(({ fingerprint256 }) => fingerprint256) };
}

export interface SealedRequest {
  method: string;
  headers: Readonly<Record<string, string>>;
  body?: string | Uint8Array<ArrayBuffer>;
  signal: AbortSignal;
}

/** Statuses whose answers have no body. */
const bodiless = [204, 205, 304];

/**
 * Requests something over HTTPS, as `fetch` does, which cannot be told whom to trust. A server that shows a trusted certificate as its
 * own is the right one by whatever name it was called.
 */
export function fetchTrusting(
  url: string,
  { method, headers, body, signal }: SealedRequest,
  trusted: Trusted | undefined,
): Promise<Response> {
  const trust = trusted && {
    ca: trusted.pem,
    allowPartialTrustChain: true,
    checkServerIdentity: (host: string, shown: PeerCertificate) =>
      trusted.fingerprints.includes(shown.fingerprint256) ? undefined : checkServerIdentity(host, shown),
  };
  return new Promise((resolve, reject) => {
    const sent = request(url, { method, headers, signal, ...trust }, (answer) => {
      const { statusCode: status = 500 } = answer;
      const fields = Object.entries(answer.headers).map(([name, value]) => [name, String(value)] as const);
      const isEmpty = bodiless.includes(status);
      if (isEmpty) answer.resume();
      const stream = isEmpty ? null : (Readable.toWeb(answer) as ReadableStream<Uint8Array>);
      resolve(new Response(stream, { status, headers: Object.fromEntries(fields) }));
    });
    sent.once('error', (error) => reject(error));
    sent.end(body);
  });
}

/** Says what to do where the server's certificate is the problem; nothing otherwise. */
export function trustRemedy(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (/SELF_SIGNED|UNABLE_TO_(GET|VERIFY)/.test(code))
    return '; name the certificate of its authority: --ca-file FILE, or $HARBINGER_CA_FILE';
  if (/ALTNAME_INVALID$/.test(code)) return '; call it by a name that its certificate has';
  return /HAS_EXPIRED$/.test(code) ? '; renew its certificate' : '';
}
