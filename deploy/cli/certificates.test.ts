import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { validityWarnings } from './certificates.ts';

/** Valid from 2026-11-21 for a hundred years. */
const certificate = `-----BEGIN CERTIFICATE-----
MIIBiTCCAS+gAwIBAgIUBuotUHuoKfyJ0mXDabqc2P8cgHYwCgYIKoZIzj0EAwIw
GTEXMBUGA1UEAwwOaGFyYmluZ2VyLXRlc3QwIBcNMjYxMTIxMDMwNDA1WhgPMjEy
NjEwMjgwMzA0MDVaMBkxFzAVBgNVBAMMDmhhcmJpbmdlci10ZXN0MFkwEwYHKoZI
zj0CAQYIKoZIzj0DAQcDQgAEP8zZlA1skv80pqvEdt8c4D6XfESvWQHzTgQGYn/T
UVo2RYSONKqjlpqT0Ex7W2bsX6vhuAXUomtqMyDk1yaF+KNTMFEwHQYDVR0OBBYE
FD+LoHl71I4iWoNxq9fKfn9jiDo0MB8GA1UdIwQYMBaAFD+LoHl71I4iWoNxq9fK
fn9jiDo0MA8GA1UdEwEB/wQFMAMBAf8wCgYIKoZIzj0EAwIDSAAwRQIgdKVIbLot
Hq8FQUBVRwWHApxbUN2OgClA+piDuJWHfX4CIQCVf44MoxoCUoyABPMH+QQxHCLf
PqC8SuNnoRwDJZ/UsA==
-----END CERTIFICATE-----
`;

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
