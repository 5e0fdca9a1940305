import { gzipSync } from 'node:zlib';
import { openFrame } from '../../../cloud/receive/open-frame.ts';
import { readEvents } from '../../../cloud/sink/event-lines.ts';
import { TelemetryReader } from '../../../cloud/sink/telemetry.ts';
import { checkLines } from '../../../cloud/store/influx/line-check.ts';
import { type BatchHeader, decodeBody, encodeBatch } from '../../../shared/contract/batch.ts';
import { isBatchRefusal } from '../../../shared/contract/batch-refusal.ts';
import { type Lane, lanes } from '../../../shared/contract/lanes.ts';
import { unlimited } from '../../../shared/runtime/budget.ts';
import type { Random } from '../../../shared/runtime/random.ts';
import { growingBodies } from '../../growth/bodies.ts';
import { below, mutate, pick } from '../mutate.ts';
import type { Target } from '../target.ts';

const gateway = 'gw';
const bodies = Object.values(growingBodies).map((body) => Buffer.from(body(400)));

/** Frames that a gateway sends, up to the store. */
export async function frameTarget(): Promise<Target> {
  const readers = new Map(lanes.map((lane) => [lane, new TelemetryReader(gateway, lane)]));
  return {
    kind: 'frame',
    draw(random) {
      const lane = pick(random, lanes);
      const frame = frameOf(random, lane, mutate(random, pick(random, bodies), bodies));
      // Half of the frames are damaged themselves, so that their headers are read as they come.
      return [Buffer.from(lane), below(random, 2) === 0 ? frame : mutate(random, frame)];
    },
    async take([name, frame = Buffer.alloc(0)]) {
      const lane = lanes.find((one) => one === name?.toString()) ?? 'readings';
      try {
        const { batch } = openFrame(gateway, lane, frame);
        const raw = decodeBody(batch);
        const { blocks } = batch.header;
        const reader = readers.get(lane)!;
        const checked =
          lane === 'events' ? await readEvents(gateway, blocks, raw, unlimited) : reader.read(blocks, raw);
        checkLines(checked.raw);
        const kept = checked.raw.length === 0 || checked.raw.at(-1) === 10;
        if (!kept) throw new Error('the text for the store does not end with a newline');
      } catch (error) {
        if (!isBatchRefusal(error)) throw error;
      }
    },
    close: async () => {},
  };
}

function frameOf(random: Random, lane: Lane, text: Buffer): Buffer {
  const raw = Buffer.concat([text, Buffer.from('\n')]);
  const lines = raw.reduce((count, byte) => count + (byte === 10 ? 1 : 0), 0);
  const codec = pick(random, ['gzip', 'identity'] as const);
  const header: BatchHeader = {
    gateway,
    journal: '0123456789abcdef',
    lane,
    codec,
    rawBytes: raw.length,
    blocks: [
      { seq: 1 + below(random, 9), lines: lines + (below(random, 8) === 0 ? 1 : 0), bytes: raw.length },
    ],
  };
  return encodeBatch({ header, body: codec === 'gzip' ? gzipSync(raw) : raw });
}
