/**
 * Retraining (cloud/jobs/retraining): has models trained by what this cloud has stored, by schedule or when it is asked for, one at a
 * time, in a process of its own that is bounded in time and memory. What is learnt and how it is examined is in models/lives.
 */
import { join } from 'node:path';
import { newEvent, timeText } from '../../../shared/contract/envelope.ts';
import type { TrainingEnded } from '../../../shared/contract/models/training-ended.ts';
import type { Job } from '../../../shared/jobs/job.ts';
import { sleep } from '../../../shared/runtime/clock.ts';
import { HarbingerError, messageOf } from '../../../shared/runtime/errors.ts';
import { randomHex } from '../../../shared/runtime/random.ts';
import type { CloudJobDeps } from '../../ports/job.ts';
import type { TrainedCandidate, TrainingAdmin, TrainingState } from '../../ports/models/training.ts';
import type { RetrainingConfig } from './config.ts';

const minuteMs = 60_000;
/** After its time is up, a training has this long to end. */
const graceMs = 30_000;
const textMax = 1_000;
const lastMax = 64;

export function createRetraining(config: RetrainingConfig, deps: CloudJobDeps): Retraining {
  const retraining = new Retraining(config, deps);
  deps.offerTraining(retraining);
  return retraining;
}

class Retraining implements Job, TrainingAdmin {
  readonly runMsMax: number;
  private readonly config: RetrainingConfig;
  private readonly deps: CloudJobDeps;
  private readonly counts = { 'not-worse': 0, worse: 0, failed: 0 };
  private readonly last = new Map<string, TrainingEnded>();
  private running: TrainingState['running'] = null;

  constructor(config: RetrainingConfig, deps: CloudJobDeps) {
    this.config = config;
    this.deps = deps;
    const ofOne = config.minutesMax * minuteMs + graceMs;
    this.runMsMax = Math.max(1, config.machineTypes.length) * ofOne;
  }

  async run(signal: AbortSignal): Promise<void> {
    const problems: string[] = [];
    for (const machineType of this.config.machineTypes) {
      if (signal.aborted) return;
      if (this.running) {
        this.deps.log.warn(
          { machineType },
          'a model is being trained already; this one is left for the next time',
        );
        continue;
      }
      const { problem } = await this.train(machineType, { by: 'schedule', why: 'by schedule' }, signal);
      if (problem !== undefined) problems.push(problem);
    }
    if (problems.length > 0) throw new HarbingerError('TRAINING_FAILED', 'models', problems.join('; '));
  }

  begin(machineType: string, asked: { by: string; why: string }): void {
    if (!this.deps.training.trainer || !this.deps.training.api())
      throw new HarbingerError('TRAINING_UNAVAILABLE', 'models', 'this cloud cannot train models');
    if (this.running)
      throw new HarbingerError(
        'TRAINING_RUNS',
        'models',
        `a model of ${this.running.machineType} is being trained; one at a time is`,
      );
    const { machineTypes } = this.deps.training;
    if (!machineTypes.has(machineType))
      throw new HarbingerError(
        'TYPE_UNKNOWN',
        'models',
        `there is no machine type '${machineType}'; there are ${[...machineTypes.keys()].join(', ')}`,
      );
    void this.train(machineType, asked, this.deps.training.stopping);
  }

  state(): TrainingState {
    return {
      isAvailable: this.deps.training.trainer !== null,
      machineTypes: this.config.machineTypes,
      running: this.running,
      last: [...this.last.values()],
    };
  }

  samples() {
    const counts = Object.entries(this.counts);
    return {
      harbinger_trainings_total: counts.map(([result, value]) => ({ labels: { result }, value })),
    };
  }

  status(): TrainingState {
    return this.state();
  }

