/** Candidates and the queue of batches to be judged: they are asked when it is empty. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { silentLog } from '../../../../shared/runtime/log.ts';
import { manualClock } from '../../../../shared/runtime/manual-clock.ts';
import { compileValidator } from '../../../../shared/runtime/validate.ts';
import { assessmentOf, inputOf } from '../../../models/versions/versions.testing.ts';
import type { Assessor } from '../../../ports/decision.ts';
import { createAlertDecision } from '../alert-decision.ts';
import { AlertDecisionConfig } from '../config.ts';

const turns = async (count: number) => {
  for (let i = 0; i < count; i++) await new Promise<void>((resolve) => setImmediate(resolve));
};

it('a candidate is asked when no batch is judged or waits, also not while what was decided is journalled', async () => {
  const asked: string[] = [];
  const assessor = (name: string): Assessor => ({
    name,
    version: '1.0.0',
    async assess(inputs) {
      asked.push(`${name} ${inputs.length}`);
      return inputs.map(() => assessmentOf('pump-rul@2.0.0', 500));
    },
  });
  const challenger = {
    model: { name: 'pump-rul', version: '2.1.0' },
    judge: { name: 'pump-rul', version: '2.0.0' },
    machineType: 'pump',
    assessor: assessor('candidate'),
    takes: () => true,
  };
  const folder = await mkdtemp(join(tmpdir(), 'harbinger-shadow-waits-'));
  const decision = createAlertDecision({
    gateway: 'edge',
    stateFile: join(folder, 'alerts.json'),
    config: compileValidator(AlertDecisionConfig)({}, (problem) => new Error(problem)),
    modelAssessor: assessor('champion'),
    selfLearnedAssessor: assessor('own'),
    rulesAssessor: assessor('rules'),
    // A journal takes some turns for each event.
    outbox: { event: () => turns(20), estimates() {} },
    models: {
      challengers: () => [challenger],
      ...{ observed() {}, dropped() {}, failed() {}, replaced() {} },
    },
    clock: manualClock(),
    log: silentLog,
  });
  try {
    await decision.start();
    const inputs = Array.from({ length: 20 }, (_, i) => inputOf(`pump-${i}`));
    await Promise.all([1, 2, 3].map(() => decision.evaluate(inputs)));
    expect(asked).toEqual(['champion 20', 'champion 20', 'champion 20']);
    await turns(40);
    expect(asked.slice(3)).toEqual(['candidate 16', 'candidate 16', 'candidate 16', 'candidate 12']);
  } finally {
    await decision.stop();
    await rm(folder, { recursive: true });
  }
});
