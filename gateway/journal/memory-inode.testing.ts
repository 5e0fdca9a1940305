import type { Random } from '../../shared/runtime/random.ts';

const sectorBytes = 512;

/** The bytes of one file: the current ones, and those that are durable. */
export class Inode {
  seen: Buffer = Buffer.alloc(0);
  durable: Buffer = Buffer.alloc(0);
  /** Sectors written or truncated since they were last written back. */
  dirty = new Set<number>();

  resize(bytes: number): void {
    const resized = Buffer.alloc(bytes);
    this.seen.copy(resized);
    const [low, high] = [Math.min(bytes, this.seen.length), Math.max(bytes, this.seen.length)];
    this.seen = resized;
    this.touch(low, high);
  }

  write(bytes: Buffer, position: number): void {
    if (position + bytes.length > this.seen.length) this.resize(position + bytes.length);
    bytes.copy(this.seen, position);
    this.touch(position, position + bytes.length);
  }

  /** Replaces the bytes durably. */
  replace(bytes: Buffer): void {
    this.seen = Buffer.from(bytes);
    this.durable = Buffer.from(bytes);
    this.dirty.clear();
  }

  sync(): void {
    this.durable = this.surviving(() => true, this.seen.length);
    this.dirty.clear();
  }

  /** Reduces the bytes to those that survive a power failure. */
  crash(random: Random): void {
    const [low, high] = [this.durable.length, this.seen.length].sort((a, b) => a - b) as [number, number];
    const length =
      this.dirty.size === 0 ? this.durable.length : low + Math.floor(random.next() * (high - low + 1));
    this.durable = this.surviving(() => random.next() < 0.5, length);
    this.seen = Buffer.from(this.durable);
    this.dirty.clear();
  }

  /** Returns the durable bytes, with the dirty sectors that `isWritten` chooses written back. */
  private surviving(isWritten: (sector: number) => boolean, length: number): Buffer {
    const result = Buffer.alloc(length);
    this.durable.copy(result);
    for (const sector of this.dirty) {
      const from = sector * sectorBytes;
      if (from >= this.seen.length || !isWritten(sector)) continue;
      this.seen.copy(result, from, from, Math.min(from + sectorBytes, this.seen.length, length));
    }
    return result;
  }

  private touch(from: number, to: number): void {
    for (let at = Math.floor(from / sectorBytes); at * sectorBytes < to; at++) this.dirty.add(at);
  }
}
