/**
 * Stuck messages (gateway/pipeline/stuck): what keeps a message on which the product works without end from holding up
 * the others: time limits (watched-batch.ts), the main thread's watch over the data thread (this file), and what a gateway
 * knows of an end of its predecessor (stuck-note.ts, in-hand.ts). Neither decoding nor storing is here.
 */
import { type Clock, every, type Timer } from '../../../shared/runtime/clock.ts';
import { cpuMsOfThread, threadNumber } from '../../../shared/runtime/cpu-time.ts';

const atRest = 0;
/** How often within the limit the main thread looks. A thread that was paused with the process is seen but once. */
const looks = 20;
/** Part of the limit for which the thread must have computed: one that waits for a disk is not stuck. */
const busyShare = 0.5;
const wordBytes = Int32Array.BYTES_PER_ELEMENT;
const digestBytes = 32;

/** Beats with each message that the data thread begins; the main thread sees it in memory that both share. */
export class Pulse {
  readonly memory: SharedArrayBuffer;
  /** The number of what is in hand, and that of the data thread itself. */
  private readonly words: Int32Array;
  private readonly digest: Buffer;
  private count = atRest;

  constructor(memory = new SharedArrayBuffer(2 * wordBytes + digestBytes)) {
    this.memory = memory;
    this.words = new Int32Array(memory, 0, 2);
    this.digest = Buffer.from(memory, 2 * wordBytes, digestBytes);
  }

  /** The calling thread is the one that will beat: its CPU time counts. */
  own(): void {
    Atomics.store(this.words, 1, threadNumber());
  }

  /** CPU time of the data thread, or of the process if the thread's is not known. */
  cpuMs(): number {
    return cpuMsOfThread(Atomics.load(this.words, 1));
  }

  /** The data thread begins a message, or other work. */
  beat(): void {
    this.count = (this.count + 1) & 0x3fff_ffff || 1;
    this.words[0] = this.count;
  }

  /** Notes which message it begins, by a SHA-256 digest; null: work that is not that of one message. */
  name(digest: Uint8Array | null): void {
    if (digest) this.digest.set(digest);
    else this.digest.fill(0);
  }

  /** The data thread has done all that it had to do. */
  rest(): void {
    Atomics.store(this.words, 0, atRest);
  }

  /** The number of what is in hand, or 0. */
  read(): number {
    return Atomics.load(this.words, 0);
  }

  /** The digest of the message in hand, as hexadecimal digits; null if none was noted. */
  readName(): string | null {
    return this.digest.some((byte) => byte !== 0) ? this.digest.toString('hex') : null;
  }
}

/**
 * Calls back, once, if one message has been in hand for `limitMs`, and the data thread has computed for half as long
 * meanwhile: not if it waits for a disk, for swapped memory or for the reader of its log, or if the computer gives it no
 * time. CPU time that appears at once counts for no more than the time between two looks: to a virtual machine that was
 * suspended, the whole time may look like work.
 */
export function watchPulse(
  pulse: Pulse,
  limitMs: number,
  clock: Clock,
  stuck: () => void,
  cpuMs: () => number = () => pulse.cpuMs(),
): Timer {
  const lookMs = limitMs / looks;
  let last = atRest;
  let seen = 0;
  let cpuLastMs = 0;
  let busyMs = 0;
  const timer = every(clock, lookMs, () => {
    const inHand = pulse.read();
    const isSame = inHand === last && inHand !== atRest;
    last = inHand;
    if (!isSame) [seen, busyMs] = [0, 0];
    if (inHand === atRest) return;
    const nowMs = cpuMs();
    if (isSame) {
      seen++;
      busyMs += Math.min(Math.max(0, nowMs - cpuLastMs), lookMs);
    }
    cpuLastMs = nowMs;
    if (seen < looks || busyMs < limitMs * busyShare) return;
    timer.cancel();
    stuck();
  });
  return timer;
}
