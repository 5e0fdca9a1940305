import { availableParallelism } from 'node:os';
import { setFlagsFromString } from 'node:v8';
import type { Clock, Timer } from '../shared/runtime/clock.ts';

const everyMs = 2_000;
/** Whether a period is one of load already is looked at so often: what comes all at once would else be collected early many times. */
const looksPerPeriod = 8;
/** Share of all cores' time below which the CPU counts as idle: a site of 1,000 pumps takes a quarter of two slow cores. */
const idleShare = 0.35;
/**
 * Messages a second above which it does not, whatever share of the CPU the process gets: on a computer that others keep
 * busy, a gateway with much to do gets little.
 */
const idleMessagesMax = 2_500;
/**
 * Flags for an idle CPU: V8 keeps no reserve, and a heap grows by this share of its live objects before a full
 * collection.
 */
const idle = ['--optimize-for-size', '--heap-growing-percent=15'];
/** Node's default: up to four times the live objects. */
const busy = ['--no-optimize-for-size', '--heap-growing-percent=0'];
/** Limit of a thread's young space in MB; a thread has two. */
const threadYoungMb = 1;
/**
 * Without this, V8 learns from a moment in which messages waited that their objects live long, and from then on creates
 * each of them where only a full collection finds it: 18 MB in 18 s at 5,000 messages a second.
 */
const youngFirst = '--no-allocation-site-pretenuring';

export interface HeapGrowthDeps {
  clock: Clock;
  /** CPU time of this process so far, all threads. */
  cpuMicros?: () => number;
  /** Messages so far. */
  messages: () => number;
  cores?: number;
  setFlag?: (flag: string) => void;
}

/**
 * Collects garbage early while the CPU is idle, and late under load, when CPU counts for more than memory. This applies
 * to the heaps of all threads. `node-settings.ts` in deploy starts the process with the flags of an idle CPU.
 */
export class HeapGrowth {
  private readonly clock: Clock;
  private readonly cpuMicros: () => number;
  private readonly messages: () => number;
  private readonly idleCores: number;
  private readonly setFlag: (flag: string) => void;
  private timer: Timer | null = null;
  private flags = busy;
  private before = { cpuMicros: 0, messages: 0, atMs: 0 };
  private looks = 0;

  constructor({ clock, cpuMicros, messages, cores, setFlag }: HeapGrowthDeps) {
    this.clock = clock;
    this.cpuMicros = cpuMicros ?? processCpuMicros;
    this.messages = messages;
    this.idleCores = idleShare * (cores ?? availableParallelism());
    this.setFlag = setFlag ?? setFlagsFromString;
  }

  /**
   * Must be called before other threads start: their short-lived objects become garbage at once, so a larger young
   * space would only cost memory.
   */
  start(): void {
    this.setFlag(youngFirst);
    this.setFlag(`--max-semi-space-size=${threadYoungMb}`);
    this.before = this.now();
    this.choose(idle);
    this.wait();
  }

  async stop(): Promise<void> {
    this.timer?.cancel();
    this.choose(busy);
  }

  private wait(): void {
    this.timer = this.clock.setTimer(everyMs / looksPerPeriod, () => {
      this.looks = (this.looks + 1) % looksPerPeriod;
      if (this.looks === 0) this.choose(this.isIdle() ? idle : busy);
      else if (this.messages() - this.before.messages > (idleMessagesMax * everyMs) / 1_000)
        this.choose(busy);
      this.wait();
    });
  }

  /** True if little was to do since the last call. */
  private isIdle(): boolean {
    const { before } = this;
    const now = this.now();
    this.before = now;
    const passedMs = now.atMs - before.atMs;
    const cores = (now.cpuMicros - before.cpuMicros) / 1_000 / passedMs;
    const perSecond = ((now.messages - before.messages) / passedMs) * 1_000;
    return cores < this.idleCores && perSecond <= idleMessagesMax;
  }

  private now() {
    return { cpuMicros: this.cpuMicros(), messages: this.messages(), atMs: this.clock.monotonicMs() };
  }

  private choose(flags: string[]): void {
    if (flags === this.flags) return;
    this.flags = flags;
    for (const flag of flags) this.setFlag(flag);
  }
}

function processCpuMicros(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}
