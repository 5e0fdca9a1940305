/**
 * A batch that a server never takes, told apart from an outage. InfluxDB 2 is not available as a real server, so its
 * answers come from a recording HTTP server that keeps what it accepts.
 */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ReadingStore, StoreOutcome } from '../../../cloud/ports/store.ts';
import { codeOf } from '../../../shared/runtime/errors.ts';
import { type ManualClock, manualClock } from '../../../shared/runtime/manual-clock.ts';
import { answerWith, type Recorded, type Recorder, startRecorder } from '../http-recorder.ts';
import { batchOf, pumpLine, pumpLines } from './batches.ts';
import { influxStoreAt } from './influx-store-at.ts';

const never = new AbortController().signal;
const internal = { code: 'internal error', message: 'unexpected error writing points to database: timeout' };

let server: Recorder;
let store: ReadingStore;
let clock: ManualClock;
let stored: Set<string>;
/** Whether the server fails on a request. */
let fails: (request: Recorded) => boolean;

const lines = pumpLines(0, 200);
const bad = [lines[3]!, lines[120]!, lines[121]!];
const hasBad = (request: Recorded) => request.lines.some((line) => bad.includes(line));
const isProbe = (request: Recorded) => request.lines.some((line) => line.startsWith('harbinger_probe '));
const batch = batchOf({ blocks: [lines] });

beforeEach(async () => {
  server = await startRecorder();
  clock = manualClock();
  stored = new Set();
  server.answer = (request, response) => {
    if (fails(request)) return answerWith(500, internal)(request, response);
    for (const line of request.lines) stored.add(line);
    response.writeHead(204).end();
  };
  store = influxStoreAt(server.url, { version: 2 }, { clock });
});
afterEach(async () => {
  await store.stop();
  await server.stop();
});

/** Writes the batch every five seconds until it is taken, or for `forMs`. Returns the outcome and the ms until then. */
async function writeFor(forMs: number, what = batch): Promise<{ outcome: StoreOutcome | null; ms: number }> {
  for (let ms = 0; ms <= forMs; ms += 5_000) {
    try {
      return { outcome: await store.write(what, never), ms };
    } catch (error) {
      expect(codeOf(error)).toBe('STORE_UNAVAILABLE');
    }
    clock.advanceNow(5_000);
  }
  return { outcome: null, ms: forMs };
}

describe('a batch that goes on failing while the store is well', () => {
  test('is divided after a minute: the refused lines are known, the others are stored', async () => {
    fails = hasBad;
    const { outcome, ms } = await writeFor(120_000);
    expect(outcome?.rejected.map(({ line }) => line)).toEqual(bad);
    expect(outcome?.rejected[0]?.reason).toContain('timeout');
    expect(ms).toBe(60_000);
    expect([...stored].filter((line) => !line.startsWith('harbinger_probe '))).toHaveLength(197);
    // Each refused line has failed five times by itself, with a probe after each time.
    const alone = server.requests.filter((request) => request.lines.length === 1 && hasBad(request));
    expect(alone).toHaveLength(15);
    expect(server.requests.length).toBeLessThan(150);
    // The next batch is not suspected.
    fails = () => true;
    await expect(store.write(batchOf({ blocks: [lines], firstSeq: 2 }), never)).rejects.toMatchObject({
      code: 'STORE_UNAVAILABLE',
    });
  });

  test('may be refused as a whole', async () => {
    fails = (request) => !isProbe(request);
    const { outcome } = await writeFor(120_000);
    expect(outcome?.rejected).toHaveLength(200);
    expect(new Set(outcome?.rejected.map(({ line }) => line))).toEqual(new Set(lines));
  });

  test('may take several attempts: what was found is not examined again', async () => {
    fails = (request) => !isProbe(request);
    await writeFor(55_000);
    clock.advanceNow(5_000);
    const giveUp = new AbortController();
    let examined = 0;
    fails = (request) => {
      if (!isProbe(request) && request.lines.length === 1 && ++examined === 200) giveUp.abort();
      return !isProbe(request);
    };
    await expect(store.write(batch, giveUp.signal)).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    const before = server.requests.length;
    expect((await store.write(batch, never)).rejected).toHaveLength(200);
    const again = server.requests.slice(before).filter((request) => request.lines[0] === lines[0]);
    expect(again).toEqual([]);
  });

  test('the refusal of a whole request that only this batch gets is not taken for a wrong setting for ever', async () => {
    server.answer = (request, response) =>
      hasBad(request)
        ? answerWith(400, { code: 'invalid', message: 'no' })(request, response)
        : response.writeHead(204).end();
    const few = batchOf({ blocks: [bad] });
    for (let ms = 0; ms < 60_000; ms += 5_000) {
      await expect(store.write(few, never)).rejects.toMatchObject({ code: 'STORE_CONFIG' });
      clock.advanceNow(5_000);
    }
    expect((await store.write(few, never)).rejected.map(({ line }) => line)).toEqual(bad);
  });

  test('points beyond retention, which InfluxDB 2 answers with 500: found at once', async () => {
    const message =
      'unexpected error writing points to database: partial write: points beyond retention policy dropped=';
    server.answer = (request, response) => {
      if (request.url === '/health') return answerWith(200, { status: 'pass' })(request, response);
      const dropped = request.lines.filter((line) => bad.includes(line)).length;
      if (dropped === 0) return void response.writeHead(204).end();
      answerWith(500, { code: 'internal error', message: message + dropped })(request, response);
    };
    expect((await store.write(batch, never)).rejected.map(({ line }) => line)).toEqual(bad);
    expect(await store.healthy()).toBe(true);
  });
});

describe('an outage is not a refusal', () => {
  test('nothing can be stored for an hour: the batch waits, and is stored when the server is back', async () => {
    fails = () => true;
    expect(await writeFor(3_600_000)).toMatchObject({ outcome: null });
    fails = () => false;
    expect(await store.write(batch, never)).toEqual({ rejected: [] });
    expect(stored.size).toBe(200);
  });

  test('the server fails while the batch is divided: nothing is refused', async () => {
    for (const after of [1, 2, 5, 10, 20, 30]) {
      let probes = 0;
      fails = (request) => {
        if (isProbe(request)) probes++;
        return probes > after || hasBad(request);
      };
      const what = batchOf({ blocks: [lines], firstSeq: after });
      expect(await writeFor(70_000, what)).toMatchObject({ outcome: null });
      fails = () => false;
      expect(await store.write(what, never)).toEqual({ rejected: [] });
    }
  });

  test('a server that fails on every second request refuses nothing', async () => {
    let count = 0;
    fails = () => ++count % 2 === 1;
    expect((await writeFor(600_000)).outcome).toEqual({ rejected: [] });
  });

  test.each([429, 502, 503, 504])(
    '%d says that the server is not ready, for however long',
    async (status) => {
      server.answer = (request, response) =>
        isProbe(request) ? response.writeHead(204).end() : answerWith(status, internal)(request, response);
      expect(await writeFor(600_000)).toMatchObject({ outcome: null });
      expect(server.requests.some(isProbe)).toBe(false);
    },
  );

  test('other lanes are stored meanwhile, and do not end the doubt', async () => {
    fails = hasBad;
    for (let i = 0; i < 12; i++) {
      await expect(store.write(batch, never)).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
      const other = batchOf({ blocks: [[pumpLine(1_000 + i)]], gateway: 'gw2', firstSeq: i + 1 });
      expect(await store.write(other, never)).toEqual({ rejected: [] });
      clock.advanceNow(5_000);
    }
    expect((await store.write(batch, never)).rejected).toHaveLength(3);
  });
});
