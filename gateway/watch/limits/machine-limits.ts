/**
 * Limits (gateway/watch/limits): which limits of its sensors a machine has met, judged from each of its readings. What
 * is told of it is decided in gateway/decisions/alert.
 */
import type { Limit } from '../../../shared/domain/limits.ts';
import type { MachineType } from '../../../shared/domain/machine-type.ts';
import type { LimitState, PassedLimit } from '../../ports/decision.ts';
import type { Running } from '../running/running.ts';
import { decideNow, endAtHole, goOnAs } from './going-on.ts';
import { Holes } from './holes.ts';
import { holdAtRest, isSame, type LimitPlan } from './limit-plan.ts';
import { away, leftMs, limitStateOf, met, metSince } from './limit-state.ts';
import { PassedLimits, type Spell } from './passed-limits.ts';
import { QuietTimes } from './quiet-times.ts';

type Held = Uint8Array | null;

/**
 * The limits of one machine. Each limit is a switch with two delays:
 *
 *              met for openAfterMs, less twice the time that it was back between
 *     away ─────────────────────────────────────▶ met
 *       ▲ ◀───────────────────────────────────────│
 *       │      back, without a break, for resolveAfterMs
 *     unknown (until either has happened: after a start nobody knows what was before)
 *
 * Time is that of the readings, so a delay above 0 needs two of them, and one odd value switches nothing. A value that
 * is absent or was refused counts for neither. Nothing is allocated per row, and a healthy value costs a few comparisons, also
 * while its sensor's limits are not away yet: until the delay is over, it only shows once more that all are back.
 */
export class MachineLimits {
  /** True if a limit switched since this was last set to false. */
  isNews = false;
  /** True once any limit was met. */
  hasMet = false;
  readonly passed: PassedLimits;
  /** False while readings are repeated from the journal: what was met in them was told before. */
  private isLive = true;
  readonly plan: LimitPlan;
  /** By limited sensor: 1 if its limits hold at rest too; null if none do. */
  atRest: Uint8Array | null;
  /** By limited sensor: 1 while all of its limits are away and none is about to be met; and its last value. */
  readonly calm: Uint8Array;
  /**
   * By limited sensor, if its last value was back from all limits: since when it is back from the last of them (else NaN), and
   * from the first that will switch then (infinite if none will).
   */
  readonly allBackMs: Float64Array;
  readonly firstBackMs: Float64Array;
  readonly values: Float32Array;
  readonly holes: Holes;
  private readonly quiet = new QuietTimes();
  /** By limit: its state, since when it is (or is about to be) met, and since when it is back; NaN if it is not. */
  readonly states: Uint8Array;
  readonly metMs: Float64Array;
  readonly backMs: Float64Array;

  constructor(plan: LimitPlan) {
    this.plan = plan;
    this.atRest = plan.atRest;
    this.calm = new Uint8Array(plan.sensors.length);
    this.allBackMs = new Float64Array(plan.sensors.length).fill(Number.NaN);
    this.firstBackMs = new Float64Array(plan.sensors.length);
    this.values = new Float32Array(plan.sensors.length).fill(Number.NaN);
    this.states = new Uint8Array(plan.limits);
    this.metMs = new Float64Array(plan.limits).fill(Number.NaN);
    this.backMs = new Float64Array(plan.limits).fill(Number.NaN);
    this.passed = new PassedLimits(plan.limits);
    this.holes = new Holes(plan.sensors.length);
  }

  /**
   * A copy that goes on by itself. @param isHeard true for a spell of which a decision has heard otherwise @param isKnown the same for one that has
   * passed, and for one of which it is to hear later
   */
  fork(
    isHeard: (spell: Spell) => boolean,
    isKnown: (passed: PassedLimit) => boolean = isHeard,
  ): MachineLimits {
    const copy = new MachineLimits(this.plan);
    copy.hasMet = this.hasMet;
    copy.atRest = this.atRest;
    copy.passed.isHeard = isHeard;
    copy.passed.isKnown = isKnown;
    for (const each of ['calm', 'allBackMs', 'firstBackMs', 'values', 'states', 'metMs', 'backMs'] as const)
      copy[each].set(this[each]);
    copy.passed.follow(this.passed);
    copy.holes.follow(this.holes);
    return copy;
  }

  /** The same limits, of which nothing is known yet. */
  unknown(): MachineLimits {
    const blank = new MachineLimits(this.plan);
    blank.atRest = this.atRest;
    blank.holes.usualMs = this.holes.usualMs;
    return blank;
  }

