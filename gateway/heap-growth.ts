import { setFlagsFromString } from 'node:v8';
import type { Clock, Timer } from '../shared/runtime/clock.ts';

const everyMs = 2_000;
/** Cores' time in use, below which there is CPU to spare. */
const calmCores = 0.5;
/** While there is: a heap grows by this much of what lives in it before it is collected as a whole. */
const calmPercent = 50;
/** Node's own choice: up to four times. */
const ownChoice = 0;

export interface HeapGrowthDeps {
  clock: Clock;
  /** Of this process so far, all threads. */
  cpuMicros?: () => number;
  setPercent?: (percent: number) => void;
}

/**
 * Collects garbage early while there is little to do, and late under load, where CPU counts for more than memory: in
 * the heaps of all threads.
 */
export class HeapGrowth {
  private readonly clock: Clock;
  private readonly cpuMicros: () => number;
  private readonly setPercent: (percent: number) => void;
  private timer: Timer | null = null;
  private percent = ownChoice;
  private before = { cpuMicros: 0, atMs: 0 };

  constructor(deps: HeapGrowthDeps) {
    this.clock = deps.clock;
    this.cpuMicros = deps.cpuMicros ?? processCpuMicros;
    this.setPercent =
      deps.setPercent ?? ((percent) => setFlagsFromString(`--heap-growing-percent=${percent}`));
  }

  start(): void {
    this.before = { cpuMicros: this.cpuMicros(), atMs: this.clock.monotonicMs() };
    this.choose(calmPercent);
    this.wait();
  }

  async stop(): Promise<void> {
    this.timer?.cancel();
    this.choose(ownChoice);
  }

  private wait(): void {
    this.timer = this.clock.setTimer(everyMs, () => {
      const now = { cpuMicros: this.cpuMicros(), atMs: this.clock.monotonicMs() };
      const cores = (now.cpuMicros - this.before.cpuMicros) / 1_000 / (now.atMs - this.before.atMs);
      this.before = now;
      this.choose(cores < calmCores ? calmPercent : ownChoice);
      this.wait();
    });
  }

  private choose(percent: number): void {
    if (percent === this.percent) return;
    this.percent = percent;
    this.setPercent(percent);
  }
}

function processCpuMicros(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}
