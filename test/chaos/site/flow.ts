import type { Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

/** How bytes pass in one direction. Everything can be changed while they do. */
export interface FlowShape {
  delayMs: number;
  /** Infinity: no limit. */
  bytesPerSecond: number;
  /** Accepts bytes and discards them: so a half-open connection looks to its sender. */
  swallow: boolean;
}

const queuedBytesMax = 1 << 20;
const sliceMs = 20;

/** One direction of a connection: bytes from `from` reach `to` late, slowly, or not at all. */
export class Flow {
  readonly #from: Socket;
  readonly #to: Socket;
  readonly #shape: FlowShape;
  readonly #queue: { chunk: Buffer; dueMs: number }[] = [];
  #queued = 0;
  #pumping = false;

  /** `onBytes` sees every chunk as it arrives; `change` returns the bytes that are passed on instead of it. */
  constructor(
    from: Socket,
    to: Socket,
    shape: FlowShape,
    onBytes: (chunk: Buffer) => void,
    change: (chunk: Buffer) => Buffer = (chunk) => chunk,
  ) {
    this.#from = from;
    this.#to = to;
    this.#shape = shape;
    from.on('data', (chunk) => {
      onBytes(chunk);
      if (!shape.swallow) this.#take(change(chunk));
    });
    from.on('end', () => {
      if (this.#queue.length === 0) to.end();
    });
  }

  #take(chunk: Buffer): void {
    this.#queue.push({ chunk, dueMs: performance.now() + this.#shape.delayMs });
    this.#queued += chunk.length;
    if (this.#queued > queuedBytesMax) this.#from.pause();
    if (!this.#pumping) void this.#pump();
  }

  async #pump(): Promise<void> {
    this.#pumping = true;
    for (let next = this.#queue[0]; next && !this.#to.destroyed; next = this.#queue[0]) {
      const waitMs = next.dueMs - performance.now();
      if (waitMs > 0) await delay(waitMs);
      await this.#write(next.chunk);
      this.#queue.shift();
      this.#queued -= next.chunk.length;
      if (this.#queued <= queuedBytesMax) this.#from.resume();
    }
    this.#pumping = false;
    if (this.#from.readableEnded) this.#to.end();
  }

  async #write(chunk: Buffer): Promise<void> {
    for (let at = 0; at < chunk.length && !this.#to.destroyed && !this.#shape.swallow; ) {
      const { bytesPerSecond } = this.#shape;
      const limited = Number.isFinite(bytesPerSecond);
      const bytes = limited ? Math.max(1, Math.floor((bytesPerSecond * sliceMs) / 1_000)) : chunk.length;
      const isRoom = this.#to.write(chunk.subarray(at, at + bytes));
      at += bytes;
      if (limited) await delay(sliceMs);
      if (!isRoom) await new Promise<void>((resolve) => this.#onceWritable(resolve));
    }
  }

  #onceWritable(then: () => void): void {
    const done = () => {
      this.#to.off('drain', done);
      this.#to.off('close', done);
      then();
    };
    this.#to.on('drain', done);
    this.#to.on('close', done);
  }
}
