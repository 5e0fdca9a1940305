/**
 * Watches how long a policy takes. Runs are looked at in groups, of each of which only the median counts: one slow run, or
 * a few of them, as on a computer that does something else for a moment, changes nothing.
 */

/** A group has at least so many runs, and takes at least so long. */
const groupRunsMin = 8;
const groupMsMin = 1_000;
/** Limit of runs that are kept of one group. */
const groupRunsMax = 256;
/** Groups in which the median must rise before a trend is believed. */
const trendGroups = 6;
/** Below this share of the budget no trend is a reason: there is time to see more of it. */
const trendShareMin = 0.5;
/** A trend is believed to go on for twice as long as it was seen, but not for longer than a minute. */
const foreseenTimes = 2;
const foreseenMsMax = 60_000;

export interface TooSlow {
  by: 'latency' | 'trend';
  /** Ends a sentence that says that the policy is not asked. */
  detail: string;
}

interface Group {
  medianMs: number;
  atMs: number;
}

export class LatencyWatch {
  private readonly budgetMs: number;
  private readonly slowMs: number;
  private runs: number[] = [];
  private startedMs = Number.NaN;
  private groups: Group[] = [];

  /** @param share of the budget that is too slow; 0: nothing is */
  constructor(budgetMs: number, share: number) {
    this.budgetMs = budgetMs;
    this.slowMs = share === 0 ? Number.POSITIVE_INFINITY : share * budgetMs;
  }

  /** True if one run took too long, whatever the others did. */
  isSlow(latencyMs: number): boolean {
    return latencyMs >= this.slowMs;
  }

  /** Forgets everything. */
  restart(): void {
    this.runs = [];
    this.groups = [];
  }

  /** Takes one run. @param nowMs monotonic */
  took(latencyMs: number, nowMs: number): TooSlow | null {
    if (this.slowMs === Number.POSITIVE_INFINITY) return null;
    if (this.runs.length === 0) this.startedMs = nowMs - latencyMs;
    if (this.runs.length < groupRunsMax) this.runs.push(latencyMs);
    if (this.runs.length < groupRunsMin || nowMs - this.startedMs < groupMsMin) return null;
    this.groups.push({ medianMs: median(this.runs), atMs: nowMs });
    if (this.groups.length > trendGroups) this.groups.shift();
    this.runs = [];
    return this.tooSlow() ?? this.soonTooSlow();
  }

  private tooSlow(): TooSlow | null {
    const last = this.groups.slice(-2);
    if (last.length < 2 || !last.every(({ medianMs }) => this.isSlow(medianMs))) return null;
    const shown = last.map(({ medianMs }) => rounded(medianMs)).join(' and then ');
    return {
      by: 'latency',
      detail: `because half of its answers took ${shown} ms or longer, of a budget of ${this.budgetMs} ms`,
    };
  }

  private soonTooSlow(): TooSlow | null {
    const [first, last] = [this.groups[0]!, this.groups.at(-1)!];
    const isRising = this.groups.every(
      ({ medianMs }, i) => i === 0 || medianMs > this.groups[i - 1]!.medianMs,
    );
    if (this.groups.length < trendGroups || !isRising) return null;
    if (last.medianMs < trendShareMin * this.budgetMs) return null;
    const seenMs = last.atMs - first.atMs;
    const inMs = Math.min(foreseenTimes * seenMs, foreseenMsMax);
    const thenMs = last.medianMs + ((last.medianMs - first.medianMs) / seenMs) * inMs;
    if (thenMs < this.budgetMs) return null;
    const shown = this.groups.map(({ medianMs }) => rounded(medianMs)).join(', ');
    return {
      by: 'trend',
      detail: `because its answers took longer and longer (${shown} ms), and in ${rounded(inMs / 1_000)} s would take longer than the budget of ${this.budgetMs} ms`,
    };
  }
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) / 2)]!;
}

const rounded = (value: number): number => Number(value.toPrecision(3));
