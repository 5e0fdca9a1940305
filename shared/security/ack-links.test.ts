import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { AckLinks } from './ack-links.ts';

const folder = mkdtempSync(join(tmpdir(), 'harbinger-ack-'));
afterAll(() => rmSync(folder, { recursive: true }));

const grant = { alertId: 'p-1', gateway: 'north', notifier: 'technicians', untilMs: 1_000 };

it('a link holds for its alert until its time is over, also after a restart, and for nobody who has another secret', () => {
  const token = AckLinks.in(folder).token(grant);
  const again = AckLinks.in(folder);
  expect(again.grantOf(token, 999)).toEqual(grant);
  expect(again.grantOf(token, 1_000)).toBeNull();
  expect(new AckLinks(Buffer.alloc(32)).grantOf(token, 0)).toBeNull();
  expect(statSync(join(folder, 'ack-key')).mode & 0o777).toBe(0o600);
});

it('a link that was changed, or is none, is refused', () => {
  const links = AckLinks.in(folder);
  const [, signature] = links.token(grant).split('.');
  const other = Buffer.from(JSON.stringify(['p-2', 'north', 'technicians', 9e15])).toString('base64url');
  for (const token of [`${other}.${signature}`, `${other}.`, '', '.', 'x'.repeat(2_000)])
    expect(links.grantOf(token, 0)).toBeNull();
});
