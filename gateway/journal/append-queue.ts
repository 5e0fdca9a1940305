import type { HarbingerError } from '../../shared/runtime/errors.ts';
import type { Block } from '../ports/journal.ts';

/** An append that waits for the disk. `bytes` is the block's length on disk. */
export interface Waiting {
  block: Omit<Block, 'seq'>;
  bytes: number;
  resolve(seq: number): void;
  reject(error: HarbingerError): void;
}

/** Limit of blocks in one write: an iovec may have 1,024 parts, and a block has three. */
const groupBlocksMax = 256;

/** Appends that wait for the disk, in order. */
export class AppendQueue {
  /** Sum over all waiting appends. */
  bytes = 0;
  private waiting: Waiting[] = [];

  get first(): Waiting | undefined {
    return this.waiting[0];
  }

  push(waiting: Waiting): void {
    this.waiting.push(waiting);
    this.bytes += waiting.bytes;
  }

  /** Length on disk of the group that `take(bytesMax)` would return now. */
  sizeOfGroup(bytesMax: number): number {
    const group = this.waiting.slice(0, this.groupLength(bytesMax));
    return group.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  /** Removes and returns the next group: as many blocks as fit `bytesMax`, but at least one. */
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
