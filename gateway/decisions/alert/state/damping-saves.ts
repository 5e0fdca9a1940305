import type { Clock, Timer } from '../../../../shared/runtime/clock.ts';

/**
 * The shortest time between two saves of changes. It doubles while they go on, because a cause that comes and goes for days is not
 * news each time.
 */
const changeSaveMsMin = 1_000;
const changeSaveMsMax = 60_000;
/**
 * The same of when what waits was looked at last. A restart needs that only to tell for how long nobody looked, of which an hour counts
 * as looked at.
 */
const lookSaveMsMin = 30 * 60_000;

/**
 * When the damping of causes is saved although nothing is told: a gateway that is killed must not forget for how long a cause was
 * away. A cause that comes and goes, or an end that waits for days, costs no file each time, which a small disk would wear by.
 */
export class DampingSaves {
  private readonly clock: Clock;
  private readonly save: () => void;
  private savedMs = Number.NEGATIVE_INFINITY;
  private changeMs = changeSaveMsMin;
  private hasChanged = false;
  private hasLooked = false;
  private timer: Timer | null = null;

  /** @param save called when something is owed and no further decision may come */
  constructor(clock: Clock, save: () => void) {
    this.clock = clock;
    this.save = save;
  }

  /** The damping of a machine has changed, or what waits was looked at. */
  note(what: 'changed' | 'looked'): void {
    if (what === 'changed') this.hasChanged = true;
    else this.hasLooked = true;
  }

  /** True if it is time; if it will be soon, it is saved then. */
  isDue(): boolean {
    const sinceMs = this.clock.monotonicMs() - this.savedMs;
    const isDue =
      (this.hasChanged && sinceMs >= this.changeMs) || (this.hasLooked && sinceMs >= lookSaveMsMin);
    if (!isDue && this.hasChanged)
      this.timer ??= this.clock.setTimer(this.changeMs - sinceMs, () => {
        this.timer = null;
        if (this.hasChanged) this.save();
      });
    return isDue;
  }

  /** Everything is saved, or its saving has failed and is tried again by who saves. */
  saved(): void {
    const nowMs = this.clock.monotonicMs();
    const goesOn = this.hasChanged && nowMs - this.savedMs < 2 * changeSaveMsMax;
    this.changeMs = goesOn ? Math.min(2 * this.changeMs, changeSaveMsMax) : changeSaveMsMin;
    this.savedMs = nowMs;
    this.hasChanged = false;
    this.hasLooked = false;
  }

  stop(): void {
    this.timer?.cancel();
    this.timer = null;
  }
}
