import type { Random } from '../../../shared/runtime/random.ts';
import type { Moment } from './calendar.ts';

/** When a machine works: day and night, 6 to 22 on workdays, or 7 to 16 on workdays. */
export type Shifts = 'always' | 'two' | 'one';

const hours: Record<Shifts, [number, number]> = { always: [0, 24], two: [6, 22], one: [7, 16] };
/** Loads of the three products, in parts of the usual one. */
const loads = [0.85, 1, 1.15];

/** The work of a machine now: whether it runs, at which of three speeds, and for which product. */
export class Operation {
  isRunning = false;
  /** 1, 2 or 3. */
  speed = 2;
  product = 0;
  /** Since it last started or stopped. */
  minutesSince = 1_000;
  /** Since the product changed. */
  minutesOfProduct = 0;
  private readonly shifts: Shifts;
  private readonly random: Random;
  private day = -1;
  private beginsAt = 0;
  private endsAt = 0;
  private speedMinutes = 0;
  private productMinutes = 0;
  private isBlocked = false;

  constructor(shifts: Shifts, random: Random) {
    this.shifts = shifts;
    this.random = random;
    this.isRunning = shifts === 'always';
  }

  get load(): number {
    return loads[this.product]!;
  }

  step(at: Moment): void {
    if (at.localDay !== this.day) this.beginDay(at);
    const isWork =
      this.shifts === 'always' || (at.minuteOfDay >= this.beginsAt && at.minuteOfDay < this.endsAt);
    const runs = isWork && !this.isBlocked;
    this.minutesSince = runs === this.isRunning ? this.minutesSince + 1 : 0;
    this.isRunning = runs;
    if (--this.speedMinutes <= 0) {
      this.speed = 1 + Math.floor(3 * this.random.next());
      this.speedMinutes = 120 + Math.floor(600 * this.random.next());
    }
    this.minutesOfProduct++;
    if (--this.productMinutes > 0 || (this.shifts !== 'always' && this.isRunning)) return;
    this.product = Math.floor(3 * this.random.next());
    this.productMinutes = 1_440 + Math.floor(4_320 * this.random.next());
    this.minutesOfProduct = 0;
  }

  /** A machine that is broken or in repair does not run, whatever its shift. */
  block(): void {
    this.isBlocked = true;
  }

  unblock(): void {
    this.isBlocked = false;
  }

  /** People are not on time to the minute. */
  private beginDay({ localDay, weekday }: Moment): void {
    this.day = localDay;
    const [from, to] = hours[this.shifts];
    const late = () => Math.floor(20 * this.random.next()) - 5;
    this.beginsAt = weekday >= 5 ? 2_000 : from * 60 + late();
    this.endsAt = to * 60 + late();
  }
}