  /** Never rejects: how it ended is counted, told and recorded. */
  private async train(
    machineType: string,
    { by, why }: { by: string; why: string },
    stop: AbortSignal,
  ): Promise<TrainingEnded> {
    const { clock, log } = this.deps;
    const sinceMs = clock.nowMs();
    this.running = { machineType, by, sinceMs };
    const over = new AbortController();
    const abort = () => over.abort(stop.reason);
    stop.addEventListener('abort', abort, { once: true });
    if (stop.aborted) abort();
    let isLate = false;
    void sleep(clock, this.config.minutesMax * minuteMs, over.signal).then(() => {
      if (over.signal.aborted) return;
      isLate = true;
      over.abort();
    });
    try {
      log.info({ machineType, by }, 'training begins');
      const candidate = await this.candidate(machineType, by, over.signal);
      const ended = await this.ended({ machineType, by, why, beganAt: timeText(sinceMs), ...candidate });
      await this.tidy(machineType);
      return ended;
    } catch (error) {
      const problem = isLate ? `it took longer than ${this.config.minutesMax} minutes` : messageOf(error);
      const nothing = { isNotWorse: false, isPushed: false, isShadow: false, reasons: [] };
      return await this.ended({
        ...{ machineType, by, why, beganAt: timeText(sinceMs), ...nothing },
        problem: problem.slice(0, textMax),
      });
    } finally {
      over.abort();
      stop.removeEventListener('abort', abort);
      this.running = null;
    }
  }

  private candidate(machineType: string, by: string, signal: AbortSignal): Promise<TrainedCandidate> {
    const { trainer, api, machineTypesDir } = this.deps.training;
    const own = api();
    if (!trainer || !own)
      throw new HarbingerError('TRAINING_UNAVAILABLE', 'models', 'this cloud cannot train models');
    const { key = null, livesMin, rowsMax, tolerance, memoryMb, shadow } = this.config;
    const out = join(this.deps.dataDir, 'retraining');
    const order = { machineType, out, key, machineTypesDir, livesMin, rowsMax, tolerance, memoryMb, by };
    return trainer.train({ ...order, isShadowWanted: shadow }, own, signal);
  }

  /** Never rejects: there is a bound on the registry itself. */
  private async tidy(machineType: string): Promise<void> {
    const { clock, log, audit, training } = this.deps;
    try {
      const removed = await training.removeWorse(machineType, this.config.worseKept);
      for (const model of removed) {
        log.info(
          { model },
          'a candidate that was worse was removed from the registry, as newer ones are there',
        );
        const said = {
          subject: `${model}: it was worse, and newer candidates are there`,
          outcome: 'removed',
        };
        await audit.add({ atMs: clock.nowMs(), action: 'models.remove', by: 'job', address: '', ...said });
      }
    } catch (error) {
      log.warn({ machineType, problem: messageOf(error) }, 'candidates that were worse are not removed yet');
    }
  }

  private async ended(said: TrainingEnded): Promise<TrainingEnded> {
    const { clock, random, log, audit, emit } = this.deps;
    const ended = { ...said, reasons: said.reasons.slice(0, 16).map((each) => each.slice(0, textMax)) };
    const result = ended.problem !== undefined ? 'failed' : ended.isNotWorse ? 'not-worse' : 'worse';
    this.counts[result] += 1;
    this.last.delete(ended.machineType);
    this.last.set(ended.machineType, ended);
    for (const [oldest] of this.last) {
      if (this.last.size <= lastMax) break;
      this.last.delete(oldest);
    }
    const { machineType, by, model, problem, reasons } = ended;
    log[result === 'failed' ? 'warn' : 'info'](
      { machineType, by, model, result, problem, reasons },
      'training ended',
    );
    const timeMs = clock.nowMs();
    const id = `training/${machineType}/${timeMs.toString(36)}-${randomHex(random, 4)}`;
    try {
      const outcome = JSON.stringify({ result, model, problem }).slice(0, 500);
      const subject = `${machineType}: ${ended.why}`.slice(0, 500);
      await audit.add({ atMs: timeMs, action: 'models.retrained', subject, by: 'job', address: '', outcome });
      await emit(newEvent('io.harbinger.training.ended.v1', { gateway: null, id, timeMs }, ended));
    } catch (error) {
      log.error({ machineType, problem: messageOf(error) }, 'how a training ended could not be recorded');
    }
    return ended;
  }
}
