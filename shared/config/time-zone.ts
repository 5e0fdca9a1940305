import { Type } from '@sinclair/typebox';
import { isTimeZone } from '../words/times.ts';
import { type ConfigProblem, invalid } from './problem.ts';

/** The setting `timeZone`, of both sides. */
export const TimeZone = Type.Optional(
  Type.String({
    minLength: 1,
    maxLength: 64,
    description:
      'The time zone in which times are written in alerts, mails and reasons, by its IANA name. Without it that of this computer.',
    examples: ['Europe/Berlin'],
  }),
);

export function timeZoneProblems({ timeZone }: { timeZone?: string | undefined }): ConfigProblem[] {
  if (timeZone === undefined || isTimeZone(timeZone)) return [];
  return [
    invalid(
      'timeZone',
      `timeZone ${JSON.stringify(timeZone)} is not a time zone: name one such as Europe/Berlin, or UTC`,
    ),
  ];
}

/** Sets the time zone of this process and of threads that it starts later: all local times are written in it. */
export function useTimeZone({ timeZone }: { timeZone?: string | undefined }): void {
  if (timeZone !== undefined) process.env.TZ = timeZone;
}
