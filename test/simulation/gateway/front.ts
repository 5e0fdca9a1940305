/**
 * The main thread's side of one life of the gateway: packs messages into slabs, and settles them when their slab is
 * durable.
 */
import type { DataPlane } from '../../../gateway/pipeline/plane.ts';
import { NameTexts, SlabReader } from '../../../gateway/pipeline/slabs/slab-reader.ts';
import { NameNumbers, SlabWriter, slabBytes } from '../../../gateway/pipeline/slabs/slab-writer.ts';
import type { RawMessage, Settle } from '../../../gateway/ports/source.ts';
import type { Process, World } from '../world/world.ts';

interface Waiting {
  message: RawMessage;
  settled: Settle;
  ticket: number;
}

/** The same limits as in the data client. */
const slabsMax = 3;
const slabBytesMax = 32 << 10;

export class Front {
  private readonly world: World;
  private readonly process: Process;
  private readonly queue: Waiting[] = [];
  private readonly numbers = new NameNumbers();
  private readonly names = new NameTexts();
  private plane: DataPlane | null = null;
  private inProgress = 0;
  private willFlush = false;

  constructor(world: World, process: Process) {
    this.world = world;
    this.process = process;
  }

  open(plane: DataPlane): void {
    this.plane = plane;
  }

  accept(message: RawMessage, settled: Settle, ticket = 0): void {
    this.queue.push({ message: { ...message }, settled, ticket });
    this.flushSoon();
  }

  private flushSoon(): void {
    if (this.willFlush || this.inProgress >= slabsMax || this.queue.length === 0) return;
    this.willFlush = true;
    this.process.clock.setTimer(0, () => {
      this.willFlush = false;
      void this.flush();
    });
  }

  private async flush(): Promise<void> {
    if (!this.plane) return;
    const group = this.nextGroup();
    const slab = new SlabWriter(new SharedArrayBuffer(slabBytesMax), this.numbers);
    for (const { message } of group)
      if (!slab.add(message)) throw new Error('a message does not fit its slab');
    this.inProgress++;
    const errors: (Error | undefined)[] = [];
    let retainedNotReadings: readonly number[] = [];
    try {
      const read = new SlabReader(slab.memory, this.names);
      const exceptions = await this.plane.take((each) => read.read(slab.bytes, each));
      const { unkept } = exceptions ?? {};
      for (const place of unkept?.messages ?? []) errors[place] = errorOf(unkept?.error);
      retainedNotReadings = exceptions?.retainedNotReadings ?? [];
    } catch (thrown) {
      for (const place of group.keys()) errors[place] = errorOf(thrown);
    }
    // The memory returns to its owner, who writes other messages into it.
    new Uint8Array(slab.memory).fill(0xee);
    this.inProgress--;
    const failed = errors.filter((error) => error !== undefined);
    const reason = failed.length > 0 ? `, ${failed.length} not: ${failed[0]!.message}` : '';
    this.world.note(`settled ${group.length}${reason}`);
    if (this.process.alive)
      for (const [place, { settled, ticket }] of group.entries())
        settled(errors[place], ticket, !retainedNotReadings.includes(place));
    this.flushSoon();
  }

  private nextGroup(): Waiting[] {
    const group: Waiting[] = [];
    for (let bytes = 0; this.queue.length > 0; ) {
      bytes += slabBytes(this.queue[0]!.message);
      if (group.length > 0 && bytes > slabBytesMax) break;
      group.push(this.queue.shift()!);
    }
    return group;
  }
}

function errorOf(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}
