import { X509Certificate } from 'node:crypto';
import { certificateSettings } from '../config/tls-problems.ts';
import { readRegular } from '../files/read-regular.ts';
import type { Clock } from '../runtime/clock.ts';
import { certificatesIn } from '../security/pem-files.ts';
import { dateTimeText, durationText } from '../words/times.ts';
import type { Condition, Finding, NotKnown } from './conditions.ts';

/** A file with certificates that the configuration names. */
export interface CertificateFile {
  /** The setting that names it, e.g. `broker.tls.certFile`. */
  setting: string;
  path: string;
}

/**
 * Times in ms since 1970: when a certificate with its chain expires, with the first of them; of authorities, with the last,
 * as only one of them signs. Null where that cannot be read.
 */
export interface CertificateFacts extends CertificateFile {
  /** End of those that the file holds now. */
  expiresMs: number | null;
  /** End of those that this process has read at its start, and uses until it is started again. */
  usedMs: number | null;
}

/** Returns every file with certificates that a configuration names, whatever part of it. */
export function certificateFilesIn(config: unknown, place = ''): CertificateFile[] {
  if (typeof config !== 'object' || config === null) return [];
  return Object.entries(config).flatMap(([key, value]) => {
    const setting = Array.isArray(config) ? `${place}[${key}]` : `${place}${place === '' ? '' : '.'}${key}`;
    if (isCertificateSetting(key) && typeof value === 'string') return [{ setting, path: value }];
    return certificateFilesIn(value, setting);
  });
}

function isCertificateSetting(key: string): boolean {
  return (certificateSettings as readonly string[]).includes(key);
}

const readEveryMs = 600_000;

/** Reads the certificates when it is made, which is what is used, and then now and then. */
export class CertificateReader {
  private readonly clock: Clock;
  private readMs: number;
  private known: readonly CertificateFacts[];

  constructor(files: readonly CertificateFile[], clock: Clock) {
    this.clock = clock;
    this.readMs = clock.monotonicMs();
    this.known = files.map((file) => {
      const expiresMs = expiryOf(file);
      return { ...file, expiresMs, usedMs: expiresMs };
    });
  }

  /** Null if the clock is not set. */
  facts(): readonly CertificateFacts[] | null {
    if (this.clock.isSet?.() === false) return null;
    const nowMs = this.clock.monotonicMs();
    if (nowMs - this.readMs < readEveryMs) return this.known;
    this.readMs = nowMs;
    this.known = this.known.map((file) => ({ ...file, expiresMs: expiryOf(file) }));
    return this.known;
  }
}

/** Null if the file cannot be read, or holds no certificate. */
function expiryOf({ path, setting }: CertificateFile): number | null {
  try {
    const texts = certificatesIn(readRegular(path).toString('latin1'));
    const ends = texts.map((text) => Date.parse(new X509Certificate(text).validTo));
    if (ends.length === 0) return null;
    return setting.endsWith('certFile') ? Math.min(...ends) : Math.max(...ends);
  } catch {
    return null;
  }
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
    return certificates.flatMap((file) => expiring(file, nowMs) ?? []);
  },
  ended({ item = '' }, { certificates }) {
    const isUsed = certificates?.some(({ setting, path }) => item === itemOf(setting, path));
    return isUsed ? `${item} is valid for longer again.` : `${item} is not used any more.`;
  },
};

/** A new file changes nothing before it is used, and one that cannot be read says nothing of what is used. */
function expiring(file: CertificateFacts, nowMs: number): Finding | NotKnown | null {
  const { setting, path, expiresMs, usedMs } = file;
  const item = itemOf(setting, path);
  const endMs = Math.min(usedMs ?? Number.POSITIVE_INFINITY, expiresMs ?? Number.POSITIVE_INFINITY);
  if (!Number.isFinite(endMs)) return { item, isKnown: false };
  if (endMs - nowMs >= warnMs) return null;
  const when =
    endMs > nowMs
      ? `expires in ${durationText(endMs - nowMs)}, at ${dateTimeText(endMs)}`
      : `has expired at ${dateTimeText(endMs)}`;
  const isReplaced = expiresMs !== null && expiresMs > endMs;
  return {
    item,
    severity: endMs - nowMs < criticalMs ? 'critical' : 'warning',
    reasons: [
      isReplaced
        ? `The certificate of ${setting} that is in use ${when}; ${path} holds one that is valid until ${dateTimeText(expiresMs)}.`
        : `The certificate in ${path} (${setting}) ${when}.`,
      'From then on connections that need it are refused.',
      isReplaced
        ? 'Restart, so that the new one is used.'
        : 'Get a new one from who issued it, replace the file, and restart.',
    ],
  };
}
