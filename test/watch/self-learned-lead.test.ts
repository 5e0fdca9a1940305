import { expect, it } from 'vitest';
import type { AlertInput, Assessor } from '../../gateway/ports/decision.ts';
import { createRulesAssessor } from '../../gateway/watch/assessors/rules-assessor.ts';
import { createSelfLearnedAssessor } from '../../gateway/watch/assessors/self-learned-assessor.ts';
import { Baseline } from '../../gateway/watch/baselines/baseline.ts';
import { baselineOptions } from '../../gateway/watch/baselines/baseline-options.ts';
import type { Run } from '../../models/data/dataset.ts';
import { simulatePumpRuns } from '../../models/data/plant-runs.ts';
import type { Assessment } from '../../shared/contract/events.ts';
import { estimatePoliciesOf } from '../../shared/domain/alert-policy.ts';
import { loadMachineTypes } from '../../shared/domain/machine-types.ts';
import { inputsOf, leadRows, reportLeads } from './lives.ts';

const pump = loadMachineTypes().get('pump')!;
const sensors = pump.sensors.length;
const policy = estimatePoliciesOf(pump)[0]!;
const { signal } = new AbortController();

/** Assesses a life without a model: by rules alone, and by the learned baseline before them. */
async function judged(run: Run): Promise<{ rules: Assessment[]; chain: Assessment[] }> {
  const baseline = new Baseline(sensors, baselineOptions(pump));
  const learnt = createSelfLearnedAssessor({ baselineOf: () => baseline });
  const rules = createRulesAssessor({ baselineOf: () => baseline });
  const ask = async (assessor: Assessor, input: AlertInput) => (await assessor.assess([input], signal))[0];
  const inputs = inputsOf(run, pump);
  const found: Awaited<ReturnType<typeof judged>> = { rules: [], chain: [] };
  for (let row = 0; row < run.rows; row++) {
    baseline.take(run.values.subarray(row * sensors, (row + 1) * sensors), row * pump.stepMs);
    const input = inputs[row - pump.windowRows + 1];
    if (!input) continue;
    const byRules = (await ask(rules, input))!;
    found.rules.push(byRules);
    found.chain.push((await ask(learnt, input)) ?? byRules);
  }
  return found;
}

it('without a model, the learned baseline warns of pumps no later than rules alone, and as reliably', async () => {
  const { runs } = simulatePumpRuns({ machines: 60, seed: 2_024 });
  const leads = { rules: [] as (number | null)[], chain: [] as (number | null)[] };
  for (const run of runs) {
    const { rules, chain } = await judged(run);
    leads.rules.push(leadRows(rules, policy));
    leads.chain.push(leadRows(chain, policy));
  }
  const byRules = reportLeads(leads.rules, policy, policy.openAt / 4);
  const byChain = reportLeads(leads.chain, policy, policy.openAt / 4);
  console.log('pump lives without a model', { byRules, byChain });
  expect(byChain.inTime).toBeGreaterThanOrEqual(byRules.inTime - 1);
  expect(byChain.medianRows).toBeGreaterThan(byRules.medianRows);
  expect(byChain.tooEarly).toBeLessThanOrEqual(3);
});
