import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Assessor } from '../../gateway/ports/decision.ts';
import { Watch } from '../../gateway/watch/watch.ts';
import { readCmapss } from '../../models/data/cmapss.ts';
import type { Run } from '../../models/data/dataset.ts';
import { simulatePumpRuns } from '../../models/data/plant-runs.ts';
import { estimatePoliciesOf } from '../../shared/domain/alert-policy.ts';
import { loadMachineTypes } from '../../shared/domain/machine-types.ts';
import { packageRoot } from '../../shared/files/paths.ts';
import { systemClock } from '../../shared/runtime/clock.ts';
import { silentLog } from '../../shared/runtime/log.ts';
import { seededRandom } from '../../shared/runtime/random.ts';
import { assessLife, inputsOf, type LeadReport, leadRows, reportLeads } from './lives.ts';

const types = loadMachineTypes();
const cmapss = join(packageRoot, '..', 'shared', 'data', 'cmapss', 'train_FD001.txt');

let watch: Watch;
beforeAll(async () => {
  watch = new Watch({
    types,
    clock: systemClock,
    random: seededRandom(1),
    log: silentLog,
    config: {
      backend: 'wasm',
      machinesMax: 10,
      intervalMsMin: 0,
      saveNormalsMs: 600_000,
      silentAfterMsMin: 60_000,
      silentAfterMsMax: 86_400_000,
      batchMax: 64,
      requestMsMax: 30_000,
      restart: { firstMs: 1, maxMs: 1 },
    },
  });
  await watch.start(async () => {});
});
afterAll(() => watch.stop());

async function report(typeName: string, assessor: Assessor, runs: readonly Run[]): Promise<LeadReport> {
  const type = types.get(typeName)!;
  const policy = estimatePoliciesOf(type)[0]!;
  const leads: (number | null)[] = [];
  for (const run of runs) leads.push(leadRows(await assessLife(assessor, inputsOf(run, type)), policy));
  return reportLeads(leads, policy, policy.openAt / 4);
}

describe('alerts over whole lives', () => {
  it('of pumps: the model warns in time for nearly all; rules for most, and later', async () => {
    const { runs } = simulatePumpRuns({ machines: 60, seed: 2_024 });
    const byModel = await report('pump', watch.modelAssessor, runs);
    const byRules = await report('pump', watch.rulesAssessor, runs);
    console.log('pump lives', { byModel, byRules });
    expect(byModel.inTime).toBeGreaterThanOrEqual(57);
    expect(byModel.tooEarly).toBeLessThanOrEqual(2);
    expect(byRules.inTime).toBeGreaterThanOrEqual(45);
    expect(byRules.tooEarly).toBeLessThanOrEqual(3);
    expect(byModel.medianRows).toBeGreaterThan(byRules.medianRows);
  });

  it.skipIf(!existsSync(cmapss))(
    'of the engines of C-MAPSS FD001: the same (needs the C-MAPSS files)',
    async () => {
      const { runs } = readCmapss(cmapss);
      const byModel = await report('turbofan', watch.modelAssessor, runs);
      const byRules = await report('turbofan', watch.rulesAssessor, runs);
      console.log('C-MAPSS FD001 engines', { byModel, byRules });
      expect(byModel.inTime).toBeGreaterThanOrEqual(95);
      expect(byRules.inTime).toBeGreaterThanOrEqual(80);
      expect(byModel.medianRows).toBeGreaterThan(byRules.medianRows);
    },
  );
});
