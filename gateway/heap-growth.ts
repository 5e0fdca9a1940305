import { availableParallelism } from 'node:os';
import { setFlagsFromString } from 'node:v8';
import type { Clock, Timer } from '../shared/runtime/clock.ts';

const everyMs = 2_000;
/** Share of all cores' time in use, below which there is CPU to spare. */
const calmShare = 0.2;
/** While there is: V8 keeps no reserve, and a heap grows by this much of what lives in it before it is collected as a whole. */
const calm = ['--optimize-for-size', '--heap-growing-percent=15'];
/** Node's own choice: up to four times what lives. */
const busy = ['--no-optimize-for-size', '--heap-growing-percent=0'];
/** MB that a thread's young space may grow to, of which it has two. */
const threadYoungMb = 1;

export interface HeapGrowthDeps {
  clock: Clock;
  /** CPU time of this process so far, all threads. */
  cpuMicros?: () => number;
  cores?: number;
  setFlag?: (flag: string) => void;
}

/**
 * Collects garbage early while there is little to do, and late under load, where CPU counts for more than memory: in
 * the heaps of all threads. `node-settings.ts` in deploy has the process begin as a calm one does.
 */
export class HeapGrowth {
  private readonly clock: Clock;
  private readonly cpuMicros: () => number;
  private readonly calmCores: number;
  private readonly setFlag: (flag: string) => void;
  private timer: Timer | null = null;
  private flags = busy;
  private before = { cpuMicros: 0, atMs: 0 };

  constructor({ clock, cpuMicros, cores, setFlag }: HeapGrowthDeps) {
    this.clock = clock;
    this.cpuMicros = cpuMicros ?? processCpuMicros;
    this.calmCores = calmShare * (cores ?? availableParallelism());
    this.setFlag = setFlag ?? setFlagsFromString;
  }

  /** Before other threads are started: what they leave behind is garbage at once, a larger space would only cost memory. */
  start(): void {
    this.setFlag(`--max-semi-space-size=${threadYoungMb}`);
    this.before = { cpuMicros: this.cpuMicros(), atMs: this.clock.monotonicMs() };
    this.choose(calm);
    this.wait();
  }

  async stop(): Promise<void> {
    this.timer?.cancel();
    this.choose(busy);
  }

  private wait(): void {
    this.timer = this.clock.setTimer(everyMs, () => {
      const now = { cpuMicros: this.cpuMicros(), atMs: this.clock.monotonicMs() };
      const cores = (now.cpuMicros - this.before.cpuMicros) / 1_000 / (now.atMs - this.before.atMs);
      this.before = now;
      this.choose(cores < this.calmCores ? calm : busy);
      this.wait();
    });
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
