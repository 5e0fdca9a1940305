import type { Clock } from '../runtime/clock.ts';

/** How many observations a span is divided into. */
const observationsPerSpan = 24;

const observeEveryMsMin = 1_000;

const dayMs = 86_400_000;

/** Readings of the wall clock beside the running time, from `sinceMs` of running time on. */
interface Observation {
  sinceMs: number;
  /** Least and greatest difference of wall clock and running time. */
  leastMs: number;
  greatestMs: number;
}

/** State that is kept over a restart, as JSON. */
export interface SavedTime {
  runningMs: number;
  observations: readonly Observation[];
}

/**
 * Bounds of the real time for deleting by age, on a computer whose wall clock may jump. A jump forward moves `atLeastMs`
 * only after it has lasted for a whole span of running time, and a jump back moves it at once. So a clock that is wrong
 * for less than the span deletes nothing. Running time is that of a process which keeps its state over restarts; while
 * it does not run, none passes. `atMostMs` is for stamping data whose age will be compared with `atLeastMs`.
 *
 * Owners call `observe` about every `observeEveryMs`, and keep `saved()`, or each restart begins a span again.
 */
export class SettledTime {
  readonly observeEveryMs: number;
  private readonly clock: Pick<Clock, 'nowMs' | 'monotonicMs'>;
  private readonly spanMs: number;
  /** Running time less the monotonic clock. */
  private readonly baseMs: number;
  /** Oldest first. The first one reaches back to the beginning of the span, once there is one that does. */
  private readonly observations: Observation[];

  /** `saved` is what an earlier process kept; anything else is taken for nothing. */
  constructor(clock: Pick<Clock, 'nowMs' | 'monotonicMs'>, spanMs: number, saved: unknown = null) {
    this.clock = clock;
    this.spanMs = spanMs;
    this.observeEveryMs = Math.max(observeEveryMsMin, spanMs / observationsPerSpan);
    const known = isSaved(saved) ? saved : { runningMs: 0, observations: [] };
    this.baseMs = known.runningMs - clock.monotonicMs();
    this.observations = known.observations.map((one) => ({ ...one }));
    this.observe();
  }

  observe(): void {
    const { observations } = this;
    const { runningMs } = this;
    const differenceMs = this.clock.nowMs() - runningMs;
    const last = observations.at(-1);
    if (last && runningMs - last.sinceMs < this.observeEveryMs) {
      last.leastMs = Math.min(last.leastMs, differenceMs);
      last.greatestMs = Math.max(last.greatestMs, differenceMs);
    } else {
      observations.push({ sinceMs: runningMs, leastMs: differenceMs, greatestMs: differenceMs });
    }
    while (observations.length > 1 && observations[1]!.sinceMs <= runningMs - this.spanMs)
      observations.shift();
  }

  /** Ms since 1970 that have passed for certain; -Infinity until a whole span has been observed. */
  get atLeastMs(): number {
    this.observe();
    const { runningMs } = this;
    if (this.observations[0]!.sinceMs > runningMs - this.spanMs) return Number.NEGATIVE_INFINITY;
    return runningMs + Math.min(...this.observations.map(({ leastMs }) => leastMs));
  }

  /** For how much running time the clock has still to be observed before `atLeastMs` is known; 0 if it is. */
  get waitsMs(): number {
    this.observe();
    return Math.max(0, this.observations[0]!.sinceMs + this.spanMs - this.runningMs);
  }

  /** Ms since 1970: the latest that it may be, by what was observed during the span. */
  get atMostMs(): number {
    this.observe();
    return this.runningMs + Math.max(...this.observations.map(({ greatestMs }) => greatestMs));
  }

  saved(): SavedTime {
    return { runningMs: this.runningMs, observations: this.observations.map((one) => ({ ...one })) };
  }

  private get runningMs(): number {
    return this.baseMs + this.clock.monotonicMs();
  }
}

/** The span for data that are kept for `ageMs`: a tenth of it, at most a day. */
export function spanForAge(ageMs: number): number {
  return Math.min(dayMs, ageMs / 10);
}

function isSaved(saved: unknown): saved is SavedTime {
  if (typeof saved !== 'object' || saved === null) return false;
  const { runningMs, observations } = saved as Partial<SavedTime>;
  if (!isTime(runningMs) || !Array.isArray(observations)) return false;
  const isSound = observations.every(
    (one) =>
      isTime(one?.sinceMs) && one.sinceMs <= runningMs && isTime(one.leastMs) && isTime(one.greatestMs),
  );
  return isSound && observations.length <= 2 * observationsPerSpan;
}

function isTime(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}
