/** Faults of one sensor, and lasting changes that are none, by day. Sizes are in deviations of what only that sensor shows. */
import { dayMinutes } from './machine.ts';

export interface MonthFault {
  name: string;
  /** A change that is none: nobody should be told for long. */
  isLegitimate?: true;
  isOn(minute: number): boolean;
  /** Changes the value of the sensor. @param sinceMinutes the first minute of the fault @param before the newest value that was sent */
  apply(
    value: number,
    about: { deviation: number; sinceMinutes: number; before: number; noise: number },
  ): number;
}

/** All begin after a month, in the midst of a day. */
export const faultFromDay = 30;
const from = (faultFromDay + 0.4) * dayMinutes;
const always = (minute: number) => minute >= from;
const partOfDay = (begin: number, end: number, isDay: (day: number) => boolean) => (minute: number) => {
  const [day, part] = [Math.floor(minute / dayMinutes), (minute / dayMinutes) % 1];
  return day >= faultFromDay && isDay(day) && part >= begin && part < end;
};
const daily = partOfDay(0.4, 0.525, () => true);

const step =
  (size: number): MonthFault['apply'] =>
  (value, { deviation }) =>
    value + size * deviation;
const times =
  (by: number): MonthFault['apply'] =>
  (value) =>
    value * by;
/** Rises to `size` within so many days, and stays there. */
const drift =
  (size: number, days: number): MonthFault['apply'] =>
  (value, { deviation, sinceMinutes }) =>
    value + size * deviation * Math.min(1, sinceMinutes / days / dayMinutes);

export const monthFaults: readonly MonthFault[] = [
  { name: 'step of 3, lasting', isOn: always, apply: step(3) },
  { name: 'step of 5, lasting', isOn: always, apply: step(5) },
  { name: 'step of 8, lasting', isOn: always, apply: step(8) },
  { name: '1.4 times, lasting', isOn: always, apply: times(1.4) },
  { name: 'drift to 8 in 2 days', isOn: always, apply: drift(8, 2) },
  { name: 'drift to 8 in 10 days', isOn: always, apply: drift(8, 10) },
  { name: 'drift to 8 in 40 days', isOn: always, apply: drift(8, 40) },
  { name: 'drift to 20 in 40 days', isOn: always, apply: drift(20, 40) },
  { name: '5, three hours a day', isOn: daily, apply: step(5) },
  { name: '1.6 times, three hours a day', isOn: daily, apply: times(1.6) },
  { name: '5, each second day', isOn: partOfDay(0.35, 0.6, (day) => day % 2 === 0), apply: step(5) },
  { name: '6, eight hours a week', isOn: partOfDay(0.3, 0.63, (day) => day % 7 === 2), apply: step(6) },
  { name: 'noise of 8', isOn: always, apply: (value, { deviation, noise }) => value + 8 * deviation * noise },
  { name: 'stuck', isOn: always, apply: (value, { before }) => (Number.isNaN(before) ? value : before) },
];
