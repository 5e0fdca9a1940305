/**
 * Assessors (gateway/watch/assessors): the ways of assessing a machine: by the model, by its own baseline, by rules.
 * An assessor says what is believed of a machine now. Whether an alert follows is decided in gateway/decisions.
 *
 * Assesses machines with the model. Machines at risk get an explanation too: for each of their sensors a window is
 * scored with that sensor removed, so an explained machine costs 1 + sensors windows instead of 1.
 */
import type { Assessment } from '../../../shared/contract/events.ts';
import type { MachineType } from '../../../shared/domain/machine-type.ts';
import { HarbingerError } from '../../../shared/runtime/errors.ts';
import type { AlertInput, Assessor, MachineIdentity } from '../../ports/decision.ts';
import type { Baseline } from '../baselines/baseline.ts';
import type { ModelClient } from '../model/model-client.ts';
import type { LoadedModel, ScoreResult } from '../model/model-messages.ts';
import { contributionsOf } from './contributions.ts';
import { scoreAnomaly } from './score-anomaly.ts';

/** A machine whose life is below this many times the alert's threshold gets an explanation. */
const explainFactor = 1.5;
/** Least share of a window's values that must be present, not stuck, and similar to the training data. */
const familiarityMin = 0.8;

export interface ModelAssessorOptions {
  client: Pick<ModelClient, 'score' | 'modelOf' | 'available' | 'status'>;
  baselineOf(machine: MachineIdentity): Baseline | null;
  /** Hears of each window that a model judges. */
  judged?(input: AlertInput): void;
}

/** Returns the p50 below which a machine of this type is at risk; 0 if no alert depends on remaining life. */
export function riskBelow(type: MachineType): number {
  const thresholds = type.alerts.filter((alert) => alert.on === 'remaining-life').map(({ openAt }) => openAt);
  return explainFactor * Math.max(0, ...thresholds);
}

/**
 * The model learnt from short histories how a new machine looks, so a history whose beginning is lost would look as
 * good as new to it.
 */
function fits({ window, cutOff, isShort }: AlertInput, { windowRows, inputs }: LoadedModel): boolean {
  return window.length === windowRows * inputs && !cutOff && !isShort;
}

export function createModelAssessor(options: ModelAssessorOptions): Assessor {
  const { client, baselineOf, judged } = options;

  /**
   * A model has no reliable answer for data unlike its training data, however narrow its interval; the rules then
   * decide.
   */
  function assessment(
    input: AlertInput,
    model: LoadedModel,
    result: ScoreResult,
    at: number,
  ): Assessment | null {
    const familiarity = result.familiarity[at]!;
    if (familiarity < familiarityMin) return null;
    const [p10, p50, p90] = result.lives.subarray(3 * at, 3 * at + 3) as unknown as [number, number, number];
    const effects = result.explanations.find(({ index }) => index === at)?.effects;
    const certainty = Math.max(0, 1 - (p90 - p10) / model.labelCap);
    return {
      source: 'model',
      model: { name: model.name, version: model.version },
      remainingLife: { p10, p50, p90, unit: model.unit },
      health: Math.min(1, p50 / model.labelCap),
      anomaly: scoreAnomaly(baselineOf(input.machine), model.inputs).score,
      confidence: certainty * familiarity,
      contributions: effects ? contributionsOf(input, effects) : [],
    };
  }

  async function assessType(inputs: AlertInput[], model: LoadedModel, signal: AbortSignal) {
    const width = model.windowRows * model.inputs;
    const windows = new Float32Array(inputs.length * width);
    inputs.forEach((input, i) => {
      windows.set(input.window, i * width);
    });
    const { type } = inputs[0]!.machine;
    const request = {
      machineType: type.name,
      windows,
      count: inputs.length,
      explainBelow: riskBelow(type),
    };
    const result = await client.score(request, signal);
    return inputs.map((input, i) => assessment(input, model, result, i));
  }

  return {
    name: 'remaining-life-model',
    get version() {
      const models = client.status().models.map(({ name, version }) => `${name}@${version}`);
      return models.length === 0 ? 'none' : models.join(' ');
    },
    get backend() {
      return client.status().backend?.name;
    },
    mayAnswer: ({ machine }) => machine.type.model !== undefined,
    async assess(inputs, signal) {
      if (!client.available) {
        const why = client.status().lastError ?? 'it is starting';
        throw new HarbingerError('MODEL_UNAVAILABLE', 'intelligence', `no model: ${why}`, { retry: true });
      }
      const answers = new Map<AlertInput, Assessment>();
      await Promise.all(
        [...byType(inputs)].map(async ([name, group]) => {
          const model = client.modelOf(name);
          if (!model) return;
          const fitting = group.filter((input) => fits(input, model));
          if (fitting.length === 0) return;
          if (judged) for (const input of fitting) judged(input);
          const assessments = await assessType(fitting, model, signal);
          fitting.forEach((input, i) => {
            answers.set(input, assessments[i]!);
          });
        }),
      );
      return inputs.map((input) => answers.get(input) ?? null);
    },
  };
}

function byType(inputs: readonly AlertInput[]): Map<string, AlertInput[]> {
  const groups = new Map<string, AlertInput[]>();
  for (const input of inputs) {
    const { name } = input.machine.type;
    const group = groups.get(name);
    if (group) group.push(input);
    else groups.set(name, [input]);
  }
  return groups;
}
