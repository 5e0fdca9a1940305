import { timeText } from '../../shared/contract/envelope.ts';
import { type CountedOutcomes, noOutcomes } from '../../shared/contract/models/lives.ts';
import { type MachineType, windowRowsMin } from '../../shared/domain/machine-type.ts';
import type { StoredTraining } from '../../shared/model/manifest.ts';
import { type TrainedModel, type TrainOptions, trainRemainingLife } from '../training/train.ts';
import { designOf, fitted, modelNameOf } from './design-of.ts';
import { type Split, splitLives } from './split.ts';
import type { StoredRun } from './stored-run.ts';

export interface TrainStoredOptions extends Omit<TrainOptions, 'name' | 'dataset' | 'design'> {
  stored: readonly StoredRun[];
  livesMin: number;
  heldBackShare: number;
  /** Machines that the version that judges has not learnt from. */
  unseenBefore?: readonly string[];
  /** The recipe's if absent. */
  epochs?: number;
}

export interface TrainedStored extends Split {
  model: TrainedModel;
  labelCap: number;
}

const heldBackMax = 1_000;

/**
 * Trains a model on lives that a cloud has stored, without the machines that are held back. The same lives, seed, version and
 * backend give the same bytes.
 * @throws HarbingerError DATA_TOO_SMALL, DATA_INVALID, TRAINING_STOPPED
 */
export async function trainStored(options: TrainStoredOptions): Promise<TrainedStored> {
  const { type, stored, version, seed, livesMin, heldBackShare, unseenBefore } = options;
  const own = designOf(type);
  const split = splitLives(stored, {
    machineType: type.name,
    sensors: type.sensors.length,
    rowsMin: windowRowsMin(type),
    labelCap: own.labelCap,
    ...{ livesMin, heldBackShare, seed },
    ...(unseenBefore && { unseenBefore }),
  });
  const { dataset, learnt } = split;
  const all = [...dataset.runs, ...(dataset.sound ?? [])];
  const design = fitted(own, {
    rows: all.reduce((sum, { rows }) => sum + rows, 0),
    lives: dataset.runs.length,
    ...(options.epochs !== undefined && { epochs: options.epochs }),
  });
  const about = storedTraining(split);
  const model = await trainRemainingLife({
    name: modelNameOf(type),
    ...{ version, type, seed },
    dataset: { ...dataset, description: `${dataset.description}, ${about.from} to ${about.to}` },
    design: { ...design, machinesMin: Math.min(livesMin, learnt.failures.length) },
    backend: options.backend,
    clock: options.clock,
    ...(options.checkpoint && { checkpoint: options.checkpoint }),
    ...(options.progress && { progress: options.progress }),
    ...(options.note && { note: options.note }),
    ...(options.signal && { signal: options.signal }),
  });
  const training = { ...model.manifest.training, stored: about };
  return { ...split, model: { ...model, manifest: { ...model.manifest, training } }, labelCap: own.labelCap };
}

function storedTraining({ learnt, heldBackMachines }: Split): StoredTraining {
  const runs = [...learnt.failures, ...learnt.sound];
  const least = (values: number[]) => values.reduce((a, b) => Math.min(a, b));
  const most = (values: number[]) => values.reduce((a, b) => Math.max(a, b));
  return {
    from: timeText(least(runs.map(({ firstMs }) => firstMs))),
    to: timeText(most(runs.map(({ lastMs }) => lastMs))),
    failures: learnt.failures.length,
    sound: learnt.sound.length,
    heldBack: heldBackMachines.slice(0, heldBackMax),
    outcomes: summed(runs),
  };
}

function summed(runs: readonly StoredRun[]): CountedOutcomes {
  const sum = noOutcomes();
  const names = Object.keys(sum) as (keyof CountedOutcomes)[];
  for (const { life } of runs) for (const name of names) sum[name] += life.outcomes[name];
  return sum;
}

/** Remarks for the model card on what it was trained on. */
export function storedNotes({ heldBackMachines }: Split, about: StoredTraining, type: MachineType): string[] {
  const { from, to, failures, sound, outcomes } = about;
  const counts = [
    `${outcomes.confirmed} confirmed`,
    `${outcomes.falseAlarms} false alarms`,
    `${outcomes.planned} planned`,
    `${outcomes.unknown} unknown`,
  ];
  return [
    `**From the store**: readings from ${from} to ${to}; ${failures} lives to a failure and ${sound} spans without one. Of the latter, rows count that had a full label after them.`,
    `**Outcomes** in these lives: of warnings ${counts.join(', ')}; failures that nobody was warned of ${outcomes.missed}.`,
    `**Sensors**: ${type.sensors.map(({ name, unit }) => `${name} (${unit})`).join(', ')}.`,
    `**Held back**, and not learnt from: ${heldBackMachines.join(', ')}.`,
  ];
}
