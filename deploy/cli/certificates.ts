import { X509Certificate } from 'node:crypto';
import { certificateSettings } from '../../shared/config/tls-problems.ts';
import { readRegular } from '../../shared/files/read-regular.ts';
import { certificatesIn } from '../../shared/security/pem-files.ts';

const soonMs = 14 * 86_400_000;

/**
 * Describes each certificate named in a configuration that is outside its validity period or expires within a
 * fortnight. The files must have been checked to be certificates.
 */
export function validityWarnings(config: unknown, nowMs: number): string[] {
  return settingsOf(config, '').flatMap(({ setting, path }) => {
    const texts = certificatesIn(readRegular(path).toString('latin1'));
    return texts
      .map((text) => validityOf(new X509Certificate(text), nowMs))
      .filter((problem) => problem !== null)
      .map((problem) => `${setting} names ${path}: ${problem}`);
  });
}

function validityOf(certificate: X509Certificate, nowMs: number): string | null {
  const { subject, validFrom, validTo } = certificate;
  const who = `the certificate of ${subject.replaceAll('\n', ', ')}`;
  if (Date.parse(validFrom) > nowMs)
    return `${who} is valid only from ${validFrom}; is this computer's clock right?`;
  if (Date.parse(validTo) <= nowMs)
    return `${who} expired on ${validTo}; who checks it will not connect: renew it`;
  return Date.parse(validTo) <= nowMs + soonMs ? `${who} expires on ${validTo}; renew it` : null;
}

function settingsOf(value: unknown, place: string): { setting: string; path: string }[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, item]) => {
    const setting = place === '' ? key : `${place}.${key}`;
    const isFile = certificateSettings.some((name) => name === key) && typeof item === 'string';
    return isFile ? [{ setting, path: item }] : settingsOf(item, setting);
  });
}
