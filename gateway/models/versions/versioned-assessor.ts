import type { Assessment } from '../../../shared/contract/events.ts';
import { type ModelRef, refText } from '../../../shared/contract/models/model-ref.ts';
import { BudgetExceeded, withinBudget } from '../../../shared/runtime/budget.ts';
import type { Clock } from '../../../shared/runtime/clock.ts';
import { messageOf } from '../../../shared/runtime/errors.ts';
import type { AlertInput, Assessor, MachineIdentity } from '../../ports/decision.ts';
import { slowMsOf } from './health.ts';
import type { Slot } from './slots.ts';

export interface VersionedAssessorDeps {
  /** The installed models. */
  installed: Assessor;
  /** The same, asked where it only answers in the place of another one. */
  installedBeside: Assessor;
  /** Which version judges a machine; null: the installed one. */
  slotOf(machine: MachineIdentity): Slot | null;
  /** The one that answers if a slot does not: the version before it, null: the installed one. */
  insteadOf(slot: Slot): Slot | null;
  /** The assessor of one version, whatever judges; null if it does not run here. */
  ofModel(machineType: string, model: ModelRef): Assessor | null;
  /** Hears of inputs that were judged. */
  judged(input: AlertInput, slot: Slot | null): void;
  /** A version that takes longer is asked no more about a batch, and the one before it is. */
  answerMsMax: number;
  clock: Clock;
}

/**
 * Asks of each machine the version that judges it now. Where a version fails, takes too long or says nothing, the one before it answers in the
 * same decision, and the failure is counted against the version; so no machine is left without a model because a new version is bad.
 */
export function versionedAssessor(deps: VersionedAssessorDeps): Assessor {
  const { installed, installedBeside, slotOf, insteadOf, judged, answerMsMax, clock } = deps;

  /** @throws what the slot fails with */
  async function askSlot(slot: Slot, inputs: readonly AlertInput[], signal: AbortSignal, isInstead: boolean) {
    const { health, run } = slot;
    try {
      const problem = run ? run.problem() : 'its worker is gone';
      if (!run || problem !== null) throw new Error(problem ?? 'its worker is gone');
      const beganMs = clock.monotonicMs();
      const ask = (inner: AbortSignal) => (isInstead ? run.beside : run.assessor).assess(inputs, inner);
      const answers = await withinBudget(ask, answerMsMax, clock, signal);
      const problemOfOne = answers.map(unusable).find((each) => each !== null);
      if (problemOfOne) throw new Error(problemOfOne);
      health.answered(clock.monotonicMs() - beganMs > slowMsOf(answerMsMax));
      health.said(answers.filter((each) => each !== null).length, 0);
      return answers;
    } catch (error) {
      // A caller that does not wait any more says nothing about the version.
      if (!signal.aborted || error instanceof BudgetExceeded) health.failed(messageOf(error));
      throw error;
    }
  }

  async function ask(
    slot: Slot | null,
    inputs: readonly AlertInput[],
    signal: AbortSignal,
    isInstead = false,
  ): Promise<(Assessment | null)[]> {
    if (!slot) return (isInstead ? installedBeside : installed).assess(inputs, signal);
    let answers: (Assessment | null)[];
    try {
      answers = await askSlot(slot, inputs, signal, isInstead);
    } catch {
      return ask(insteadOf(slot), inputs, signal, true);
    }
    return answers.includes(null) ? complete(slot, inputs, answers, signal) : answers;
  }

  /** Has the version before a slot say what the slot has said nothing about. */
  async function complete(
    slot: Slot,
    inputs: readonly AlertInput[],
    answers: readonly (Assessment | null)[],
    signal: AbortSignal,
  ): Promise<(Assessment | null)[]> {
    const open = inputs.filter((_, i) => answers[i] === null);
    const others = await ask(insteadOf(slot), open, signal, true).catch(() => []);
    const declined = others.filter((each) => each !== null).length;
    slot.health.said(0, declined);
    let next = 0;
    return answers.map((each) => each ?? others[next++] ?? null);
  }

  return {
    name: installed.name,
    get version() {
      return installed.version;
    },
    get backend() {
      return installed.backend;
    },
    mayAnswer: (input) => installed.mayAnswer?.(input) !== false || slotOf(input.machine) !== null,
    async assess(inputs, signal) {
      const groups = new Map<Slot | null, AlertInput[]>();
      // Chosen once for a batch, so that a switch comes between two readings.
      for (const input of inputs) {
        const slot = slotOf(input.machine);
        const group = groups.get(slot);
        if (group) group.push(input);
        else groups.set(slot, [input]);
        judged(input, slot);
      }
      if (groups.size === 1) return ask([...groups.keys()][0]!, inputs, signal);
      const answers = new Map<AlertInput, Assessment | null>();
      const settled = await Promise.allSettled(
        [...groups].map(async ([slot, group]) => {
          const given = await ask(slot, group, signal);
          group.forEach((input, i) => {
            answers.set(input, given[i] ?? null);
          });
        }),
      );
      const failed = settled.find((each) => each.status === 'rejected');
      if (failed && answers.size === 0) throw failed.reason;
      return inputs.map((input) => answers.get(input) ?? null);
    },
    ofModel: (machineType, model) => deps.ofModel(machineType, model),
    notRepeatable: (input) => installed.notRepeatable?.(input) ?? null,
  };
}

/** Why an answer cannot be used; null: it can, or there is none. */
function unusable(answer: Assessment | null): string | null {
  const life = answer?.remainingLife;
  if (!life) return null;
  const { p10, p50, p90 } = life;
  if ([p10, p50, p90].every(Number.isFinite) && p10 <= p50 && p50 <= p90) return null;
  const said = answer?.model ? refText(answer.model) : 'a model';
  return `${said} says a remaining life of ${p10}, ${p50}, ${p90}`;
}
