import { BudgetExceeded, withinBudget } from '../runtime/budget.ts';
import type { Clock, Timer } from '../runtime/clock.ts';
import { messageOf } from '../runtime/errors.ts';
import type { Log } from '../runtime/log.ts';
import type { Job } from './job.ts';
import { parseSchedule, type Schedule } from './schedule.ts';

export interface ScheduledJob extends Job {
  name: string;
  schedule: string;
}

export interface JobStats {
  name: string;
  schedule: string;
  runs: number;
  /** Runs that threw; then runs that exceeded their time. */
  failures: number;
  timeouts: number;
  /** Runs skipped because the previous one had not finished. */
  overlaps: number;
  /** Scheduled times at which the job did not run, so that it ran late. */
  missed: number;
  isRunning: boolean;
  lastRun: { atMs: number; durationMs: number; ok: boolean } | null;
  nextMs: number | null;
}

const runMsMaxDefault = 60_000;
/** A run that starts later than this after its time counts as missed. */
const lateMsMax = 2_000;
/**
 * Interval at which the clock is checked, so that a step of the clock (as on a gateway without a battery) is noticed.
 */
const lookMs = 30_000;

/**
 * Runs one job on its schedule. node-cron computes the times, but the waiting is done here: node-cron's own loop visits
 * every time it missed (33 µs each, minutes of standstill when a clock that began in 1970 is set), and after the clock
 * is set back it sleeps until the old time is reached again. After missed times the job runs once, immediately, however
 * many there were.
 */
export class JobRunner {
  readonly name: string;
  private readonly job: ScheduledJob;
  private readonly schedule: Schedule;
  private readonly clock: Clock;
  private readonly log: Log;
  private readonly counts = { runs: 0, failures: 0, timeouts: 0, overlaps: 0, missed: 0 };
  private lastRun: JobStats['lastRun'] = null;
  private timer: Timer | null = null;
  private dueMs: number | null = null;
  /** Settles when the current run has really finished, aborted or not. Never rejects. */
  private work: Promise<void> | null = null;
  private readonly stopping = new AbortController();

  /** @throws HarbingerError JOB_SCHEDULE_INVALID */
  constructor(job: ScheduledJob, clock: Clock, log: Log) {
    this.name = job.name;
    this.job = job;
    this.schedule = parseSchedule(job.name, job.schedule);
    this.clock = clock;
    this.log = log;
  }

  start(): void {
    this.dueMs = this.schedule.next(this.clock.nowMs());
    if (this.dueMs === null || this.stopping.signal.aborted) return;
    const waitMs = Math.min(Math.max(this.dueMs - this.clock.nowMs(), 0), lookMs);
    this.timer = this.clock.setTimer(waitMs, () => this.look());
  }

  /** Prevents further runs and aborts the current one. Resolves when that has finished. */
  async stop(): Promise<void> {
    this.timer?.cancel();
    this.stopping.abort(new Error('the process stops'));
    await this.work;
  }

  /** Runs the job now, unless it is already running. Never rejects: failures are logged and counted. */
  async run(): Promise<void> {
    if (this.stopping.signal.aborted) return;
    if (this.work) {
      this.counts.overlaps += 1;
      this.log.warn({ job: this.name }, 'job is still running; this run is skipped');
      return;
    }
    const startedMs = this.clock.monotonicMs();
    const ok = await this.attempt();
    const durationMs = this.clock.monotonicMs() - startedMs;
    this.lastRun = { atMs: this.clock.nowMs(), durationMs, ok };
    this.log.debug({ job: this.name, durationMs, ok }, 'job ran');
  }

  stats(): JobStats {
    const { name, schedule } = this.job;
    const { lastRun, dueMs: nextMs } = this;
    return { name, schedule, ...this.counts, isRunning: this.work !== null, lastRun, nextMs };
  }

  private look(): void {
    const lateMs = this.clock.nowMs() - this.dueMs!;
    if (lateMs >= 0) {
      if (lateMs > lateMsMax) {
        this.counts.missed += 1;
        this.log.warn({ job: this.name, lateMs }, 'job missed its time and runs late');
      }
      void this.run();
    }
    this.start();
  }

  private async attempt(): Promise<boolean> {
    const { run, runMsMax = runMsMaxDefault } = this.job;
    this.counts.runs += 1;
    const begin = (signal: AbortSignal) => {
      const work = run.call(this.job, signal);
      const ended = () => {
        this.work = null;
      };
      this.work = Promise.resolve(work).then(ended, ended);
      return work;
    };
    try {
      await withinBudget(begin, runMsMax, this.clock, this.stopping.signal);
      return true;
    } catch (error) {
      if (this.stopping.signal.aborted) return false;
      const isLate = error instanceof BudgetExceeded;
      this.counts[isLate ? 'timeouts' : 'failures'] += 1;
      const problem = isLate ? `still running after ${runMsMax} ms` : messageOf(error);
      this.log.error({ job: this.name, problem, err: isLate ? undefined : error }, 'job failed');
      return false;
    }
  }
}
