import type { MachineType } from '../../shared/domain/machine-type.ts';
import type { BackendPreference } from '../../shared/model/backend-names.ts';
import type { BackoffOptions } from '../../shared/runtime/backoff.ts';
import type { Clock } from '../../shared/runtime/clock.ts';
import { HarbingerError } from '../../shared/runtime/errors.ts';
import type { Log } from '../../shared/runtime/log.ts';
import type { Random } from '../../shared/runtime/random.ts';
import type { AlertInput, MachineIdentity } from '../ports/decision.ts';
import type { RunModel } from '../ports/models/versions.ts';
import { createModelAssessor } from './assessors/model-assessor.ts';
import type { Baseline } from './baselines/baseline.ts';
import { ModelClient } from './model/model-client.ts';
import type { Trained } from './model/model-messages.ts';

/** Windows of the trial before a version is used: as many as are judged at once. */
const trialWindows = 64;
/** The first answers of a network take longer, while it is compiled. */
const trialRuns = 4;

export interface ModelRunsOptions {
  types: ReadonlyMap<string, MachineType>;
  backend: BackendPreference;
  requestMsMax: number;
  restart: BackoffOptions;
  /** A version whose trial takes longer is refused. */
  answerMsMax: number;
  baselineOf(machine: MachineIdentity): Baseline | null;
  /** Hears of each window that a version judges which does not only run beside. */
  judged(input: AlertInput, trained: Trained | null): void;
  clock: Clock;
  random: Random;
  log: Log;
  /** The worker's file; tests use another one. */
  entry?: string | URL;
}

/** Returns what runs a version of a model in a worker of its own. */
export function modelRuns(options: ModelRunsOptions): RunModel {
  const { types, answerMsMax, baselineOf, judged, clock } = options;
  return async ({ name, version, machineType, folder, digest }, { isShadow }, signal) => {
    const about = `model ${name} ${version}`;
    const type = types.get(machineType);
    if (!type)
      throw refused(
        'MODEL_REFUSED_MACHINE_TYPE',
        `${about} is for machines of type '${machineType}', which this gateway does not know`,
      );
    const client = new ModelClient({ ...options, sources: [{ type, folder, digest }], isNice: isShadow });
    const end = () => void client.stop();
    signal.addEventListener('abort', end, { once: true });
    try {
      await client.start();
      const { refusals, lastError } = client.status();
      if (refusals[0]) throw refused(refusals[0].code, refusals[0].message);
      if (lastError !== null)
        throw new HarbingerError('MODEL_CRASHED', 'intelligence', `${about} does not start: ${lastError}`);
      await examine();
    } catch (error) {
      // It may be tried again with the same signal.
      signal.removeEventListener('abort', end);
      await client.stop();
      throw error;
    }
    const assessor = createModelAssessor({
      client,
      baselineOf,
      ...(!isShadow && { judged: (input) => judged(input, client.trainedOf(input.machine.type.name)) }),
    });
    return {
      assessor,
      beside: createModelAssessor({ client, baselineOf }),
      problem: () => (client.available ? null : (client.status().lastError ?? 'it is starting')),
      stop: () => client.stop(),
    };

    /** Has it answer about as many windows as are judged at once. @throws HarbingerError MODEL_SLOW, MODEL_… */
    async function examine(): Promise<void> {
      const width = type!.windowRows * type!.sensors.length;
      let fastestMs = Number.POSITIVE_INFINITY;
      for (let run = 0; run < trialRuns; run++) {
        const beganMs = clock.monotonicMs();
        const windows = new Float32Array(trialWindows * width);
        await client.score({ machineType, windows, count: trialWindows, explainBelow: 0 }, signal);
        fastestMs = Math.min(fastestMs, clock.monotonicMs() - beganMs);
      }
      if (fastestMs > answerMsMax)
        throw refused(
          'MODEL_SLOW',
          `${about} takes ${Math.round(fastestMs)} ms for ${trialWindows} machines, and may take ${answerMsMax} ms`,
        );
    }
  };
}

const refused = (code: string, message: string) => new HarbingerError(code, 'intelligence', message);
