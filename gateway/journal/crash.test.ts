import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { seededRandom } from '../../shared/runtime/random.ts';
import { type Operation, systemError } from './memory-disk.testing.ts';
import { blockOf, JournalBench, textOf } from './support.testing.ts';

/**
 * The steps of a run. `burst` appends several blocks at once and waits; `cut` appends and cuts the power during the
 * write.
 */
type Step =
  | { kind: 'burst'; sizes: number[] }
  | { kind: 'cut'; sizes: number[]; afterOperations: number; seed: number }
  | { kind: 'kill'; sizes: number[]; afterOperations: number }
  | { kind: 'restart' }
  | { kind: 'fault'; operation: Operation; code: string; times: number; sizes: number[] }
  | { kind: 'advance' };

const sizes = fc.array(fc.integer({ min: 1, max: 12_000 }), { minLength: 1, maxLength: 8 });
const afterOperations = fc.integer({ min: 0, max: 12 });
const operation = fc.constantFrom<Operation>(
  'write',
  'datasync',
  'truncate',
  'create',
  'remove',
  'syncDir',
  'rename',
);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('burst' as const), sizes }) },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('cut' as const), sizes, afterOperations, seed: fc.nat() }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('kill' as const), sizes, afterOperations }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'restart' as const }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('fault' as const),
      operation,
      code: fc.constantFrom('EIO', 'ENOSPC', 'EROFS'),
      times: fc.integer({ min: 1, max: 5 }),
      sizes,
    }),
  },
  { weight: 1, arbitrary: fc.constant({ kind: 'advance' as const }) },
);

/** Runs steps against a journal and records what it promised. */
class Run {
  readonly bench = new JournalBench();
  readonly acked = new Map<number, string>();
  private readonly submitted = new Set<string>();
  /** Blocks that a reader has seen. A seq never stands for two blocks, because the cloud may have stored the first. */
  private readonly seen = new Map<number, string>();
  /** Blocks up to here may be dropped to make room. */
  private readSeq = 0;
  private count = 0;

  async take(step: Step): Promise<void> {
    const { bench } = this;
    switch (step.kind) {
      case 'burst':
        await this.append(step.sizes);
        return;
      case 'advance':
        this.readSeq = Math.max(0, ...this.seen.keys());
        bench.readings.cursor('uplink').advance(this.readSeq);
        bench.clock.advanceNow(1_000);
        return;
      case 'restart':
        await bench.reopen();
        break;
      case 'fault':
        this.failTimes(step.operation, step.code, step.times);
        await this.append(step.sizes);
        bench.disk.onOperation = () => undefined;
        break;
      default: {
        await this.interrupt(step);
        await bench.open();
      }
    }
    await this.check();
  }

  /** Checks that every acknowledged block is there, once and in order, and nothing that was not submitted. */
  async check(): Promise<void> {
    const found = new Map<number, string>();
    let before = 0;
    for (let blocks = await this.read(0); blocks.length > 0; blocks = await this.read(before)) {
      for (const block of blocks) {
        expect(block.seq).toBeGreaterThan(before);
        before = block.seq;
        found.set(block.seq, textOf(block));
        expect(block.local.toString()).toBe(`local ${textOf(block)}`);
      }
    }
    const isHistory = (seq: number) => seq <= this.readSeq && seq < this.bench.readings.stats().firstSeq;
    for (const [seq, text] of this.acked) {
      if (!isHistory(seq)) expect(found.get(seq), `acknowledged block ${seq}`).toBe(text);
    }
    for (const [seq, text] of this.seen) {
      if (!isHistory(seq)) expect(found.get(seq), `block ${seq}, which a reader had seen`).toBe(text);
    }
    for (const [seq, text] of found) {
      expect(this.submitted.has(text)).toBe(true);
      this.seen.set(seq, text);
    }
    for (const loss of this.bench.losses) expect(loss.cause).not.toBe('backlog-full');
  }

  private read(afterSeq: number) {
    return this.bench.readings.read(afterSeq, 20_000);
  }

  private async append(blockSizes: readonly number[]): Promise<void> {
    await Promise.allSettled(
      blockSizes.map(async (size) => {
        const text = `b${this.count++} `;
        this.submitted.add(text);
        this.acked.set(await this.bench.readings.append(blockOf(text, size)), text);
      }),
    );
  }

  private failTimes(failing: Operation, code: string, times: number): void {
    let left = times;
    this.bench.disk.onOperation = (at, _, { partly }) => {
      if (at !== failing || left-- <= 0) return;
      partly(300);
      throw systemError(code);
    };
  }

  private async interrupt(step: Extract<Step, { kind: 'cut' | 'kill' }>): Promise<void> {
    const { disk } = this.bench;
    let left = step.afterOperations;
    const end = () => (step.kind === 'cut' ? disk.crash(seededRandom(step.seed)) : disk.kill());
    let ended = false;
    disk.onOperation = (_operation, _path, { partly }) => {
      if (left-- !== 0) return;
      partly(1_000);
      end();
      ended = true;
    };
    await this.append(step.sizes);
    disk.onOperation = () => undefined;
    if (!ended) end();
  }
}

describe('with any fault of the disk', () => {
  test('acknowledged blocks are there, in order, with their seqs, and nothing that was not appended', async () => {
    let acked = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 12 }), async (steps) => {
        const run = new Run();
        run.bench.limits = { bytesMax: 1 << 20, whenFull: 'refuse' };
        await run.bench.open();
        for (const step of steps) await run.take(step);
        await run.bench.reopen();
        await run.check();
        acked += run.acked.size;
      }),
      { numRuns: 300 },
    );
    expect(acked).toBeGreaterThan(300);
  }, 600_000);
});

describe('a power failure while a journal is created', () => {
  /** From the first operation on an empty disk to the first acknowledgement; crashes at the `at`th operation. */
  async function begin(
    bench: JournalBench,
    at: number,
    seed: number,
  ): Promise<{ acked: string[]; operations: number }> {
    let operations = 0;
    let dead: () => void = () => {};
    const died = new Promise<void>((resolve) => {
      dead = resolve;
    });
    bench.disk.onOperation = (_operation, _path, { partly }) => {
      if (operations++ !== at) return;
      partly(seed % 100);
      bench.disk.crash(seededRandom(seed));
      dead();
    };
    const acked: string[] = [];
    const work = (async () => {
      await bench.open();
      for (const text of ['first', 'second']) {
        await bench.readings.append(blockOf(text));
        acked.push(text);
      }
    })().catch(() => undefined);
    await Promise.race([work, died]);
    const promised = [...acked];
    bench.disk.onOperation = () => undefined;
    return { acked: promised, operations };
  }

  test('at any moment: it starts again, has the acknowledged blocks, and accepts more', async () => {
    const { operations } = await begin(new JournalBench(), Number.POSITIVE_INFINITY, 0);
    expect(operations).toBeGreaterThan(10);
    for (let at = 0; at < operations; at++) {
      for (let seed = 1; seed <= 8; seed++) {
        const bench = new JournalBench();
        const { acked } = await begin(bench, at, seed);
        await bench.open();
        const before = (await bench.readings.read(0, 1 << 20)).map(textOf);
        expect(before.slice(0, acked.length), `cut at operation ${at}, seed ${seed}`).toEqual(acked);
        await bench.readings.append(blockOf('after'));
        await bench.reopen();
        expect((await bench.readings.read(0, 1 << 20)).map(textOf)).toEqual([...before, 'after']);
        expect(bench.losses.filter(({ cause }) => cause !== 'torn-tail')).toEqual([]);
      }
    }
  });
});
