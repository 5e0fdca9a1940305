/** The page behind the link in a mail. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { systemClock } from '../../../shared/runtime/clock.ts';
import { AckLinks } from '../../../shared/security/ack-links.ts';
import type { AlertChoice, Deed } from '../../ports/work/work.ts';
import { createMemoryOperations } from '../memory-ports.testing.ts';
import { alertOf } from '../plant-data.testing.ts';
import { get, startApi, stopAll } from '../running-api.testing.ts';

const dataDir = mkdtempSync(join(tmpdir(), 'harbinger-ack-page-'));
const operations = createMemoryOperations();
const done: { choices: readonly AlertChoice[]; deed: Deed }[] = [];
let base: string;
beforeAll(async () => {
  operations.set({ alerts: [alertOf({ gateway: 'north' })] });
  const work = async (choices: readonly AlertChoice[], deed: Deed) => {
    done.push({ choices, deed });
    return { done: operations.ports.alerts.all('open'), refused: [] };
  };
  ({ base } = await startApi({ operations, dataDir, working: { work } }));
});
afterAll(async () => {
  await stopAll();
  rmSync(dataDir, { recursive: true });
});

const link = (more: object = {}) => {
  const untilMs = systemClock.nowMs() + 60_000;
  const grant = { alertId: 'alert-1', gateway: 'north', notifier: 'technicians', untilMs, ...more };
  return `${base}/acknowledge/${AckLinks.in(dataDir).token(grant)}`;
};
const press = (url: string, form: string) =>
  fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: form,
  });

it('does nothing when it is opened, as scanners of mails do, and acknowledges by its button, without a token', async () => {
  const opened = await fetch(link());
  expect([opened.status, opened.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
  expect(await opened.text()).toContain('<form method="post">');
  expect(done).toEqual([]);
  const pressed = await press(link(), 'by=Anna+B.');
  expect([pressed.status, await pressed.text()]).toEqual([
    200,
    expect.stringContaining('Acknowledged by Anna B.'),
  ]);
  expect(done).toMatchObject([
    { choices: [{ alertId: 'alert-1', gateway: 'north' }], deed: { deed: 'acknowledge', by: 'Anna B.' } },
  ]);
  const { body } = await get(`${base}/api/audit`);
  expect(JSON.stringify(body)).toContain('link of technicians');
});

it('refuses what is over, forged, or without a name', async () => {
  const before = done.length;
  expect((await fetch(link({ untilMs: 1 }))).status).toBe(410);
  expect((await press(link({ untilMs: 1 }), 'by=anna')).status).toBe(410);
  expect((await press(`${base}/acknowledge/e30.x`, 'by=anna')).status).toBe(410);
  expect((await press(link(), 'by=+')).status).toBe(400);
  expect((await press(link(), '')).status).toBe(400);
  expect(await (await fetch(link({ alertId: 'none' }))).text()).toContain('not open any more');
  expect(done).toHaveLength(before);
});
