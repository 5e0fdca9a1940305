/**
 * The suite that every job of the gateway and of the cloud must pass (test/conformance/jobs), with the real operations that
 * it calls. Each kind provides these in a file beside this one. Time is the test's, and the suite makes operations fail or
 * hang.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import { Registry } from 'prom-client';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ConfigProblem } from '../../../shared/config/problem.ts';
import { jobsTable } from '../../../shared/jobs/config.ts';
import type { AnyJobPart, Job } from '../../../shared/jobs/job.ts';
import { type ConfiguredJobs, createConfiguredJobs } from '../../../shared/jobs/jobs.ts';
import { Metrics } from '../../../shared/parts/metrics.ts';
import { createPart, partOfKind } from '../../../shared/parts/registry.ts';
import type { Log } from '../../../shared/runtime/log.ts';
import { type ManualClock, manualClock } from '../../../shared/runtime/manual-clock.ts';
import { compileValidator } from '../../../shared/runtime/validate.ts';
import { undeclared } from '../../support/scraped-metrics.ts';
import { expectDeclaredReports } from '../reports.ts';

export type LogLine = Readonly<Record<string, unknown>>;

/** Makes an operation fail or hang while the suite wants that; and the same for every operation of a group. */
export interface Control {
  one<A extends unknown[], T>(operation: (...args: A) => Promise<T>): (...args: A) => Promise<T>;
  each<T extends object>(group: T): T;
}

/** One side with its registry of jobs. */
export interface JobSide<Deps> {
  parts: readonly AnyJobPart<Deps>[];
  /** The problems of a configuration file that begins with `head`. */
  head: string;
  check(file: string, dataDir: string): { config: unknown; problems: ConfigProblem[] };
  /** The same operations under control. */
  controlled(deps: Deps, control: Control): Deps;
}

/** The real operations of one side, with something to do for the job. */
export interface Operations<Deps> {
  deps: Omit<Deps, 'log'>;
  /** Asserts that a run has done its work. @param log the lines that were logged */
  expectDone(log: readonly LogLine[]): Promise<void>;
  stop(): Promise<void>;
}

export interface JobHarness<Deps> {
  kind: string;
  /** Further settings of its table. */
  settings?: Readonly<Record<string, unknown>>;
  /** @param folder an empty one for this test */
  start(clock: ManualClock, folder: string): Promise<Operations<Deps>>;
}

const until = (check: () => void | Promise<void>) => vi.waitFor(check, { timeout: 40_000, interval: 5 });
const minuteMs = 60_000;

