import { Type } from '@sinclair/typebox';
import cron from 'node-cron';
import { HarbingerError } from '../runtime/errors.ts';

/** Schema of a schedule: five cron fields, six with seconds first, or a nickname such as @daily. Local time. */
export function ScheduleText(fallback: string, description: string) {
  return Type.String({
    default: fallback,
    pattern: '^\\s*(@[a-z]+|(\\S+\\s+){4,5}\\S+)\\s*$',
    form: 'five cron fields, six with seconds first, or a nickname such as @daily',
    description,
  });
}

export interface Schedule {
  /** Returns the first time after `nowMs`, in ms since 1970, or null if there is none. */
  next(nowMs: number): number | null;
}

type Fields = ReturnType<typeof cron.parse>;

const fieldNames: Readonly<Record<string, string>> = {
  second: 'second',
  minute: 'minute',
  hour: 'hour',
  dayOfMonth: 'day of the month',
  month: 'month',
  dayOfWeek: 'weekday',
};

/** @throws HarbingerError JOB_SCHEDULE_INVALID naming the job, the field and the problem */
export function parseSchedule(job: string, text: string): Schedule {
  const { valid, errors } = cron.validateDetailed(text);
  if (!valid) {
    const problems = errors.map(({ field, value }) => {
      const name = fieldNames[field];
      if (name !== undefined) return `'${value}' is not a ${name}`;
      return 'it is neither five or six cron fields nor a nickname such as @daily';
    });
    throw new HarbingerError(
      'JOB_SCHEDULE_INVALID',
      'config',
      `schedule '${text}' of job ${job}: ${problems.join('; ')}`,
    );
  }
  const fields = cron.parse(text);
  if (isPlain(fields)) return { next: (nowMs) => nextOf(fields, nowMs) };
  // Days such as L and 5#2 need node-cron's own calculation, whose use of Intl costs the process 10 MB.
  const task = cron.createTask(text, () => {});
  return { next: (nowMs) => laterThan(nowMs, task.getNextRuns(1)[0]?.getTime() ?? null) };
}

const dayMs = 86_400_000;

/** node-cron uses the system clock; if that is not set, its result may be long past. */
function laterThan(nowMs: number, nextMs: number | null): number | null {
  return nextMs === null || nextMs > nowMs ? nextMs : nowMs + dayMs;
}

type PlainFields = { [field in keyof Fields]: number[] };

function isPlain(fields: Fields): fields is PlainFields {
  return Object.values(fields).flat().every(Number.isInteger);
}

/** The next Sunday that is a 29 February can be forty years away. */
const daysMax = 40 * 366;

function nextOf(fields: PlainFields, nowMs: number): number | null {
  const now = new Date(nowMs);
  for (let days = 0; days < daysMax; days++) {
    const day = new Date(now.getFullYear(), now.getMonth(), now.getDate() + days);
    if (!fields.month.includes(day.getMonth() + 1)) continue;
    if (!fields.dayOfMonth.includes(day.getDate()) || !fields.dayOfWeek.includes(day.getDay())) continue;
    const found = firstAfter(fields, day, nowMs);
    if (found !== null) return found;
  }
  return null;
}

function firstAfter({ hour, minute, second }: PlainFields, day: Date, nowMs: number): number | null {
  const at = (h: number, m: number, s: number) =>
    new Date(day.getFullYear(), day.getMonth(), day.getDate(), h, m, s).getTime();
  for (const h of hour) {
    if (at(h, 59, 59) <= nowMs) continue;
    for (const m of minute) {
      if (at(h, m, 59) <= nowMs) continue;
      for (const s of second) if (at(h, m, s) > nowMs) return at(h, m, s);
    }
  }
  return null;
}
