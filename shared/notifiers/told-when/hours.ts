/**
 * Times of telling (shared/notifiers/told-when): the hours in which receivers of a notifier are told, and after how long without
 * anybody's word. Here: the settings, and the hours by the clock on the wall. Who is told of what at all is the filter's part.
 */
import { type Static, Type } from '@sinclair/typebox';
import { type ConfigProblem, invalid } from '../../config/problem.ts';
import { isTimeZone, wallClockOf } from '../../words/times.ts';

const weekdays = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const;

const clock = {
  pattern: '^([01]\\d|2[0-3]):[0-5]\\d$',
  form: 'a time of day such as 06:00',
};

/** A shift of the receivers, or the hours in which nobody sleeps. */
export const ToldHours = Type.Object(
  {
    from: Type.String({
      ...clock,
      description: 'Their begin, by the clock on the wall.',
      examples: ['06:00'],
    }),
    to: Type.String({
      ...clock,
      description: 'Their end. If it is before the begin, on the next day, as of a night shift.',
      examples: ['22:00'],
    }),
    days: Type.Optional(
      Type.Array(Type.Union(weekdays.map((day) => Type.Literal(day))), {
        minItems: 1,
        maxItems: 7,
        description: 'The days on which they begin; without it every day.',
        examples: [['mon', 'tue', 'wed', 'thu', 'fri']],
      }),
    ),
    zone: Type.Optional(
      Type.String({
        maxLength: 64,
        description: 'The time zone of the receivers; without it that of the configuration.',
        examples: ['Europe/Berlin'],
      }),
    ),
  },
  {
    additionalProperties: false,
    description:
      'The hours in which its receivers are told of warnings. What is still open when they begin is told then; critical alerts are told at any hour. Only in the cloud.',
  },
);
export type ToldHours = Static<typeof ToldHours>;

/** True if a time is within the hours by the clock on the wall, also on a day of 23 or 25 hours. */
export function isWithinHours({ from, to, days, zone }: ToldHours, atMs: number): boolean {
  const { weekday, time } = wallClockOf(atMs, zone);
  const beginsOn = (day: number) => days === undefined || days.includes(weekdays[day]!);
  if (from < to) return beginsOn(weekday) && time >= from && time < to;
  // After midnight it is the shift of the day before. Equal times are a whole day.
  return (beginsOn(weekday) && time >= from) || (beginsOn((weekday + 6) % 7) && time < to);
}

/** @param key the setting, e.g. `alerts.email[0].filter.hours` */
export function hoursProblems({ zone }: ToldHours, key: string): ConfigProblem[] {
  if (zone === undefined || isTimeZone(zone)) return [];
  const text = `${JSON.stringify(zone)} is not a time zone: name one such as Europe/Berlin, or UTC`;
  return [invalid(`${key}.zone`, `${key}.zone ${text}`)];
}

/** After so long without acknowledgement a notifier is told of an alert: the next person to call. */
export const UnacknowledgedMin = Type.Integer({
  minimum: 1,
  maximum: 10_080,
  description:
    'Only alerts that nobody has acknowledged for so many minutes: for the next person to call. Only in the cloud.',
  examples: [30],
});
