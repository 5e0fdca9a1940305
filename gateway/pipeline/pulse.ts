/** Both threads: whether the data thread works on one message without end, where no time limit ends it. */
import { type Clock, every, type Timer } from '../../shared/runtime/clock.ts';

const atRest = 0;
/** How often within the limit the main thread looks. A thread that was paused with the process is seen but once. */
const looks = 20;

/** Beats with each message that the data thread begins; the main thread sees it in memory that both share. */
export class Pulse {
  readonly memory: SharedArrayBuffer;
  /** The number of the message in hand. */
  private readonly word: Int32Array;
  private count = atRest;

  constructor(memory = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT)) {
    this.memory = memory;
    this.word = new Int32Array(memory);
  }

  /** The data thread begins a message. */
  beat(): void {
    this.count = (this.count + 1) & 0x3fff_ffff || 1;
    this.word[0] = this.count;
  }

  /** The data thread has done all that it had to do. */
  rest(): void {
    Atomics.store(this.word, 0, atRest);
  }

  /** The number of the message in hand, or 0. */
  read(): number {
    return Atomics.load(this.word, 0);
  }
}

/** Calls back, once, if a message has been in hand for `limitMs`. */
export function watchPulse(pulse: Pulse, limitMs: number, clock: Clock, stuck: () => void): Timer {
  let last = atRest;
  let seen = 0;
  const timer = every(clock, limitMs / looks, () => {
    const inHand = pulse.read();
    seen = inHand === last && inHand !== atRest ? seen + 1 : 0;
    last = inHand;
    if (seen < looks) return;
    timer.cancel();
    stuck();
  });
  return timer;
}