export function describeJob<Deps extends { log: Log }>(side: JobSide<Deps>, harness: JobHarness<Deps>): void {
  const { kind, settings = {} } = harness;
  const part: AnyJobPart<Deps> = partOfKind<AnyJobPart<Deps>>(side.parts, kind);

  describe(`a job of kind ${kind}`, () => {
    let folder: string;
    let clock: ManualClock;
    let operations: Operations<Deps>;
    let lines: LogLine[];
    let deps: Deps;
    let configured: object;
    let jobs: ConfiguredJobs;
    let mode: 'work' | 'fail' | 'hang';
    let release: () => void;

    beforeEach(async () => {
      folder = mkdtempSync(join(tmpdir(), 'harbinger-job-'));
      clock = manualClock(Date.UTC(2026, 0, 1, 12, 0, 30));
      lines = [];
      mode = 'work';
      release = () => undefined;
      operations = await harness.start(clock, folder);
      const log = pino({ level: 'debug' }, { write: (line: string) => void lines.push(JSON.parse(line)) });
      const whole = { ...operations.deps, log } as unknown as Deps;
      deps = side.controlled(whole, { one: controlled, each: eachControlled });
      const table = { [kind]: { schedule: '* * * * *', ...settings } };
      const config = compileValidator(jobsTable([part]))(table, (problem) => new Error(problem));
      configured = config[kind] as object;
      jobs = await createConfiguredJobs<Deps>([part], config, deps, clock);
    });
    afterEach(async () => {
      mode = 'work';
      release();
      await jobs.stop();
      await operations.stop();
      rmSync(folder, { recursive: true });
    });

    const controlled = <A extends unknown[], T>(operation: (...args: A) => Promise<T>) => {
      return async (...args: A) => {
        if (mode === 'fail') throw new Error('input/output error');
        if (mode === 'hang') await new Promise<void>((resolve) => (release = resolve));
        return operation(...args);
      };
    };
    /** Controls every operation of a group, such as those on dead letters. */
    const eachControlled = <T extends object>(group: T): T =>
      Object.fromEntries(
        Object.entries(group).map(([name, operation]) => [
          name,
          typeof operation === 'function' ? controlled(operation) : operation,
        ]),
      ) as T;
    const stats = () => jobs.stats()[0]!;
    /** Lets a minute pass, which begins a run, and waits until it is counted. */
    const nextRun = async (ended = true) => {
      const { runs } = stats();
      await clock.advance(minuteMs);
      await until(() =>
        expect(stats()).toMatchObject({ runs: runs + 1, ...(ended && { isRunning: false }) }),
      );
    };

    it('documents itself and each of its settings', () => {
      expect(part.about).toMatch(/^[A-Z].*\.$/);
      for (const [name, setting] of Object.entries(part.config.properties))
        expect((setting as { description?: string }).description, name).toMatch(/^[A-Z].*\.$/);
    });

    it.each([
      { setting: 'schedule = "61 * * * *"', key: `jobs.${kind}.schedule` },
      { setting: 'shedule = "@daily"', key: `jobs.${kind}.shedule` },
    ])('refuses $setting, with file and key', ({ setting, key }) => {
      const file = join(folder, 'side.toml');
      writeFileSync(file, `${side.head}\n[jobs.${kind}]\n${setting}\n`);
      const { config, problems } = side.check(file, folder);
      expect(config).toBeNull();
      expect(problems).toMatchObject([{ key, file, line: 3 }]);
    });

    it('does its work at each time of its schedule', async () => {
      jobs.start();
      expect(stats().runs).toBe(0);
      await nextRun();
      await operations.expectDone(lines);
      await nextRun();
      expect(stats()).toMatchObject({ failures: 0, timeouts: 0, missed: 0, lastRun: { ok: true } });
    });

    it('that fails is reported by name, and runs again at its next time', async () => {
      jobs.start();
      mode = 'fail';
      await nextRun();
      expect(stats()).toMatchObject({ failures: 1, lastRun: { ok: false } });
      const failed = lines.find(({ msg }) => msg === 'job failed');
      expect(failed).toMatchObject({ level: 50, job: kind, problem: 'input/output error' });
      mode = 'work';
      await nextRun();
      await operations.expectDone(lines);
      expect(stats()).toMatchObject({ failures: 1, lastRun: { ok: true } });
    });

    it('that exceeds its time is aborted, is not started again while it runs, and then runs again', async () => {
      jobs.start();
      mode = 'hang';
      await nextRun(false);
      await jobs.run(kind);
      expect(stats()).toMatchObject({ runs: 1, overlaps: 1, isRunning: true });
      const { runMsMax = minuteMs } = await createPart<Deps, Job>([part], { kind, config: configured }, deps);
      await clock.advance(runMsMax);
      expect(stats()).toMatchObject({ timeouts: 1, failures: 0 });
      const late = lines.find(({ msg }) => msg === 'job failed');
      expect(late).toMatchObject({ job: kind, problem: `still running after ${runMsMax} ms` });
      mode = 'work';
      release();
      await until(() => expect(stats().isRunning).toBe(false));
      await nextRun();
      await operations.expectDone(lines);
    });

    it('is stopped within its limit, and not started after that', async () => {
      jobs.start();
      mode = 'hang';
      await nextRun(false);
      let stopped = false;
      const stopping = jobs.stop().then(() => {
        stopped = true;
      });
      await clock.advance(5_000);
      await until(() => expect(stopped).toBe(true));
      await stopping;
      await clock.advance(10 * minuteMs);
      expect(stats().runs).toBe(1);
    });

    it('reports what it declares', async () => {
      const job = await createPart<Deps, Job>([part], { kind, config: configured }, deps);
      await job.run(new AbortController().signal);
      await expectDeclaredReports(part, job);
      jobs.start();
      await nextRun();
      const text = await new Metrics(() => jobs.reporters, new Registry()).text();
      expect(undeclared(text, jobs.reporters)).toEqual([]);
      expect(text).toContain(`harbinger_job_runs_total{job="${kind}"} 1`);
    });
  });
}
