import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { readingsMessage } from '../../../gateway/decode/typed/message.ts';
import { openJournals } from '../../../gateway/journal/journal-set.ts';
import type { DataPlane } from '../../../gateway/pipeline/plane.ts';
import type { Intake, RawMessage, Settle, TypedReadings } from '../../../gateway/ports/source.ts';
import { lanes } from '../../../shared/contract/lanes.ts';
import { onNextTurn, systemClock } from '../../../shared/runtime/clock.ts';
import { silentLog } from '../../../shared/runtime/log.ts';
import { systemRandom } from '../../../shared/runtime/random.ts';
import { openGatewayPlane } from '../data-plane.ts';

interface Accepted {
  message: RawMessage;
  settled: (error?: Error, areReadings?: boolean) => void;
}

/** The gateway's real data plane, on a real disk, as an intake that can hold messages back or refuse them. */
export class DurableIntake implements Intake {
  /** `hold`: messages wait before they reach the data plane. `refuse`: they are settled with an error. */
  mode: 'pass' | 'hold' | 'refuse' = 'pass';
  /** Messages accepted, and the most that were held at one time. */
  accepted = 0;
  heldMost = 0;
  /** Messages that were handed in as readings, and the values of those that were refused. */
  handedIn = 0;
  readonly refused: unknown[] = [];
  private held: Accepted[] = [];
  private passing: Accepted[] = [];
  private readonly plane: DataPlane;
  private readonly dataDir: string;

  private constructor(plane: DataPlane, dataDir: string) {
    this.plane = plane;
    this.dataDir = dataDir;
  }

  static async open(dataDir: string): Promise<DurableIntake> {
    const plane = await openGatewayPlane(dataDir);
    return new DurableIntake(plane, dataDir);
  }

  accept(message: RawMessage, answer: Settle, ticket = 0): void {
    this.accepted += 1;
    const settled = (error?: Error, areReadings?: boolean) => answer(error, ticket, areReadings);
    const kept = { ...message, payload: Buffer.from(message.payload) };
    if (this.mode === 'refuse') return void setImmediate(settled, new Error('no space left on device'));
    const accepted = { message: kept, settled };
    if (this.mode === 'pass') return this.pass([accepted]);
    this.held.push(accepted);
    this.heldMost = Math.max(this.heldMost, this.held.length);
  }

  acceptReadings(readings: TypedReadings, settled: Settle, ticket?: number): void {
    this.handedIn += 1;
    const values = readings.readings.flatMap((reading) => reading.values.map(([, value]) => value));
    if (this.mode === 'refuse') this.refused.push(...values);
    this.accept(readingsMessage(readings), settled, ticket);
  }

  get heldNow(): number {
    return this.held.length;
  }

  /** Passes on what was held, and what comes from now on. */
  release(): void {
    this.mode = 'pass';
    this.pass(this.held.splice(0));
  }

  /** Returns the temperatures on disk at this moment, ascending: what a restart after a power cut would find. */
  async durable(): Promise<number[]> {
    const copy = mkdtempSync(join(tmpdir(), 'harbinger-durable-'));
    try {
      cpSync(join(this.dataDir, 'journal'), join(copy, 'journal'), { recursive: true });
      return (await temperaturesIn(join(copy, 'journal'))).sort((a, b) => a - b);
    } finally {
      rmSync(copy, { recursive: true });
    }
  }

  /** Readings that the data plane took for resends although nothing marks them as such. */
  async assumedResends(): Promise<object[]> {
    return (await this.plane.calls.status()).placement.assumedResends;
  }

  async stop(): Promise<void> {
    this.release();
    await this.plane.calls.stop();
  }

  /** Messages of one turn of the event loop are one batch, as in the gateway. */
  private pass(accepted: Accepted[]): void {
    if (accepted.length === 0) return;
    if (this.passing.length === 0) onNextTurn(() => this.takeBatch());
    this.passing.push(...accepted);
  }

  private takeBatch(): void {
    const batch = this.passing.splice(0);
    const settle = (error?: Error, places?: readonly number[], retainedNotReadings?: readonly number[]) => {
      for (const [place, { settled }] of batch.entries()) {
        const own = places === undefined || places.includes(place) ? error : undefined;
        settled(own, !retainedNotReadings?.includes(place));
      }
    };
    this.plane
      .take((each) => {
        for (const { message } of batch) each(message);
      })
      .then((exceptions) => {
        const { unkept, retainedNotReadings } = exceptions ?? {};
        settle(unkept?.error as Error | undefined, unkept?.messages, retainedNotReadings);
      }, settle);
  }
}

async function temperaturesIn(dir: string): Promise<number[]> {
  const journals = await openJournals({
    dir,
    lanes,
    limits: { bytesMax: 2 ** 40, whenFull: 'refuse' },
    clock: systemClock,
    random: systemRandom,
    log: silentLog,
    onLoss() {},
  });
  try {
    const lane = journals.lane('readings');
    const found: number[] = [];
    for (let seq = lane.stats().firstSeq - 1, blocks = await lane.read(seq, 1 << 24); blocks.length > 0; ) {
      for (const { codec, body } of blocks) {
        const text = (codec === 'gzip' ? gunzipSync(body) : body).toString();
        for (const [, value] of text.matchAll(/[ ,]temperature=([\d.]+)/g)) found.push(Number(value));
      }
      seq = blocks.at(-1)!.seq;
      blocks = await lane.read(seq, 1 << 24);
    }
    return found;
  } finally {
    await journals.stop();
  }
}
