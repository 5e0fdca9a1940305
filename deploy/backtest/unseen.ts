/**
 * Provides models that were not trained on the machines they are judged on: the product's own, or ones
 * trained for the purpose.
 */
import { join } from 'node:path';
import type { Fleet } from '../../models/backtest/fleet.ts';
import { trainWithoutEach } from '../../models/backtest/leave-one-out.ts';
import { sha256Of } from '../../models/data/dataset.ts';
import { artefactsDir as productArtefacts } from '../../models/main.ts';
import { recipeOf } from '../../models/training/recipes.ts';
import type { MachineType } from '../../shared/domain/machine-type.ts';
import { loadArtefact } from '../../shared/model/artefact.ts';
import { chooseBackend } from '../../shared/model/backend.ts';
import { systemClock } from '../../shared/runtime/clock.ts';

/** A part of a fleet and the folder of the model for it. */
export interface UnseenPart {
  fleet: Fleet;
  artefactsDir?: string;
}

export interface UnseenOptions {
  fleet: Fleet;
  type: MachineType;
  artefactsDir?: string;
  /** Folder for artefacts that must be trained. */
  folder: string;
  progress(text: string): void;
  signal?: AbortSignal;
}

/**
 * Splits a fleet so that no model judges a machine it was trained on. If the model was trained on exactly
 * these runs, there is one part per machine, with a model trained without it; otherwise the whole fleet is
 * one part, with the given artefacts.
 * @throws HarbingerError MODEL_REFUSED_*, TRAINING_STOPPED
 */
export async function unseenParts(
  options: UnseenOptions,
): Promise<{ parts: UnseenPart[]; note: string | null }> {
  const { fleet, type, artefactsDir, folder, progress, signal } = options;
  const whole = { parts: [{ fleet, ...(artefactsDir !== undefined && { artefactsDir }) }], note: null };
  const { recorded } = fleet;
  if (!recorded || type.model === undefined) return whole;
  const artefact = loadArtefact(join(artefactsDir ?? productArtefacts, type.model), type);
  const { dataSha256, seed, machines } = artefact.manifest.training;
  if (sha256Of(recorded) !== dataSha256) return whole;
  const backend = await chooseBackend('wasm');
  const beganMs = systemClock.monotonicMs();
  const folders = await trainWithoutEach({
    recipe: recipeOf(type.model),
    type,
    dataset: recorded,
    seed,
    backend: backend.name,
    clock: systemClock,
    folder,
    progress(done, all) {
      const seconds = (systemClock.monotonicMs() - beganMs) / 1_000;
      const left = done === 0 ? '' : `, about ${Math.ceil((seconds * (all - done)) / done)} s left`;
      progress(`training without ${recorded.runs[done]!.machine} (${done + 1} of ${all})${left}`);
    },
    ...(signal && { signal }),
  });
  const parts = fleet.runs.map((run) => ({
    fleet: { ...fleet, runs: [run] },
    artefactsDir: folders.get(run.machine)!,
  }));
  const note = `The model was trained on these ${machines} machines; each was judged by a model trained without it`;
  return { parts, note };
}
