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
  /** What the model that is judged has learnt from. */
  dataset: RunDataset;
  seed: number;
  /** TensorFlow.js's current backend. */
  backend: string;
  clock: Clock;
  /** Where the artefacts go: a folder for each machine, in it the model under its own name. */
  folder: string;
  /** Machines done, of all. */
  progress(done: number, machines: number): void;
  signal?: AbortSignal;
}

/**
 * Trains the model once for each machine, without that machine and otherwise the same, so that machines from which the
 * model itself has learnt can be judged all the same.
 * @returns each machine's folder of artefacts
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
