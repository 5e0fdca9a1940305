import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { certificate } from '../../shared/security/certificate.testing.ts';
import { validityWarnings } from './certificates.ts';

let dir = '';
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'harbinger-certificates-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

it.each([
  ['2020-01-01', /valid only from/],
  ['2027-01-01', null],
  ['2126-10-20', /expires on/],
  ['2126-11-01', /expired on .*renew it/],
])('on %s', (day, warning) => {
  const path = join(dir, 'cert.pem');
  writeFileSync(path, `${certificate}${certificate}`);
  const config = {
    broker: { tls: { certFile: path, keyFile: '/a/key' }, users: [{ caFile: 7 }] },
    uplink: {},
  };
  const warnings = validityWarnings(config, Date.parse(day));
  expect(warnings).toHaveLength(warning ? 2 : 0);
  for (const text of warnings) {
    expect(text).toMatch(warning!);
    expect(text).toContain(`broker.tls.certFile names ${path}: the certificate of CN=harbinger-test`);
  }
});
