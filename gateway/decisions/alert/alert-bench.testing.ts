/** A test bench for the alert decision: controllable assessors and outbox, and a manual clock. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type Assessment,
  checkEvent,
  type EventType,
  type HarbingerEvent,
  isEventOf,
} from '../../../shared/contract/events.ts';
import type { MachineType } from '../../../shared/domain/machine-type.ts';
import { silentLog } from '../../../shared/runtime/log.ts';
import { manualClock } from '../../../shared/runtime/manual-clock.ts';
import { compileValidator } from '../../../shared/runtime/validate.ts';
import type { AlertInput, Assessor } from '../../ports/decision.ts';
import type { ForcedAlert, MachineOverride, MachineOverrides } from '../../ports/fleet/fleet.ts';
import type { CountedLessons } from '../../ports/fleet/lessons.ts';
import { type AlertDecision, createAlertDecision } from './alert-decision.ts';
import { AlertDecisionConfig } from './config.ts';

const pump: MachineType = {
  name: 'pump',
  model: 'pump-rul',
  version: '1.0.0',
  description: 'a pump',
  lifeUnit: 'cycles',
  stepMs: 1_000,
  windowRows: 4,
  openSensors: false,
  sensors: [{ name: 'vibration', unit: 'mm/s', min: 0, max: 100, warn: 4.5, alarm: 9 }],
  alerts: [
    {
      failureMode: 'wear',
      on: 'remaining-life',
      openAt: 60,
      resolveAt: 90,
      criticalAt: 20,
      minConfidence: 0.5,
      openAfter: 3,
      resolveAfter: 4,
    },
  ],
};

/** Without a remaining life the machine is healthy. */
function assessed(life: number | null, source: 'model' | 'rules' = 'model'): Assessment {
  return {
    source,
    model: source === 'model' ? { name: 'wear-net', version: '2.0.0' } : null,
    remainingLife: life === null ? null : { p10: life * 0.7, p50: life, p90: life * 1.4, unit: 'cycles' },
    health: life === null ? 1 : Math.min(1, life / 200),
    anomaly: 0.1,
    confidence: 0.8,
    contributions: [{ sensor: 'vibration', share: 1, value: 6.8 }],
  };
}

const byItself = (life: number | null): Assessment => ({
  ...assessed(life, 'rules'),
  detector: { name: 'self-learned', version: '1.0.0' },
});

function surroundings() {
  const state = {
    life: 500 as number | null,
    model: 'sound' as 'sound' | 'silent' | 'broken' | 'nan' | 'endless' | 'ignorant',
    modelAsked: 0,
    /** True if the machine's own baseline has an answer. */
    selfLearned: false,
    outboxDown: false,
    /** Earlier warnings of every machine and cause, as they turned out to be. */
    lessons: null as CountedLessons | null,
    /** When machines were learnt anew. */
    events: [] as HarbingerEvent[],
    /** Events that say that nothing is known of before. */
    begun: [] as HarbingerEvent[],
    /** The ids that were named as open, by start. */
    known: [] as string[][],
    /** Events that say what an open alert is now. */
    now: [] as HarbingerEvent<'io.harbinger.prediction.now.v1'>[],
    estimates: [] as string[],
  };
  const modelAssessor: Assessor = {
    name: 'wear-net',
    version: '2.0.0',
    async assess(inputs, signal) {
      state.modelAsked += 1;
      if (state.model === 'broken') throw new Error('worker gone');
      if (state.model === 'ignorant') return inputs.map(() => null);
      if (state.model === 'endless') {
        const remainingLife = { p10: 1, p50: 2, p90: Number.POSITIVE_INFINITY, unit: 'cycles' };
        return inputs.map(() => ({ ...assessed(state.life), remainingLife }));
      }
      if (state.model === 'nan') return inputs.map(() => ({ ...assessed(state.life), health: Number.NaN }));
      if (state.model === 'silent') {
        return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
      }
      return inputs.map(() => assessed(state.life));
    },
  };
  const selfLearnedAssessor: Assessor = {
    name: 'self-learned',
    version: '1.0.0',
    assess: async (inputs) => inputs.map(() => (state.selfLearned ? byItself(state.life) : null)),
  };
  const rulesAssessor: Assessor = {
    name: 'rules',
    version: '1.0.0',
    assess: async (inputs) => inputs.map(() => assessed(state.life, 'rules')),
  };
  const outbox = {
    async event(event: HarbingerEvent<EventType>) {
      if (state.outboxDown) throw new Error('disk full');
      const checked = checkEvent(structuredClone(event));
      if (isEventOf(checked, 'io.harbinger.prediction.now.v1')) state.now.push(checked);
      else if (isEventOf(checked, 'io.harbinger.record.known.v1')) state.known.push(checked.data.open);
      else (event.type === 'io.harbinger.record.begun.v1' ? state.begun : state.events).push(checked);
    },
    estimates(lines: string[]) {
      state.estimates.push(...lines);
    },
  };
  return { state, modelAssessor, selfLearnedAssessor, rulesAssessor, outbox };
}

