/**
 * Made-up machines over months (test/detector/months): what the gateway has to judge, with times, days, nights, seasons and wear,
 * beside the thousand rows of ../plants. A kind of machine is in a file of kinds, a fault one of month-faults.ts; this file lives through the
 * months of one machine and says what a judge told of them. Nothing is kept of a row, so that a year of seconds fits.
 */
import { gaussian, seededRandom } from '../../../shared/runtime/random.ts';
import type { Judge } from '../judges/judge.ts';
import { dayMinutes, type MachineKind } from './machine.ts';
import { faultFromDay, type MonthFault } from './month-faults.ts';

const minuteMs = 60_000;
const beginMs = Date.UTC(2026, 0, 5);
/** After the fault a judge has so long to see that it is over. */
const settleMinutes = dayMinutes;
/** Days at the end of the life: a fault that is not noticed on half of them is forgotten. */
const lastDays = 20;

export interface LifeOptions {
  days: number;
  seed: number;
  stepMinutes: number;
}

/** Counts of what was told of one machine, of time in minutes. */
export interface Life {
  /** Time judged while it was well, alerts begun in it, time with an alert, and time called changed. */
  wellMinutes: number;
  falseAlerts: number;
  toldMinutes: number;
  changedMinutes: number;
  /** Minutes from the begin of the fault until it was told; NaN: never, or there was none. */
  delayMinutes: number;
  /** Days with the fault, and those of them on which it was told or the machine called changed; and of the last ones. */
  faultDays: number;
  noticedDays: number;
  isForgotten: boolean;
}

/** Lives through the months of one machine. @param fault null: it stays well */
export function live(
  kind: MachineKind,
  fault: MonthFault | null,
  newJudge: (sensors: number) => Judge,
  { days, seed, stepMinutes }: LifeOptions,
): Life {
  const machine = kind.make(seededRandom(7_919 * seed + 13 * kind.name.length + kind.name.charCodeAt(0)));
  const chance = seededRandom(31 * seed + 5);
  const { deviations } = machine;
  const judge = newJudge(deviations.length);
  const victim = seed % deviations.length;
  const seen = new SeenDays();
  const life: Life = {
    wellMinutes: 0,
    falseAlerts: 0,
    toldMinutes: 0,
    changedMinutes: 0,
    delayMinutes: Number.NaN,
    faultDays: 0,
    noticedDays: 0,
    isForgotten: false,
  };
  let [begun, newestFault, before, wasTold] = [Number.NaN, Number.NEGATIVE_INFINITY, Number.NaN, false];
  for (let minute = 0; minute < days * dayMinutes; minute += stepMinutes) {
    const row = machine.row(minute, stepMinutes);
    if (!row) continue;
    const isOn = fault?.isOn(minute) ?? false;
    if (isOn && fault) {
      if (Number.isNaN(begun)) begun = minute;
      newestFault = minute;
      const about = {
        deviation: deviations[victim]!,
        sinceMinutes: minute - begun,
        before,
        noise: gaussian(chance),
      };
      row[victim] = fault.apply(row[victim]!, about);
    }
    if (!Number.isNaN(row[victim]!)) before = row[victim]!;
    judge.push(row, 0, beginMs + minute * minuteMs);
    const { isTold, isChanged } = judge;
    if (isOn) {
      if (isTold && Number.isNaN(life.delayMinutes)) life.delayMinutes = minute - begun;
      seen.note(Math.floor(minute / dayMinutes), isTold || isChanged);
    } else if (minute - newestFault > settleMinutes && Number.isNaN(begun) && judge.isReady) {
      life.wellMinutes += stepMinutes;
      if (isTold && !wasTold) life.falseAlerts++;
      if (isTold) life.toldMinutes += stepMinutes;
      else if (isChanged) life.changedMinutes += stepMinutes;
    }
    wasTold = isTold;
  }
  life.faultDays = seen.days;
  life.noticedDays = seen.noticed;
  life.isForgotten = !Number.isNaN(life.delayMinutes) && seen.shareSince(days - lastDays) < 0.5;
  return life;
}

/** Days with the fault, and whether it was noticed on them. */
class SeenDays {
  private readonly isNoticed = new Map<number, boolean>();

  note(day: number, isNoticed: boolean): void {
    this.isNoticed.set(day, isNoticed || (this.isNoticed.get(day) ?? false));
  }

  get days(): number {
    return this.isNoticed.size;
  }

  get noticed(): number {
    return [...this.isNoticed.values()].filter(Boolean).length;
  }

  shareSince(day: number): number {
    const late = [...this.isNoticed].filter(([at]) => at >= Math.max(day, faultFromDay));
    return late.length === 0 ? 1 : late.filter(([, isNoticed]) => isNoticed).length / late.length;
  }
}
