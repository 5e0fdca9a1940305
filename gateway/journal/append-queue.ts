import type { HarbingerError } from '../../shared/runtime/errors.ts';
import type { Block } from '../ports/journal.ts';

/** An append that waits for the disk. `bytes` is the block's length there. */
export interface Waiting {
  block: Omit<Block, 'seq'>;
  bytes: number;
  resolve(seq: number): void;
  reject(error: HarbingerError): void;
}

/** Blocks in one write at most: an iovec may have 1,024 parts, a block has three. */
const groupBlocksMax = 256;

/** Appends waiting for the disk, in order. */
export class AppendQueue {
  /** Of all that wait. */
  bytes = 0;
  private waiting: Waiting[] = [];

  get first(): Waiting | undefined {
    return this.waiting[0];
  }

  push(waiting: Waiting): void {
    this.waiting.push(waiting);
    this.bytes += waiting.bytes;
  }

  /** Length on disk of what `take(bytesMax)` would take now. */
  sizeOfGroup(bytesMax: number): number {
    const group = this.waiting.slice(0, this.groupLength(bytesMax));
    return group.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  /** The next group: as many as fit `bytesMax`, at least one. */
  take(bytesMax: number): Waiting[] {
    const group = this.waiting.splice(0, this.groupLength(bytesMax));
    for (const { bytes } of group) this.bytes -= bytes;
    return group;
  }

  takeAll(): Waiting[] {
    this.bytes = 0;
    return this.waiting.splice(0);
  }

  private groupLength(bytesMax: number): number {
    let bytes = 0;
    let count = 0;
    while (count < this.waiting.length && count < groupBlocksMax) {
      bytes += this.waiting[count]!.bytes;
      if (bytes > bytesMax) break;
      count++;
    }
    return Math.max(1, count);
  }
}