  /** The clock of the machine was put back by so much: what is met, or about to be, goes on. */
  shift(backMs: number): void {
    this.quiet.end();
    this.holes.shift(backMs);
    for (const times of [this.allBackMs, this.firstBackMs, this.metMs, this.backMs])
      times.forEach((ms, i) => {
        times[i] = ms - backMs;
      });
  }

  /** Takes what passed unheard. From now on, what is met is known. */
  takePassed(): readonly PassedLimit[] {
    this.passed.heard();
    return this.passed.take();
  }

  /** Which limits hold while the machine rests, or has just started: 1 by limited sensor; null if none does. */
  heldAside(hasStarted: boolean): Uint8Array | null {
    return hasStarted ? this.plan.atRest : this.atRest;
  }

  /** It is known, or not any more, when the machine rests. */
  rest(type: MachineType, running: Running | null): void {
    this.atRest = holdAtRest(this.plan, running?.sign?.columnsOf(type) ?? null);
  }

  /**
   * Takes a reading that is not late: `values[from] … values[to - 1]`, one per column, NaN where absent. @param held limits that
   * hold while the machine rests, or has just started: no others are looked at; null: it runs
   */
  take(values: Float32Array, from: number, to: number, timeMs: number, isLive = true, held: Held = null) {
    if (!held && this.quiet.has(this.plan, values, from, to, timeMs, this.values))
      return this.holes.seesAll(timeMs);
    const { calm } = this;
    this.isLive = isLive;
    let isQuiet = !held;
    const { column, high, low } = this.plan;
    for (let i = 0; i < column.length; i++) {
      if (held && held[i] !== 1) continue;
      const at = from + column[i]!;
      if (at >= to) return;
      const value = values[at]!;
      // Written so that NaN counts as healthy here.
      if (calm[i] === 1 && !(value >= high[i]! || value <= low[i]!)) continue;
      if (this.isStillBack(i, value, timeMs)) {
        this.values[i] = value;
        this.holes.sees(i, timeMs);
      } else if (!Number.isNaN(value)) {
        this.judge(i, value, timeMs);
        isQuiet = false;
      }
    }
    if (isQuiet) this.quiet.begin(this.plan, this);
    else this.quiet.end();
  }

  /**
   * Goes on from the limits that these replace. Sensors whose limits are the same keep their state. For the others, the
   * latest value decides at once what is left, and also what is met, if a limit of the sensor was met before; otherwise
   * new limits wait as long as any. @param latest by column, NaN where absent
   */
  follow(before: MachineLimits | null, latest: Float32Array, timeMs: number): void {
    this.quiet.end();
    this.isNews = true;
    this.hasMet = before?.hasMet ?? false;
    this.plan.sensors.forEach((sensor, index) => {
      const at = before?.plan.sensors.findIndex(({ name }) => name === sensor.name) ?? -1;
      if (before && at >= 0 && isSame(sensor, before.plan.sensors[at]!)) goOnAs(this, index, before, at);
      else
        decideNow(
          this,
          index,
          before ? metSince(before.plan.sensors[at], before) : null,
          latest[this.plan.column[index]!]!,
          timeMs,
        );
    });
  }

  /**
   * Readings were left out: what was about to be met, or to be back, must be so for its whole delay again. @param wasRest the
   * machine rested: limits that hold at rest had no break
   */
  interrupt(wasRest = false): void {
    this.quiet.end();
    this.plan.sensors.forEach(({ first, limits }, index) => {
      if (wasRest && this.atRest?.[index] === 1) return;
      this.allBackMs[index] = Number.NaN;
      for (let limit = first; limit < first + limits.length; limit++) {
        this.backMs[limit] = Number.NaN;
        if (this.states[limit] !== met) this.metMs[limit] = Number.NaN;
      }
    });
  }

  /** Ends what is met by a sensor that is gone. */
  forget(column: number): void {
    const index = this.plan.column.indexOf(column);
    const sensor = this.plan.sensors[index];
    if (!sensor) return;
    this.quiet.end();
    this.values[index] = Number.NaN;
    this.allBackMs[index] = Number.NaN;
    this.calm[index] = 1;
    for (let limit = sensor.first; limit < sensor.first + sensor.limits.length; limit++) {
      if (this.states[limit] !== away) this.isNews = true;
      this.states[limit] = away;
      this.metMs[limit] = Number.NaN;
      this.backMs[limit] = Number.NaN;
    }
  }

