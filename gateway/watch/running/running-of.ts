import type { MachineType } from '../../../shared/domain/machine-type.ts';
import type { ColumnBatch } from '../../ports/watch.ts';
import type { LearntSensor } from './learnt-rest.ts';
import { type Kinds, RestLearner } from './rest-learner.ts';
import { Running, type RunningTime } from './running.ts';

/** A machine's rest as it is kept over a restart, with when it was heard. */
export interface KeptRest {
  isResting: boolean;
  ran: RunningTime | null;
  learntRest: readonly LearntSensor[] | null;
}

/** A machine of which it is known, or learnt, when it rests. */
export interface RestingMachine {
  running: Running | null;
  /** Null while nothing is to be learnt. */
  restLearner: RestLearner | null;
  readonly identity: { type: MachineType };
  readonly window: { readonly baseline: Kinds };
  limits: { rest(type: MachineType, running: Running | null): void } | null;
  readonly hearing: KeptRest | null;
}

/** True if the machines' rest is learnt: no person has said when they run, and no model was trained on all of their rows. */
const learnsRest = ({ runsWhen, learnRest = true, model }: MachineType) =>
  runsWhen === undefined && learnRest && model === undefined;

/** Returns what is known of a machine's rest when it gets its window. It goes on as it was before a restart. */
export function restOf(
  type: MachineType,
  kept: KeptRest | null,
): Pick<RestingMachine, 'running' | 'restLearner'> {
  const learnt = learnsRest(type) ? (kept?.learntRest ?? null) : null;
  const running = Running.of(type, kept?.isResting, kept?.ran, learnt);
  // Running time is kept with when the machine was heard.
  if (kept && running?.mayRest) kept.ran = running.ran;
  const isToLearn = learnsRest(type) && !running?.mayRest;
  return { running, restLearner: isToLearn ? new RestLearner(type.stepMs) : null };
}

/** Learns when a machine rests, from a live reading that is judged: row `i` of the batch. */
export function learnRest(
  machine: RestingMachine,
  { values, offset, timeMs }: Pick<ColumnBatch, 'values' | 'offset' | 'timeMs'>,
  i: number,
): void {
  const { restLearner, running, identity, window, hearing } = machine;
  if (restLearner === null) {
    if (running?.sign?.holds === false) forgetRest(machine);
    return;
  }
  const { type } = identity;
  const { baseline } = window;
  const learnt = restLearner.take(values, offset[i]!, offset[i + 1]!, timeMs[i]!, type.sensors, baseline);
  if (learnt === null) return;
  // From now on it may rest, and its running time begins.
  if (hearing) Object.assign(hearing, { learntRest: learnt, ran: null, isResting: false });
  Object.assign(machine, restOf(type, hearing ?? { isResting: false, ran: null, learntRest: learnt }));
  machine.limits?.rest(type, machine.running);
}

/** Forgets what was learnt, which does not hold any more or is another machine's: it runs until that is learnt anew. */
export function forgetRest(machine: RestingMachine): void {
  const { hearing, running, limits, identity } = machine;
  const { type } = identity;
  if (!learnsRest(type)) return;
  if (hearing && running?.mayRest) Object.assign(hearing, { learntRest: null, ran: null, isResting: false });
  Object.assign(machine, restOf(type, null));
  limits?.rest(type, machine.running);
}
