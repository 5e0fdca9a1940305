/**
 * The cloud's own state in memory, with lmdb's guarantees: a transaction is applied as a whole and in order; of the
 * transactions in progress at a crash, those up to some point are applied.
 */
import type { SinkDeps } from '../../../cloud/sink/sink.ts';
import type { BatchHeader } from '../../../shared/contract/batch.ts';
import type { HarbingerEvent } from '../../../shared/contract/events.ts';
import type { Lane } from '../../../shared/contract/lanes.ts';
import type { Random } from '../../../shared/runtime/random.ts';
import type { Ledger } from '../world/ledger.ts';
import { between, never, type Process, type World, whole } from '../world/world.ts';
import type { SimulatedStore } from './store.ts';

export class SimulatedOperations {
  failing = false;
  readonly events = new Map<string, HarbingerEvent>();
  readonly quarantined: { code: string; body: string }[] = [];
  private readonly watermarks = new Map<string, number>();
  /** The first seq of the batches that the cloud received, by journal, lane and last seq. */
  private readonly received = new Map<string, number>();
  /** The journals that the blocks of batches come from which were set aside, by the name they were sent again under. */
  private readonly originals = new Map<string, string>();
  private readonly world: World;
  private readonly ledger: Ledger;
  private readonly store: SimulatedStore;
  private readonly random: Random;
  private inProgress: (() => void)[] = [];

  constructor(world: World, ledger: Ledger, store: SimulatedStore) {
    this.world = world;
    this.ledger = ledger;
    this.store = store;
    this.random = world.random('operations');
  }

  /** The newest watermark of a lane, over all journals. */
  newestWatermark(lane: Lane): number {
    let newest = 0;
    for (const [key, seq] of this.watermarks) if (key.endsWith(`/${lane}`)) newest = Math.max(newest, seq);
    return newest;
  }

  watermark(journal: string, lane: string): number {
    return this.watermarks.get(`${journal}/${lane}`) ?? 0;
  }

  noteReceived({ journal, original, lane, blocks }: BatchHeader): void {
    this.received.set(`${journal}/${lane}/${blocks.at(-1)!.seq}`, blocks[0]!.seq);
    if (original !== undefined) this.originals.set(journal, original);
  }

  open(process: Process): Pick<SinkDeps, 'watermarks' | 'events' | 'quarantine'> {
    const transaction = (change: () => void) => this.transaction(process, change);
    return {
      watermarks: {
        get: (_gateway, journal, lane) => this.watermark(journal, lane),
        isStored: (_gateway, journal, lane, seq) =>
          seq <= this.watermark(journal, lane) && this.store.hasBlock(journal, lane, seq),
        advance: ({ journal, lane, lastSeq }) => transaction(() => this.advance(journal, lane, lastSeq)),
      },
      events: {
        apply: (_gateway, events) =>
          transaction(() => {
            for (const event of events) {
              const id = `${event.source}/${event.id}`;
              if (!this.events.has(id)) this.events.set(id, event);
            }
          }),
      },
      quarantine: {
        add: ({ code }, body) =>
          transaction(() => void this.quarantined.push({ code, body: body.toString('utf8') })),
      },
    };
  }

  crash(): void {
    const done = whole(this.random, 0, this.inProgress.length);
    for (const change of this.inProgress.splice(0).slice(0, done)) change();
  }

  private async transaction(process: Process, change: () => void): Promise<void> {
    this.world.operation('transaction');
    if (!process.alive) return never();
    this.inProgress.push(change);
    await process.pause(between(this.random, 0.3, 4));
    // Commits reach the disk in order, so earlier ones are applied with this one.
    const at = this.inProgress.indexOf(change);
    if (this.failing) {
      if (at >= 0) this.inProgress.splice(at, 1);
      throw new Error('simulated: the operations database cannot be written');
    }
    for (const earlier of this.inProgress.splice(0, at + 1)) earlier();
  }

  /** Checks that the store has every block of the batch by which the watermark moves, and moves it. */
  private advance(journal: string, lane: Lane, lastSeq: number): void {
    const key = `${journal}/${lane}`;
    const before = this.watermarks.get(key) ?? 0;
    if (lastSeq <= before) return;
    const firstSeq = this.received.get(`${key}/${lastSeq}`) ?? lastSeq;
    for (let seq = Math.max(firstSeq, before + 1); seq <= lastSeq; seq++) {
      this.store.noteStored(journal, lane, seq);
      if (this.store.hasBlock(journal, lane, seq)) continue;
      const original = this.originals.get(journal);
      if (original !== undefined && this.store.hasBlock(original, lane, seq)) continue;
      this.ledger.broken('the watermark is never ahead of the store', `${key} ${seq} is not stored`);
    }
    this.watermarks.set(key, lastSeq);
    this.world.note(`watermark ${lane} ${lastSeq}`);
  }
}
