/** A source that reads a number out of a file, the smallest one that hands in readings: the suite is tried on it. */
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Type } from '@sinclair/typebox';
import { type SourceDeps, sourcePart, type TypedReadings } from '../../../gateway/ports/source.ts';
import { backoffMs } from '../../../shared/runtime/backoff.ts';
import { every, sleep } from '../../../shared/runtime/clock.ts';
import type { ReadingsHarness } from './readings-suite.ts';

const everyMs = 20;
const pendingMax = 10;
const retry = { firstMs: 50, maxMs: 500 };

function createPolled(path: string, { intake, clock, random }: SourceDeps) {
  const stopping = new AbortController();
  let pending = 0;
  const hand = (readings: TypedReadings, attempt: number): void =>
    intake.acceptReadings({ ...readings, resend: attempt > 0 }, (error) => {
      if (!error || stopping.signal.aborted) pending -= 1;
      else
        void sleep(clock, backoffMs(attempt, retry, random), stopping.signal).then(() => {
          if (stopping.signal.aborted) pending -= 1;
          else hand(readings, attempt + 1);
        });
    });
  const poll = () => {
    if (pending >= pendingMax || !existsSync(path)) return;
    const value = Number(readFileSync(path, 'utf8'));
    if (value === 0) return;
    pending += 1;
    const nowMs = clock.nowMs();
    const timeNs = BigInt(Math.round(nowMs * 1_000)) * 1_000n;
    const reading = { site: 'lab', machine: 'bench-1', timeNs, values: [['temperature', value] as const] };
    const about = { client: 'polled', receivedMs: nowMs, resend: false, connection: 1, origin: 'polled' };
    hand({ ...about, readings: [reading] }, 0);
  };
  let timer: { cancel(): void } | null = null;
  return {
    async start() {
      timer = every(clock, everyMs, poll);
    },
    async stop() {
      timer?.cancel();
      stopping.abort();
    },
    samples: () => ({}),
  };
}

const part = sourcePart({
  kind: 'polled',
  about: 'A number in a file.',
  config: Type.Object({ path: Type.String({ description: 'The file.' }) }),
  create: async ({ path }, deps) => createPolled(path, deps),
});

export const polledExample: ReadingsHarness = {
  kind: 'polled',
  part,
  skip: null,
  config: (folder) => ({ path: join(folder, 'value') }),
  async connect(_, folder) {
    const path = join(folder, 'value');
    const vanish = async () => rmSync(path, { force: true });
    return { set: (value) => writeFileSync(path, String(value)), vanish, stop: vanish };
  },
  wrong: [],
};
