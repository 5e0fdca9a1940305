import type { BackendPreference } from '../../../shared/model/backend-names.ts';
import { refusal } from '../../../shared/model/reading.ts';
import type { Clock } from '../../../shared/runtime/clock.ts';
import { codeOf, HarbingerError, messageOf } from '../../../shared/runtime/errors.ts';
import type { Log } from '../../../shared/runtime/log.ts';
import type { Random } from '../../../shared/runtime/random.ts';
import type { ProbedModel } from '../../ports/models/models.ts';
import { ModelClient } from './model-client.ts';

/** Its first answer takes longer than the others, as code is compiled. */
const triesMax = 3;

export interface ProbeOptions {
  backend: BackendPreference;
  /** An answer for one window must come within this time. */
  budgetMs: number;
  clock: Clock;
  random: Random;
  log: Log;
  /** The worker's file; tests use another one. */
  entry?: string | URL;
}

/**
 * Runs a model once in a worker of its own, so that one that crashes or hangs disturbs nobody: it must load, answer odd windows
 * with finite numbers, and answer within its budget.
 * @throws HarbingerError MODEL_REFUSED_* for what the model itself is; MODEL_CRASHED, MODEL_SLOW (retry) for what the box may be
 */
export async function probeModel(model: ProbedModel, options: ProbeOptions): Promise<void> {
  const { budgetMs, clock } = options;
  const { type, folder } = model;
  const fail = (why: string) => refusal('MODEL_REFUSED_OUTPUT', folder, why);
  const later = (code: 'MODEL_CRASHED' | 'MODEL_SLOW', why: string) =>
    new HarbingerError(code, 'intelligence', `the model in ${folder} could not be tried yet: ${why}`, {
      retry: true,
    });
  const client = new ModelClient({
    ...options,
    sources: [model],
    // It is as good as hung if it takes this long, and it is not started a second time meanwhile.
    requestMsMax: Math.max(1_000, 10 * budgetMs),
    restart: { firstMs: 3_600_000, maxMs: 3_600_000 },
  });
  try {
    await client.start();
    const { refusals, state, lastError } = client.status();
    const [refused] = refusals;
    if (refused) throw new HarbingerError(refused.code, 'intelligence', refused.message);
    if (state !== 'ready') throw later('MODEL_CRASHED', `its worker did not start: ${lastError}`);
    const width = type.windowRows * type.sensors.length;
    for (let tries = 1; ; tries++) {
      const beganMs = clock.monotonicMs();
      const windows = new Float32Array(width).fill(1);
      const request = { machineType: type.name, windows, count: 1, explainBelow: Number.NEGATIVE_INFINITY };
      const { lives } = await client.score(request).catch((error) => {
        if (codeOf(error) === 'MODEL_OUTPUT_INVALID') throw fail(messageOf(error));
        throw later('MODEL_CRASHED', `it does not answer: ${messageOf(error)}`);
      });
      if (!lives.every(Number.isFinite)) throw fail('it answers with something that is not a number');
      const tookMs = clock.monotonicMs() - beganMs;
      if (tookMs <= budgetMs) return;
      if (tries === triesMax)
        throw later(
          'MODEL_SLOW',
          `it takes ${Math.round(tookMs)} ms for one window, more than ${budgetMs} ms`,
        );
    }
  } finally {
    await client.stop();
  }
}
