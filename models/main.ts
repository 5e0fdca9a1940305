/** The commands `harbinger models train NAME` and `harbinger models evaluate NAME`. */
import { join } from 'node:path';
import type { MachineType } from '../shared/domain/machine-type.ts';
import { loadMachineTypes } from '../shared/domain/machine-types.ts';
import { type Artefact, loadArtefact } from '../shared/features/artefact.ts';
import { chooseBackend } from '../shared/features/backend.ts';
import type { BackendPreference } from '../shared/features/backend-names.ts';
import type { ModelManifest, ModelMetrics } from '../shared/features/manifest.ts';
import { createModel } from '../shared/features/model.ts';
import { systemClock } from '../shared/runtime/clock.ts';
import { packageRoot } from '../shared/runtime/paths.ts';
import { seededRandom } from '../shared/runtime/random.ts';
import { gather, type RunDataset, splitByMachine, windowsOf } from './training/dataset.ts';
import type { EpochReport } from './training/fit.ts';
import { measure, metricsTable } from './training/metrics.ts';
import { type Recipe, recipeOf } from './training/recipes.ts';
import { intervalPredictions, measureBaselines, trainRemainingLife } from './training/train.ts';
import { writeArtefact } from './training/write-artefact.ts';

/** Where the artefacts that come with the product lie, a folder for each model. */
export const artefactsDir = join(packageRoot, 'models', 'artefacts');

const defaultSeed = 1;

export interface ModelsOptions {
  /** `pump-rul` or `turbofan-rul`. */
  name: string;
  /** Folder of the training data, for models that need one. */
  dataDir?: string;
  /** Folder that holds one folder per model; `models/artefacts` of the package if absent. */
  artefactsDir?: string;
  backend?: BackendPreference;
}

export interface TrainCommandOptions extends ModelsOptions {
  seed?: number;
  signal?: AbortSignal;
}

/** Prints one line. */
export type Output = (line: string) => void;

function typeOf(recipe: Recipe): MachineType {
  return loadMachineTypes().get(recipe.machineType)!;
}

async function startBackend(preference: BackendPreference, output: Output): Promise<string> {
  const backend = await chooseBackend(preference);
  output(`TensorFlow.js backend: ${backend.name}`);
  for (const reason of backend.passedOver) output(`  not used: ${reason}`);
  return backend.name;
}

function progressLine(report: EpochReport): string {
  const { epoch, epochs, trainLoss, selectLoss, best, msPerEpoch } = report;
  const secondsLeft = Math.ceil(((epochs - epoch) * msPerEpoch) / 1_000);
  return (
    `epoch ${String(epoch).padStart(String(epochs).length)}/${epochs}  loss ${trainLoss.toFixed(2)}  ` +
    `held-out ${selectLoss.toFixed(2)}${best ? ' *' : '  '}  at most ${secondsLeft} s left`
  );
}

/**
 * Trains a model and writes its artefact folder.
 * @throws HarbingerError MODEL_UNKNOWN, DATA_MISSING, DATA_INVALID, DATA_TOO_SMALL
 */
export async function runTrain(options: TrainCommandOptions, output: Output): Promise<ModelManifest> {
  const recipe = recipeOf(options.name);
  const seed = options.seed ?? defaultSeed;
  const dataset = recipe.load({ seed, ...(options.dataDir !== undefined && { dataDir: options.dataDir }) });
  output(`${recipe.name} ${recipe.version}: ${dataset.description}`);
  const backend = await startBackend(options.backend ?? 'auto', output);
  const model = await trainRemainingLife({
    ...recipe,
    type: typeOf(recipe),
    dataset,
    seed,
    backend,
    clock: systemClock,
    progress: (report) => output(progressLine(report)),
    ...(options.signal && { signal: options.signal }),
  });
  const folder = join(options.artefactsDir ?? artefactsDir, recipe.name);
  const manifest = writeArtefact(folder, model);
  output('');
  for (const line of metricsTable(manifest.metrics, manifest.output.unit)) output(line);
  output(`written to ${folder}`);
  return manifest;
}

function measureModel(artefact: Artefact, dataset: RunDataset): Record<string, ModelMetrics> {
  const { manifest, architecture } = artefact;
  const { labelCap } = manifest.output;
  const runs = dataset.runs.filter((run) => run.rows >= manifest.windowRows);
  const split = splitByMachine(runs, seededRandom(manifest.training.seed));
  const windows = windowsOf(split.test, manifest.windowRows, labelCap);
  const lives = new Float32Array(windows.length * 3);
  const model = createModel(artefact);
  for (let start = 0; start < windows.length; start += 64) {
    const chosen = Array.from({ length: Math.min(64, windows.length - start) }, (_, i) => start + i);
    const block = gather(windows, chosen, manifest.windowRows, architecture.sensors);
    lives.set(model.score(block, chosen.length), start * 3);
  }
  model.dispose();
  return {
    model: measure(windows, intervalPredictions(lives), labelCap),
    ...measureBaselines(split.train, split.test, manifest.inputs, manifest.windowRows, labelCap),
  };
}

/**
 * Examines an artefact on the machines that its training left out, next to the common-sense baselines.
 * @throws HarbingerError MODEL_UNKNOWN, MODEL_REFUSED_*, DATA_*
 */
export async function runEvaluate(
  options: ModelsOptions,
  output: Output,
): Promise<Record<string, ModelMetrics>> {
  const recipe = recipeOf(options.name);
  const artefact = loadArtefact(join(options.artefactsDir ?? artefactsDir, recipe.name), typeOf(recipe));
  const { manifest } = artefact;
  const dataset = recipe.load({
    seed: manifest.training.seed,
    ...(options.dataDir !== undefined && { dataDir: options.dataDir }),
  });
  await startBackend(options.backend ?? 'auto', output);
  const metrics = measureModel(artefact, dataset);
  output(
    `${manifest.name} ${manifest.version} on ${manifest.training.machines.test} machines it has not seen`,
  );
  for (const line of metricsTable(metrics, manifest.output.unit)) output(line);
  return metrics;
}
