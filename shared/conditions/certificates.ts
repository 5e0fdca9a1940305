import { X509Certificate } from 'node:crypto';
import { readRegular } from '../files/read-regular.ts';
import type { Clock } from '../runtime/clock.ts';
import { certificatesIn } from '../security/pem-files.ts';
import { dateTimeText, durationText } from '../words/times.ts';
import type { Condition } from './conditions.ts';

/** A file with certificates that the configuration names. */
export interface CertificateFile {
  /** The setting that names it, e.g. `broker.tls.certFile`. */
  setting: string;
  path: string;
}

export interface CertificateFacts extends CertificateFile {
  /**
   * In ms since 1970, when a certificate with its chain expires: with the first of them; of authorities: with the last, as
   * only one of them signs.
   */
  expiresMs: number;
}

const named = ['certFile', 'caFile', 'clientCaFile'];

/** Returns every file with certificates that a configuration names, whatever part of it. */
export function certificateFilesIn(config: unknown, place = ''): CertificateFile[] {
  if (typeof config !== 'object' || config === null) return [];
  return Object.entries(config).flatMap(([key, value]) => {
    const setting = Array.isArray(config) ? `${place}[${key}]` : `${place}${place === '' ? '' : '.'}${key}`;
    if (named.includes(key) && typeof value === 'string') return [{ setting, path: value }];
    return certificateFilesIn(value, setting);
  });
}

const readEveryMs = 600_000;

/** Reads the certificates now and then: a new file is noticed without a restart. */
export class CertificateReader {
  private readonly files: readonly CertificateFile[];
  private readonly clock: Clock;
  private readMs = Number.NEGATIVE_INFINITY;
  private known: CertificateFacts[] | null = null;

  constructor(files: readonly CertificateFile[], clock: Clock) {
    this.files = files;
    this.clock = clock;
  }

  /** Null if one of them cannot be read, or the clock is not set. */
  facts(): readonly CertificateFacts[] | null {
    if (this.clock.isSet?.() === false) return null;
    const nowMs = this.clock.monotonicMs();
    if (nowMs - this.readMs < readEveryMs) return this.known;
    this.readMs = nowMs;
    try {
      this.known = this.files.map((file) => ({ ...file, expiresMs: expiryOf(file) }));
    } catch {
      this.known = null;
    }
    return this.known;
  }
}

/** @throws system errors, and errors of a file without certificates */
function expiryOf({ path, setting }: CertificateFile): number {
  const texts = certificatesIn(readRegular(path).toString('latin1'));
  if (texts.length === 0) throw new Error(`${path} holds no certificate`);
  const ends = texts.map((text) => Date.parse(new X509Certificate(text).validTo));
  return setting.endsWith('certFile') ? Math.min(...ends) : Math.max(...ends);
}

function itemOf(setting: string, path: string): string {
  return `${setting}: ${path}`.slice(0, 200);
}

const dayMs = 86_400_000;
const warnMs = 30 * dayMs;
const criticalMs = 7 * dayMs;

export const certificateExpiry: Condition<{ certificates: readonly CertificateFacts[] | null }> = {
  name: 'certificate-expiry',
  meaning: 'A certificate that the configuration names expires within 30 days (critical: 7).',
  openAfterMs: 0,
  closeAfterMs: 0,
  check({ certificates }, nowMs) {
    if (!certificates) return 'unknown';
    return certificates
      .filter(({ expiresMs }) => expiresMs - nowMs < warnMs)
      .map(({ setting, path, expiresMs }) => ({
        item: itemOf(setting, path),
        severity: expiresMs - nowMs < criticalMs ? 'critical' : 'warning',
        reasons: [
          expiresMs > nowMs
            ? `The certificate in ${path} (${setting}) expires in ${durationText(expiresMs - nowMs)}, at ${dateTimeText(expiresMs)}.`
            : `The certificate in ${path} (${setting}) has expired at ${dateTimeText(expiresMs)}.`,
          'From then on connections that need it are refused.',
          'Get a new one from who issued it, replace the file, and restart.',
        ],
      }));
  },
  ended({ item = '' }, { certificates }) {
    const isUsed = certificates?.some(({ setting, path }) => item === itemOf(setting, path));
    return isUsed ? `${item} is valid for longer again.` : `${item} is not used any more.`;
  },
};