  /** The sensors of which a limit is met or about to be, or may be met because nothing is known yet. */
  list(): LimitState[] {
    const { calm, values } = this;
    if (!calm.includes(0)) return [];
    const { sensors } = this.plan;
    const found: LimitState[] = [];
    for (let i = 0; i < sensors.length; i++) {
      const state = calm[i] === 1 ? null : limitStateOf(sensors[i]!, this, values[i]!);
      if (state) found.push(state);
    }
    return found;
  }

  /** True if the value is back from all limits, as the last one was, and none of them switches yet: nothing changes by it. */
  private isStillBack(index: number, value: number, timeMs: number): boolean {
    if (!this.isBackFromAll(index, value)) return false;
    return (
      timeMs >= this.allBackMs[index]! && timeMs - this.firstBackMs[index]! < this.plan.policy.resolveAfterMs
    );
  }

  private isBackFromAll(index: number, value: number): boolean {
    return value < this.plan.backBelow[index]! && value > this.plan.backAbove[index]!;
  }

  private judge(index: number, value: number, timeMs: number): void {
    const sensor = this.plan.sensors[index]!;
    const { compared, first } = sensor;
    const lastMs = this.holes.lastMs(index);
    const isBackFromAll = this.isBackFromAll(index, value);
    if (this.holes.takes(index, this.plan.column[index]!, timeMs, isBackFromAll, this.calm[index] === 1))
      this.isNews = endAtHole(this, sensor, lastMs) || this.isNews;
    this.values[index] = value;
    let isCalm = 1;
    let allBackMs = Number.NEGATIVE_INFINITY;
    let firstBackMs = Number.POSITIVE_INFINITY;
    for (let i = 0; i < compared.length; i++) {
      this.step(first + i, compared[i]!, value, timeMs);
      if (this.states[first + i] !== away || !Number.isNaN(this.metMs[first + i]!)) isCalm = 0;
      // NaN if one of them is not back, or is back for less than it was beyond.
      const isPending = this.states[first + i] !== met && !Number.isNaN(this.metMs[first + i]!);
      allBackMs = Math.max(allBackMs, isPending ? Number.NaN : this.backMs[first + i]!);
      if (this.states[first + i] !== away) firstBackMs = Math.min(firstBackMs, this.backMs[first + i]!);
    }
    this.calm[index] = isCalm;
    this.allBackMs[index] = allBackMs;
    this.firstBackMs[index] = firstBackMs;
  }

  private step(limit: number, { side, at, backAt }: Limit, value: number, timeMs: number): void {
    const { states, metMs, backMs } = this;
    const { openAfterMs, resolveAfterMs } = this.plan.policy;
    const isMet = side === 'high' ? value >= at : value <= at;
    const isBack = !isMet && (side === 'high' ? value <= backAt : value >= backAt);
    if (!isBack && states[limit] !== met) metMs[limit] = leftMs(metMs[limit]!, backMs[limit]!, timeMs);
    if (isMet) this.note(limit, side, value, timeMs);
    if (isBack && !(backMs[limit]! <= timeMs)) backMs[limit] = timeMs;
    if (isBack && states[limit] !== met && Number.isNaN(leftMs(metMs[limit]!, backMs[limit]!, timeMs)))
      metMs[limit] = Number.NaN;
    if (!isBack) backMs[limit] = Number.NaN;
    if (isMet && states[limit] !== met && timeMs - metMs[limit]! >= openAfterMs) {
      this.switch(limit, met);
      this.hasMet = true;
      this.passed.begins(limit, this.isLive);
    } else if (isBack && states[limit] !== away && timeMs - backMs[limit]! >= resolveAfterMs) {
      const sensor = this.plan.sensors.find((each) => limit < each.first + each.limits.length)!;
      const declared = sensor.limits[limit - sensor.first]!;
      this.passed.ends(limit, declared, sensor.name, metMs[limit]!, backMs[limit]!);
      this.switch(limit, away);
      metMs[limit] = Number.NaN;
    }
  }

  /** A machine's clock may go back: then its delays begin again. */
  private note(limit: number, side: Limit['side'], value: number, timeMs: number): void {
    const { metMs } = this;
    const isFirst = !(metMs[limit]! <= timeMs);
    if (isFirst) metMs[limit] = timeMs;
    this.passed.note(limit, side, value, isFirst);
  }

  private switch(limit: number, to: number): void {
    this.states[limit] = to;
    this.isNews = true;
  }
}
