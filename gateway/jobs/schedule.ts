import { Type } from '@sinclair/typebox';
import cron from 'node-cron';
import { HarbingerError } from '../../shared/runtime/errors.ts';

/** When a job runs: five cron fields, six with seconds first, or a nickname such as @daily. Local time. */
export function ScheduleText(fallback: string) {
  return Type.String({
    default: fallback,
    pattern: '^\\s*(@[a-z]+|(\\S+\\s+){4,5}\\S+)\\s*$',
    description: 'cron: minute hour day month weekday, or six fields with seconds first; @daily and the like',
  });
}

export interface Schedule {
  /** Ms since 1970 of the next time after now, or null if there is none. */
  next(): number | null;
}

/** @throws HarbingerError JOB_SCHEDULE_INVALID naming the job, the field and the problem */
export function parseSchedule(job: string, text: string): Schedule {
  const { valid, errors } = cron.validateDetailed(text);
  if (!valid) {
    const problem = errors.map(({ message }) => message).join('; ');
    throw new HarbingerError(
      'JOB_SCHEDULE_INVALID',
      'config',
      `schedule '${text}' of job ${job}: ${problem}`,
    );
  }
  const task = cron.createTask(text, () => {});
  return { next: () => task.getNextRuns(1)[0]?.getTime() ?? null };
}
