/**
 * Stuck messages (gateway/pipeline/stuck): what keeps a message on which the product works without end from holding up
 * the others: time limits (watched-batch.ts), the main thread's watch over the data thread (this file), and what a gateway
 * knows of an end of its predecessor (stuck-note.ts, in-hand.ts). Neither decoding nor storing is here.
 */
import { type Clock, every, type Timer } from '../../../shared/runtime/clock.ts';

const atRest = 0;
/** How often within the limit the main thread looks. A thread that was paused with the process is seen but once. */
const looks = 20;
/** Part of the limit in which the process must have computed: a thread that waits for a disk is not stuck. */
const busyShare = 0.5;
const digestBytes = 32;

/** Beats with each message that the data thread begins; the main thread sees it in memory that both share. */
export class Pulse {
  readonly memory: SharedArrayBuffer;
  /** The number of the message in hand. */
  private readonly word: Int32Array;
  private readonly digest: Buffer;
  private count = atRest;

  constructor(memory = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT + digestBytes)) {
    this.memory = memory;
    this.word = new Int32Array(memory, 0, 1);
    this.digest = Buffer.from(memory, Int32Array.BYTES_PER_ELEMENT, digestBytes);
  }

  /** The data thread begins a message. */
  beat(): void {
    this.count = (this.count + 1) & 0x3fff_ffff || 1;
    this.word[0] = this.count;
  }

  /** Notes which message it begins, by a SHA-256 digest. */
  name(digest: Uint8Array): void {
    this.digest.set(digest);
  }

  /** The data thread has done all that it had to do. */
  rest(): void {
    Atomics.store(this.word, 0, atRest);
  }

  /** The number of the message in hand, or 0. */
  read(): number {
    return Atomics.load(this.word, 0);
  }

  /** The digest of the message that was begun last, as hexadecimal digits; null if none was noted. */
  readName(): string | null {
    return this.digest.some((byte) => byte !== 0) ? this.digest.toString('hex') : null;
  }
}

/** CPU time of all threads of this process. */
const processCpuMs = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
};

/**
 * Calls back, once, if a message has been in hand for `limitMs`, and this process has computed for half as long: not if
 * the data thread waits for a disk, for swapped memory or for the reader of its log, or if the computer gives it no time.
 */
export function watchPulse(
  pulse: Pulse,
  limitMs: number,
  clock: Clock,
  stuck: () => void,
  cpuMs: () => number = processCpuMs,
): Timer {
  let last = atRest;
  let seen = 0;
  let cpuSinceMs = 0;
  const timer = every(clock, limitMs / looks, () => {
    const inHand = pulse.read();
    seen = inHand === last && inHand !== atRest ? seen + 1 : 0;
    last = inHand;
    if (seen === 0) cpuSinceMs = cpuMs();
    if (seen < looks || cpuMs() - cpuSinceMs < limitMs * busyShare) return;
    timer.cancel();
    stuck();
  });
  return timer;
}
