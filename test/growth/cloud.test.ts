/** Growth of the cloud’s work: a batch is unpacked, checked and stored in time that grows as its text. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, it } from 'vitest';
import type { ReadingStore } from '../../cloud/ports/store.ts';
import { openFrame } from '../../cloud/receive/open-frame.ts';
import { readEvents } from '../../cloud/sink/event-lines.ts';
import { TelemetryReader } from '../../cloud/sink/telemetry.ts';
import { createEmbeddedStore } from '../../cloud/store/embedded/embedded-store.ts';
import { checkLines } from '../../cloud/store/influx/line-check.ts';
import { type Batch, type BatchHeader, decodeBody, encodeBatch } from '../../shared/contract/batch.ts';
import { type Lane, lanes } from '../../shared/contract/lanes.ts';
import { unlimited } from '../../shared/runtime/budget.ts';
import { systemClock } from '../../shared/runtime/clock.ts';
import { HarbingerError } from '../../shared/runtime/errors.ts';
import { silentLog } from '../../shared/runtime/log.ts';
import { growingBodies } from './bodies.ts';
import { expectLinear, growthTestMsMax } from './growth.ts';

/** A batch of lines in as many blocks as given. */
function batchOf(lane: Lane, text: string, blockCount: number): Batch {
  const lines = text.split('\n').slice(0, -1);
  const perBlock = Math.max(1, Math.ceil(lines.length / blockCount));
  const blocks: BatchHeader['blocks'] = [];
  for (let from = 0; from < lines.length; from += perBlock) {
    const own = lines.slice(from, from + perBlock);
    const bytes = Buffer.byteLength(`${own.join('\n')}\n`);
    blocks.push({ seq: blocks.length + 1, lines: own.length, bytes });
  }
  const header: BatchHeader = {
    gateway: 'gw',
    journal: '0123456789abcdef',
    lane,
    codec: 'gzip',
    rawBytes: Buffer.byteLength(text),
    blocks,
  };
  return { header, body: gzipSync(text) };
}

/** Takes a frame as the cloud does, up to the store. */
function checked(lane: Lane, frame: Buffer) {
  const { batch } = openFrame('gw', lane, frame);
  const raw = decodeBody(batch);
  if (lane === 'events') return readEvents('gw', batch.header.blocks, raw, unlimited);
  return new TelemetryReader('gw', lane).read(batch.header.blocks, raw);
}

describe('the growth of work on frames', () => {
  it.each(lanes)(
    'is linear for lane %s',
    async (lane) => {
      for (const [name, body] of Object.entries(growingBodies))
        for (const blocks of [1, 1_000])
          await expectLinear(`${name} in ${blocks} blocks`, (bytes) => {
            const frame = encodeBatch(batchOf(lane, body(bytes), blocks));
            return () => checked(lane, frame);
          });
    },
    growthTestMsMax,
  );

  it(
    'is linear for lines that InfluxDB gets',
    async () => {
      for (const [name, body] of Object.entries(growingBodies))
        await expectLinear(name, (bytes) => {
          const raw = Buffer.from(body(bytes));
          return () => checkLines(raw);
        });
    },
    growthTestMsMax,
  );
});

describe('the growth of work in the embedded store', () => {
  let folder: string;
  let store: ReadingStore;
  let seq = 0;
  const never = new AbortController().signal;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'growth-'));
    const options = {
      path: join(folder, 'readings.duckdb'),
      memoryMiBMax: 512,
      threads: 2,
      timeoutMs: 60_000,
    };
    store = createEmbeddedStore(options, { clock: systemClock, log: silentLog });
    await store.start();
  });
  afterAll(async () => {
    await store.stop();
    await rm(folder, { recursive: true });
  });

  it(
    'is linear',
    async () => {
      for (const [name, body] of Object.entries(growingBodies))
        await expectLinear(name, (bytes) => {
          const { header } = batchOf('readings', body(bytes), 1);
          const blocks = header.blocks.map((block) => ({ ...block, seq: ++seq }));
          const raw = Buffer.from(body(bytes));
          const { gateway, journal, lane } = header;
          return async () => {
            try {
              await store.write({ gateway, journal, lane, blocks, raw, gzipped: null }, never);
            } catch (error) {
              if (!(error instanceof HarbingerError)) throw error;
            }
          };
        });
    },
    growthTestMsMax,
  );
});
