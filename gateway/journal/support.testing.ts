import type { JournalLoss } from '../../shared/contract/events.ts';
import { type Log, silentLog } from '../../shared/runtime/log.ts';
import { manualClock } from '../../shared/runtime/manual-clock.ts';
import { seededRandom } from '../../shared/runtime/random.ts';
import type { Block } from '../ports/journal.ts';
import { type JournalOptions, type JournalSet, openJournals } from './journal-set.ts';
import { MemoryDisk } from './memory-disk.testing.ts';

export const filledBlockBytes = 10_000;

/** A journal on a disk in memory, which can be reopened after a test has manipulated that disk. */
export class JournalBench {
  readonly disk = new MemoryDisk();
  readonly clock = manualClock();
  readonly losses: JournalLoss[] = [];
  /** Texts of warnings and errors. */
  readonly said: string[] = [];
  limits: JournalOptions['limits'] = { bytesMax: 1 << 20, whenFull: 'drop-oldest' };
  set!: JournalSet;
  private readonly random = seededRandom(7);
  private readonly log = Object.assign(Object.create(silentLog) as Log, {
    warn: (_: object, text: string) => void this.said.push(text),
    error: (_: object, text: string) => void this.said.push(text),
  });

  async open(): Promise<JournalSet> {
    this.set = await openJournals({
      dir: '/journal',
      lanes: ['events', 'estimates', 'readings'],
      limits: this.limits,
      fs: this.disk.mount(),
      clock: this.clock,
      random: this.random,
      log: this.log,
      onLoss: (loss) => this.losses.push(loss),
    });
    return this.set;
  }

  async reopen(): Promise<JournalSet> {
    await this.set.stop();
    return this.open();
  }

  get readings() {
    return this.set.lane('readings');
  }

  /** Appends blocks b1, b2, … to readings, one after the other. Six fill a segment of a 1 MiB journal. */
  async fill(count: number, from = 1): Promise<void> {
    for (let i = from; i < from + count; i++) await this.readings.append(blockOf(`b${i}`, filledBlockBytes));
  }

  segments(lane = 'readings'): string[] {
    return this.disk.paths().filter((path) => path.startsWith(`/journal/${lane}/`) && path.endsWith('.seg'));
  }
}

/** A block whose body is `text`, padded to `bytes`. */
export function blockOf(text: string, bytes = text.length): Omit<Block, 'seq'> {
  const body = Buffer.alloc(Math.max(bytes, text.length), '.');
  body.write(text);
  return { codec: 'identity', lines: 1, rawBytes: body.length, body, local: Buffer.from(`local ${text}`) };
}

export function textOf(block: Block): string {
  return block.body.toString('utf8').replace(/\.+$/, '');
}

/** Returns all blocks after a seq, as `seq:text`. */
export async function contents(
  journal: { read(afterSeq: number, max: number): Promise<Block[]> },
  afterSeq = 0,
) {
  const all: string[] = [];
  for (let after = afterSeq; ; ) {
    const blocks = await journal.read(after, 64 << 10);
    if (blocks.length === 0) return all;
    for (const block of blocks) all.push(`${block.seq}:${textOf(block)}`);
    after = blocks.at(-1)!.seq;
  }
}

/** The expected result of `contents` for blocks that `fill` appended. */
export function filled(from: number, to: number, without: number[] = []): string[] {
  const all = Array.from({ length: to - from + 1 }, (_, i) => from + i);
  return all.filter((seq) => !without.includes(seq)).map((seq) => `${seq}:b${seq}`);
}
