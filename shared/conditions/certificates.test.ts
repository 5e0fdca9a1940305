import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { manualClock } from '../runtime/manual-clock.ts';
import { certificate } from '../security/certificate.testing.ts';
import {
  type CertificateFacts,
  CertificateReader,
  certificateExpiry,
  certificateFilesIn,
} from './certificates.ts';

const dayMs = 86_400_000;
const readEveryMs = 600_000;
const validUntilMs = Date.parse('2126-10-28T03:04:05Z');

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'harbinger-certificates-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

it('the files of a configuration are found, whatever part names them', () => {
  const config = {
    broker: { tls: { certFile: '/a.pem', keyFile: '/a.key' } },
    alerts: { email: [{ caFile: '/b.pem' }, { host: 'x' }] },
    ingest: { tls: null, clientCaFile: '/c.pem' },
  };
  expect(certificateFilesIn(config)).toEqual([
    { setting: 'broker.tls.certFile', path: '/a.pem' },
    { setting: 'alerts.email[0].caFile', path: '/b.pem' },
    { setting: 'ingest.clientCaFile', path: '/c.pem' },
  ]);
});

it('one that cannot be read hides no other, and a file that changes says nothing of what is used', () => {
  const clock = manualClock();
  const [good, bad] = [join(folder, 'good.pem'), join(folder, 'bad.pem')];
  writeFileSync(good, certificate);
  const files = [good, bad].map((path) => ({ setting: 'broker.tls.certFile', path }));
  const reader = new CertificateReader(files, clock);
  const times = () => reader.facts()?.map(({ expiresMs, usedMs }) => [expiresMs, usedMs]);
  expect(times()).toEqual([
    [validUntilMs, validUntilMs],
    [null, null],
  ]);
  writeFileSync(good, 'no certificate');
  writeFileSync(bad, certificate);
  clock.advanceNow(readEveryMs);
  expect(times()).toEqual([
    [null, validUntilMs],
    [validUntilMs, null],
  ]);
});

describe('the condition', () => {
  const nowMs = Date.UTC(2026, 5, 1);
  const file = (name: string, days: number | null, usedDays = days): CertificateFacts => {
    const at = (count: number | null) => (count === null ? null : nowMs + count * dayMs);
    return { setting: 'uplink.caFile', path: `/${name}`, expiresMs: at(days), usedMs: at(usedDays) };
  };
  const check = (...certificates: CertificateFacts[]) => certificateExpiry.check({ certificates }, nowMs, []);

  it('is found 30 days before, and is critical 7 days before, and when it has expired', () => {
    expect(check(file('a', 31), file('b', 29), file('c', 6), file('d', -1))).toMatchObject([
      { item: 'uplink.caFile: /b', severity: 'warning' },
      { item: 'uplink.caFile: /c', severity: 'critical' },
      {
        severity: 'critical',
        reasons: [expect.stringContaining('has expired at 2026-05-31'), expect.anything(), expect.anything()],
      },
    ]);
  });

  it('lasts while the old one is in use, and says that a restart is what is missing', () => {
    expect(check(file('a', 365, 5))).toMatchObject([
      {
        severity: 'critical',
        reasons: [
          expect.stringContaining('that is in use expires in 5 d'),
          expect.anything(),
          expect.stringMatching(/^Restart/),
        ],
      },
    ]);
    expect(check(file('a', null, 5), file('b', 5, 365))).toMatchObject([
      { severity: 'critical' },
      { severity: 'critical' },
    ]);
  });

  it('is not known of a file that could not be read, and of none while the clock is not set', () => {
    expect(check(file('a', null), file('b', 5))).toMatchObject([
      { item: 'uplink.caFile: /a', isKnown: false },
      { item: 'uplink.caFile: /b', severity: 'critical' },
    ]);
    expect(certificateExpiry.check({ certificates: null }, nowMs, [])).toBe('unknown');
  });
});
