/** Resends after a kill, of as many readings as are promised to be recognised. */
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { seededRandom } from '../../shared/runtime/random.ts';
import { openGatewayPlane } from '../../test/conformance/data-plane.ts';
import { identitiesMin } from '../decode/identity/recent-readings.ts';
import type { DataPlane } from './plane.ts';

let folder: string;
const planes: DataPlane[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'harbinger-identities-'));
});
afterEach(async () => {
  for (const plane of planes.splice(0)) await plane.calls.stop();
  rmSync(folder, { recursive: true });
});

async function open(name: string): Promise<DataPlane> {
  const plane = await openGatewayPlane(join(folder, name));
  planes.push(plane);
  return plane;
}

/** Opens what a kill would leave of a data folder. */
async function openAsKilled(name: string): Promise<DataPlane> {
  cpSync(join(folder, name, 'journal'), join(folder, 'killed', 'journal'), {
    recursive: true,
    filter: (path) => !path.endsWith('/lock'),
  });
  return open('killed');
}

const startMs = Date.UTC(2026, 0, 1);
const random = seededRandom(5);
const wide = (i: number) =>
  Object.fromEntries(Array.from({ length: 40 }, (_, k) => [`w${k}`, i + random.next()]));

interface Kind {
  count: number;
  ofBatch: number;
  reading(i: number): object;
}

const small: [string, Kind][] = [
  // A reading with a number has two identities: its number and its timestamp.
  ['small readings', { count: identitiesMin / 2, ofBatch: 500, reading: (i) => ({ seq: i, t: 21.5 }) }],
  ['readings that came one by one', { count: 3_000, ofBatch: 1, reading: (i) => ({ seq: i, t: 21.5 }) }],
];
const large: [string, Kind][] = [
  ['large readings', { count: 24_000, ofBatch: 100, reading: (i) => ({ seq: i, ...wide(i) }) }],
  [
    'large readings with a time',
    { count: 24_000, ofBatch: 100, reading: (i) => ({ ts: startMs + i, ...wide(i) }) },
  ],
];

async function expectResendsKnown({ count, ofBatch, reading }: Kind): Promise<void> {
  const payloads = Array.from({ length: count }, (_, i) => Buffer.from(JSON.stringify(reading(i))));
  const send = async (plane: DataPlane, connection: number) => {
    for (let from = 0; from < count; from += ofBatch) {
      await plane.take((each) => {
        for (const payload of payloads.slice(from, from + ofBatch)) {
          const received = { client: 'c', receivedMs: startMs, resend: false, connection };
          each({ topic: 'telemetry/lab/bench-1', payload, ...received });
        }
      });
    }
  };
  const before = await open('first');
  await send(before, 1);
  expect((await before.calls.status()).pipeline).toMatchObject({ readings: count, deadLetters: 0 });
  const after = await openAsKilled('first');
  await send(after, 1);
  const { pipeline, placement } = await after.calls.status();
  expect([pipeline.readings, placement.resends]).toEqual([0, count]);
}

describe('after a kill, a resend of the latest readings is recognised as a whole', () => {
  it.each(small)('%s', async (_, kind) => expectResendsKnown(kind));

  it.each(large)('%s', { tags: ['long'] }, async (_, kind) => expectResendsKnown(kind));
});
