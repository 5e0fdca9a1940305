/**
 * The telemetry store in memory. Writing the same point twice leaves one, as in InfluxDB. It survives the cloud's
 * crashes.
 */
import { crc32 } from 'node:zlib';
import type { ReadingStore, RejectedLine, StoreBatch, StoreOutcome } from '../../../cloud/ports/store.ts';
import { linesOf } from '../../../shared/contract/line-protocol.ts';
import { HarbingerError } from '../../../shared/runtime/errors.ts';
import type { Random } from '../../../shared/runtime/random.ts';
import type { Ledger } from '../world/ledger.ts';
import { between, never, type Process, type World } from '../world/world.ts';

export type StoreMode = 'well' | 'slow' | 'hangs' | 'away' | 'partial';

interface Content {
  n: number;
  key: string;
  line: string;
}

/** The facts about the gateway that the store needs, to judge the batches it gets. */
export interface SenderState {
  /** Whether the gateway may have lost its record of occupied times, together with lost blocks. */
  readonly mayLoseIdentities: boolean;
  /** Whether it has set batches aside, which come later than those that were behind them. */
  readonly hasSetAside: boolean;
}

export class SimulatedStore {
  mode: StoreMode = 'well';
  /** The stored line by series and time. */
  readonly points = new Map<string, string>();
  /** The points of each message, by message number. */
  readonly found = new Map<number, Set<string>>();
  /** Message numbers of readings, in the order in which the cloud was first told that they were stored. */
  readonly order = new Set<number>();
  private readonly blocks = new Map<string, number>();
  /** The journal under whose name the cloud noted a block as stored, by lane, sequence number and content. */
  private readonly noted = new Map<string, string>();
  private readonly newest = new Map<string, number>();
  private readonly world: World;
  private readonly ledger: Ledger;
  private readonly sender: () => SenderState;
  private readonly random: Random;

  constructor(world: World, ledger: Ledger, sender: () => SenderState) {
    this.world = world;
    this.ledger = ledger;
    this.sender = sender;
    this.random = world.random('store');
  }

  /** The store for one life of the cloud. */
  open(process: Process): ReadingStore {
    return {
      kind: 'simulated',
      start: async () => undefined,
      stop: async () => undefined,
      healthy: async () => true,
      series: async () => [],
      texts: async () => ({}),
      counts: async () => ({}),
      deleteMachine: async () => ({ rows: 0, isComplete: true }),
      write: (batch, signal) => this.write(batch, process, signal),
    };
  }

  hasBlock(journal: string, lane: string, seq: number): boolean {
    return this.blocks.has(`${journal}/${lane}/${seq}`);
  }

  /** The cloud has noted durably that a block is stored. */
  noteStored(journal: string, lane: string, seq: number): void {
    const checksum = this.blocks.get(`${journal}/${lane}/${seq}`);
    const content = `${lane}/${seq}/${checksum}`;
    if (checksum !== undefined && !this.noted.has(content)) this.noted.set(content, journal);
  }

  private async write(batch: StoreBatch, process: Process, signal: AbortSignal): Promise<StoreOutcome> {
    const { world, random } = this;
    world.operation('store');
    if (!process.alive) return never();
    const { mode } = this;
    const delayMs = mode === 'slow' ? between(random, 50, 3_000) : between(random, 0.5, 15);
    return new Promise((resolve, reject) => {
      const away = new HarbingerError('STORE_UNAVAILABLE', 'store', `simulated: ${mode}`, { retry: true });
      const answer = (settle: () => void) => {
        world.operation('stored');
        if (process.alive) settle();
      };
      // A store that hangs may still complete the write much later, when nobody waits any more.
      const isDone = mode !== 'hangs' || random.next() < 0.5;
      const afterMs = mode === 'hangs' ? between(random, 100, 5_000) : delayMs;
      world.after(afterMs, () => {
        if (!isDone) return;
        if (mode === 'away') return answer(() => reject(away));
        const isAwaited = process.alive && !signal.aborted;
        const rejected = this.commit(batch, mode === 'partial' ? random.next() : 1, isAwaited);
        if (mode === 'partial') answer(() => reject(away));
        else if (mode !== 'hangs') answer(() => resolve({ rejected }));
      });
    });
  }

  /** Stores the first `share` of the lines. */
  private commit(batch: StoreBatch, share: number, isAwaited: boolean): RejectedLine[] {
    const rejected: RejectedLine[] = [];
    let start = 0;
    let left = share < 1 ? Math.floor(batch.blocks.reduce((sum, { lines }) => sum + lines, 0) * share) : -1;
    for (const block of batch.blocks) {
      const text = batch.raw.toString('utf8', start, start + block.bytes);
      start += block.bytes;
      for (const line of linesOf(text)) {
        if (left-- === 0) return rejected;
        if (line.includes('poison=')) rejected.push({ line, reason: 'field type conflict' });
        else this.put(contentOf(line), isAwaited && batch.lane === 'readings');
      }
      this.putBlock(batch, block.seq, text, isAwaited);
    }
    const { lane, blocks } = batch;
    this.world.note(`store ${lane} ${blocks[0]!.seq}…${blocks.at(-1)!.seq} ${crc32(batch.raw)}`);
    return rejected;
  }

  private put({ n, key, line }: Content, isInOrder: boolean): void {
    const there = this.points.get(key);
    if (there !== undefined && there !== line && !this.sender().mayLoseIdentities) {
      this.ledger.broken('no point is overwritten', `${line} replaced ${there}`);
    }
    this.points.set(key, line);
    const points = this.found.get(n) ?? new Set();
    this.found.set(n, points.add(key));
    if (isInOrder) this.order.add(n);
  }

  /**
   * Checks that blocks of a lane are stored in order, and that a seq never stands for two blocks. A write that the
   * cloud gave up may complete later and out of order: the gateway may have lost that block since, so it is the only
   * copy.
   */
  private putBlock({ journal, lane }: StoreBatch, seq: number, text: string, isAwaited: boolean): void {
    const key = `${journal}/${lane}/${seq}`;
    const checksum = crc32(text);
    const known = this.blocks.get(key);
    if (known !== undefined && known !== checksum) {
      this.ledger.broken('a seq stands for one block', `${key} arrived with different content`);
    }
    // A store that knows blocks by their journal only would have its rows twice.
    const noted = this.noted.get(`${lane}/${seq}/${checksum}`);
    if (noted !== undefined && noted !== journal && isAwaited && !this.sender().mayLoseIdentities) {
      this.ledger.broken('a block is stored once', `${key} is stored already, as ${noted}`);
    }
    const newest = this.newest.get(`${journal}/${lane}`) ?? 0;
    if (known === undefined && seq < newest && isAwaited && !this.sender().hasSetAside) {
      this.ledger.broken('blocks of a lane are stored in order', `${key} after ${newest}`);
    }
    this.blocks.set(key, checksum);
    this.newest.set(`${journal}/${lane}`, Math.max(seq, newest));
  }
}

/** Readings and estimates have a field `n=`; events have the number in their data's note. */
function contentOf(line: string): Content {
  const n = /(?:[ ,]n=|\\"note\\":\\"#)(\d+)/.exec(line)?.[1];
  const key = `${line.slice(0, line.indexOf(' '))}${line.slice(line.lastIndexOf(' '))}`;
  return { n: n === undefined ? -1 : Number(n), key, line };
}
