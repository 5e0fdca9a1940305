import { join } from 'node:path';
import type { MachineType } from '../../shared/domain/machine-type.ts';
import type { Clock } from '../../shared/runtime/clock.ts';
import type { RunDataset } from '../data/dataset.ts';
import type { Recipe } from '../training/recipe.ts';
import { trainRemainingLife } from '../training/train.ts';
import { writeArtefact } from '../training/write-artefact.ts';

export interface LeaveOneOutOptions {
  recipe: Recipe;
  type: MachineType;
  /** The data set on which the model under test was trained. */
  dataset: RunDataset;
  seed: number;
  /** Name of the current TensorFlow.js backend. */
  backend: string;
  clock: Clock;
  /** Folder for the artefacts: one folder per machine, which contains the model under its own name. */
  folder: string;
  /** Called with the number of finished machines and the total. */
  progress(done: number, machines: number): void;
  signal?: AbortSignal;
}

/**
 * Trains the model once per machine, each time without that machine and otherwise unchanged, so that a model
 * can be tested on the machines it was trained on.
 * @returns the folder of artefacts for each machine
 * @throws HarbingerError DATA_TOO_SMALL, TRAINING_STOPPED
 */
export async function trainWithoutEach(options: LeaveOneOutOptions): Promise<Map<string, string>> {
  const { recipe, type, dataset, seed, backend, clock, folder, progress, signal } = options;
  const folders = new Map<string, string>();
  const design = recipe.design(null);
  for (const { machine } of dataset.runs) {
    progress(folders.size, dataset.runs.length);
    const runs = dataset.runs.filter((run) => run.machine !== machine);
    const model = await trainRemainingLife({
      name: recipe.name,
      version: recipe.version,
      type,
      dataset: { ...dataset, description: `${dataset.description}, without ${machine}`, runs },
      design: { ...design, folds: Math.min(design.folds, runs.length) },
      seed,
      backend,
      clock,
      ...(signal && { signal }),
    });
    folders.set(machine, join(folder, machine));
    writeArtefact(join(folder, machine, recipe.name), model);
  }
  return folders;
}