/** Holds for all machines. */
class ToldOverrides implements MachineOverrides {
  private said: MachineOverride | null = null;
  private alerts: readonly ForcedAlert[] = [];
  private listeners: (() => void)[] = [];

  of(): MachineOverride | null {
    return this.said;
  }

  forced(): readonly ForcedAlert[] {
    return this.alerts;
  }

  onChange(listener: () => void): void {
    this.listeners.push(listener);
  }

  force(...alerts: ForcedAlert[]): void {
    this.alerts = alerts;
    for (const listener of this.listeners) listener();
  }

  say(said: MachineOverride | null): void {
    this.said = said;
    for (const listener of this.listeners) listener();
  }
}

const readConfig = compileValidator(AlertDecisionConfig);

/** Builds the bench. Change `state` to control it, and read the results from it. Call `dispose` afterwards. */
export async function alertBench() {
  const folder = await mkdtemp(join(tmpdir(), 'harbinger-alerts-'));
  const clock = manualClock();
  const around = surroundings();
  const { state } = around;
  const overrides = new ToldOverrides();
  const stateFile = join(folder, 'state', 'alerts.json');

  async function started(config: Record<string, unknown> = { sampleMs: 0 }): Promise<AlertDecision> {
    const decision = createAlertDecision({
      gateway: 'gw-1',
      ...around,
      overrides,
      lessons: { of: () => state.lessons, relearnt: () => {}, renamed: () => {} },
      stateFile,
      config: readConfig({ budgetMs: 200, ...config }, (problem) => new Error(problem)),
      clock,
      log: silentLog,
    });
    await decision.start();
    return decision;
  }

  function input(machine = 'p1'): AlertInput {
    const window = Float32Array.from([1, 2, 3, 6.8]);
    return { machine: { site: 'lab', machine, type: pump }, timeMs: clock.nowMs(), window, rows: 4 };
  }

  /** Evaluates one machine `times` times, a second apart. */
  async function evaluate(
    decision: AlertDecision,
    life: number | null,
    times = 1,
    more: Partial<AlertInput> = {},
  ): Promise<void> {
    state.life = life;
    for (let i = 0; i < times; i++) {
      await clock.advance(1_000);
      const evaluating = decision.evaluate([{ ...input(), ...more }]);
      if (state.model === 'silent') await clock.advance(300);
      await evaluating;
    }
  }

  function eventsOf<T extends EventType>(type: T): HarbingerEvent<T>[] {
    return state.events.filter((event): event is HarbingerEvent<T> => isEventOf(event, type));
  }

  return {
    clock,
    state,
    overrides,
    stateFile,
    started,
    input,
    evaluate,
    opened: () => eventsOf('io.harbinger.prediction.opened.v1'),
    updated: () => eventsOf('io.harbinger.prediction.updated.v1'),
    resolved: () => eventsOf('io.harbinger.prediction.resolved.v1'),
    records: () => eventsOf('io.harbinger.decision.recorded.v1'),
    dispose: () => rm(folder, { recursive: true, force: true }),
  };
}
