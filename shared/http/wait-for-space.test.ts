import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { freePort } from '../../test/support/ports.ts';
import { HarbingerError } from '../runtime/errors.ts';
import { silentLog } from '../runtime/log.ts';
import { manualClock } from '../runtime/manual-clock.ts';
import { startWithSpace } from './wait-for-space.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'harbinger-space-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const full = () =>
  new HarbingerError('BROKER_STORE_FAILED', 'broker', 'cannot use it', {
    cause: Object.assign(new Error('ENOSPC: no space left on device, mkdir'), { code: 'ENOSPC' }),
  });

async function waiting(start: () => Promise<string>) {
  const clock = manualClock();
  const stop = new AbortController();
  const http = { host: '127.0.0.1', port: await freePort() };
  const deps = {
    dataDir: join(folder, 'not', 'there'),
    http,
    place: 'api',
    clock,
    log: silentLog,
    signal: stop.signal,
  };
  const started = startWithSpace(start, deps);
  const ask = async (path: string) => {
    const response = await fetch(`http://127.0.0.1:${http.port}${path}`);
    return { status: response.status, text: await response.text() };
  };
  return { clock, stop, started, ask };
}

it('while the disk is full, it is alive and not ready, and starts when there is space', async () => {
  let isFull = true;
  const { clock, started, ask } = await waiting(async () => {
    if (isFull) throw full();
    return 'started';
  });
  await vi.waitFor(async () => expect((await ask('/healthz')).status).toBe(200), 30_000);
  const ready = await ask('/readyz');
  expect(ready.status).toBe(503);
  expect(JSON.parse(ready.text)).toMatchObject({
    status: 'not ready',
    reasons: [expect.stringMatching(/the disk of .*there is full.*cannot use it/)],
  });
  expect(await ask('/api/status')).toMatchObject({
    status: 503,
    text: expect.stringContaining('API_NO_SPACE'),
  });
  isFull = false;
  let isStarted = false;
  void started.then(() => {
    isStarted = true;
  });
  await vi.waitFor(async () => {
    await clock.advance(1_000);
    expect(isStarted).toBe(true);
  }, 60_000);
  expect(await started).toBe('started');
  await expect(ask('/healthz')).rejects.toThrow(); // its place is free for what was started
});

it('another error is thrown at once', async () => {
  const { started } = await waiting(async () => {
    throw new Error('EACCES');
  });
  await expect(started).rejects.toThrow('EACCES');
});

it('ends in order when it is told to stop', async () => {
  const { started, ask, stop } = await waiting(async () => {
    throw full();
  });
  await vi.waitFor(async () => expect((await ask('/healthz')).status).toBe(200), 30_000);
  stop.abort();
  expect(await started).toBeNull();
});
