import pino from 'pino';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { type Clock, systemClock } from '../runtime/clock.ts';
import { silentLog } from '../runtime/log.ts';
import { manualClock } from '../runtime/manual-clock.ts';
import { compileValidator } from '../runtime/validate.ts';
import type { Job } from './job.ts';
import { createJobs } from './jobs.ts';
import { ScheduleText } from './schedule.ts';

afterEach(() => vi.useRealTimers());

/** A manual clock that also drives the Date that node-cron reads. */
function drivenClock() {
  const clock = manualClock(Date.UTC(2026, 0, 1, 12, 0, 30));
  vi.useFakeTimers({ toFake: ['Date'] });
  const follow = () => vi.setSystemTime(clock.nowMs());
  follow();
  const driven: Clock = {
    ...clock,
    setTimer: (delayMs, fn) =>
      clock.setTimer(delayMs, () => {
        follow();
        fn();
      }),
  };
  const set = (nowMs: number) => {
    clock.setWall(nowMs);
    follow();
  };
  return { clock, driven, set };
}

/** A job that runs at the beginning of every minute. */
function everyMinute(run: Job['run'], log = silentLog) {
  const time = drivenClock();
  const jobs = createJobs([{ name: 'minutely', schedule: '* * * * *', run, runMsMax: 90_000 }], {
    log,
    clock: time.driven,
  });
  return { ...time, jobs, stats: () => jobs.stats()[0]! };
}

describe('a job', () => {
  it('runs on schedule', async () => {
    const at: number[] = [];
    const { jobs, clock, stats } = everyMinute(async () => {
      at.push(clock.nowMs() % 60_000);
    });
    jobs.start();
    await clock.advance(5 * 60_000);
    expect(at).toEqual([0, 0, 0, 0, 0]);
    expect(stats()).toMatchObject({
      runs: 5,
      missed: 0,
      failures: 0,
      isRunning: false,
      lastRun: { ok: true },
    });
  });

  it('runs on the real clock', async () => {
    let runs = 0;
    const run = async () => {
      runs += 1;
    };
    const job = { name: 'secondly', schedule: '* * * * * *', run };
    const jobs = createJobs([job], { log: silentLog, clock: systemClock });
    jobs.start();
    await vi.waitFor(() => expect(runs).toBeGreaterThan(1), { timeout: 20_000 });
    await jobs.stop();
  });

  it('that fails is logged by name, and runs again', async () => {
    const lines: string[] = [];
    const log = pino({ level: 'debug' }, { write: (line: string) => void lines.push(line) });
    const { jobs, clock, stats } = everyMinute(() => Promise.reject(new Error('disk gone')), log);
    jobs.start();
    await clock.advance(120_000);
    expect(stats()).toMatchObject({ runs: 2, failures: 2, lastRun: { ok: false } });
    const failed = lines.map((line) => JSON.parse(line)).find(({ msg }) => msg === 'job failed');
    expect(failed).toMatchObject({ job: 'minutely', problem: 'disk gone' });
  });

  it('that throws at once is a failure like any other', async () => {
    const { jobs, stats } = everyMinute(() => {
      throw new Error('at once');
    });
    await jobs.run('minutely');
    expect(stats()).toMatchObject({ failures: 1, isRunning: false });
  });

  it('that is still running is not started again, even if it ignores the abort signal', async () => {
    let end = () => {};
    let aborted = false;
    const { jobs, clock, stats } = everyMinute(
      (signal) =>
        new Promise((resolve) => {
          signal.addEventListener('abort', () => (aborted = true));
          end = resolve;
        }),
    );
    jobs.start();
    await clock.advance(5 * 60_000);
    expect(aborted).toBe(true);
    expect(stats()).toMatchObject({ runs: 1, timeouts: 1, overlaps: 4, isRunning: true });
    end();
    await clock.advance(60_000);
    expect(stats()).toMatchObject({ runs: 2, overlaps: 4 });
  });
});

describe('when the clock is set', () => {
  it('far ahead, the job runs once for the missed times and logs its delay', async () => {
    const lines: string[] = [];
    const log = pino({ level: 'warn' }, { write: (line: string) => void lines.push(line) });
    const { jobs, clock, set, stats } = everyMinute(async () => {}, log);
    jobs.start();
    set(Date.UTC(2082, 0, 1, 12, 0, 10));
    await clock.advance(30_000);
    expect(stats()).toMatchObject({ runs: 1, missed: 1 });
    const [missed] = lines.map((line) => JSON.parse(line));
    expect(missed.job).toBe('minutely');
    expect(missed.lateMs).toBeGreaterThan(50 * 365 * 86_400_000);
    await clock.advance(60_000);
    expect(stats()).toMatchObject({ runs: 2, missed: 1 });
  });

  it('back, it continues on schedule by the new time', async () => {
    const { jobs, clock, set, stats } = everyMinute(async () => {});
    jobs.start();
    set(Date.UTC(1999, 0, 1));
    await clock.advance(5 * 60_000);
    expect(stats().runs).toBeGreaterThanOrEqual(4);
    expect(stats().missed).toBe(0);
  });
});

describe('stopping', () => {
  it('aborts the current run and starts no other', async () => {
    let reason: unknown;
    const { jobs, clock, stats } = everyMinute(
      (signal) =>
        new Promise((_, reject) => {
          signal.addEventListener('abort', () => {
            reason = signal.reason;
            reject(signal.reason);
          });
        }),
    );
    jobs.start();
    await clock.advance(60_000);
    await jobs.stop();
    expect(reason).toEqual(new Error('the process stops'));
    await clock.advance(300_000);
    expect(stats()).toMatchObject({ runs: 1, failures: 0, isRunning: false });
  });

  it('does not wait for ever for a run that ignores the abort', async () => {
    const { jobs, clock, stats } = everyMinute(() => new Promise(() => {}));
    jobs.start();
    await clock.advance(60_000);
    const stopping = jobs.stop();
    await clock.advance(5_000);
    await stopping;
    expect(stats().isRunning).toBe(true);
  });
});

describe('schedules', () => {
  const validate = compileValidator(ScheduleText('@daily', 'a job'));
  const check = (text: string) => validate(text, (problem) => new Error(problem));

  it.each(['* * * * *', '30 */10 * * * *', '@hourly', '0 3 * * sun'])('%s is valid', (text) => {
    expect(check(text)).toBe(text);
    createJobs([{ name: 'j', schedule: text, run: async () => {} }], { log: silentLog, clock: systemClock });
  });

  it('anything else is refused with an error that names the job', () => {
    expect(() => check('every day')).toThrow();
    const job = { name: 'retention', schedule: '61 * * * *', run: async () => {} };
    expect(() => createJobs([job], { log: silentLog, clock: systemClock })).toThrow(
      expect.objectContaining({
        code: 'JOB_SCHEDULE_INVALID',
        message: "schedule '61 * * * *' of job retention: '61' is not a minute",
      }),
    );
  });

  it('an unknown job cannot be run', async () => {
    const jobs = createJobs([], { log: silentLog, clock: systemClock });
    await expect(jobs.run('nothing')).rejects.toMatchObject({ code: 'JOB_UNKNOWN' });
  });
});
