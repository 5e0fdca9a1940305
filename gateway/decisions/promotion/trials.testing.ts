/** Trials of models as tests want them. */
import type { ModelsCompared } from '../../../shared/contract/models/compared.ts';
import { refText } from '../../../shared/contract/models/model-ref.ts';
import type { ModelStep, ModelTrials, SwitchedBy, TrialNow } from '../../ports/models/versions.ts';

const noLatency = { sumMs: 0, maxMs: 0, buckets: [] };

export function figuresOf(some: Partial<ModelsCompared> = {}): ModelsCompared {
  return {
    ...{ machineType: 'pump', role: 'shadow', candidate: 'pump-rul@2.1.0', against: 'pump-rul@2.0.0' },
    ...{
      document: 'models/shadow:pump 1',
      since: '2026-01-01T00:00:00.000Z',
      to: '2026-01-02T00:00:00.000Z',
    },
    ...{
      machines: 10,
      readings: 20_000,
      agreed: 20_000,
      bothWarn: 0,
      onlyCandidateWarns: 0,
      onlyOtherWarns: 0,
    },
    alerts: { both: 0, raised: 0, spared: 0 },
    failed: { count: 0, both: 0, onlyCandidate: 0, onlyOther: 0 },
    difference: { mean: 0, meanAbsolute: 1 },
    ...{ failures: {}, dropped: 0, latency: { candidate: noLatency, other: noLatency } },
    hours: { candidate: 24, other: 24 },
    ...some,
  };
}

export function trialOf(some: Partial<TrialNow> = {}): TrialNow {
  return {
    ...{ key: 'a', role: 'shadow', machineType: 'pump', health: null, scale: 60 },
    beside: { answered: 1_000, failed: 0, given: 0, declined: 0, lastError: null },
    candidate: { name: 'pump-rul', version: '2.1.0' },
    against: { name: 'pump-rul', version: '2.0.0' },
    figures: figuresOf(),
    known: null,
    ...some,
  };
}

/** Does what is decided with the trials that a test puts there. */
export function fakeTrials() {
  const state = {
    trials: [] as TrialNow[],
    done: [] as string[],
    /** Steps that are kept because they may not be recorded. */
    owed: [] as ModelStep[],
    say: (_: SwitchedBy): void => undefined,
  };
  const end = (said: string, what: ModelStep['what'], key: string, why: string): ModelStep | null => {
    const trial = state.trials.find((each) => each.key === key);
    state.done.push(`${said} ${key}`);
    state.trials = state.trials.filter((each) => each !== trial);
    if (!trial) return null;
    const step = { id: `${what} ${key}`, what, model: refText(trial.candidate), atMs: 5, why };
    state.owed = [...state.owed, step];
    return step;
  };
  const models: ModelTrials = {
    trials: () => state.trials,
    rollBack: (key, why) => end(`back: ${why};`, 'roll-back', key, why),
    prove: (key, why) => end('prove', 'prove', key, why),
    promote: (key, why) => end('promote', 'promote', key, why),
    owed: () => state.owed,
    told(id) {
      state.owed = state.owed.filter((step) => step.id !== id);
    },
    saved: async () => undefined,
    onSwitch(listener) {
      state.say = listener;
    },
  };
  return { models, state };
}
