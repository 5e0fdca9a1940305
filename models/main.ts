/**
 * Entry of models/: the commands `harbinger models train`, `evaluate` and `compare`.
 * models/ is the training side and runs on a developer's machine, never at a site. It imports only shared/:
 * whatever the gateway applies as well (features, networks, detector) lives there, so that training and
 * serving run the same code.
 */
import { dirname, join } from 'node:path';
import type { MachineType } from '../shared/domain/machine-type.ts';
import { loadMachineTypes } from '../shared/domain/machine-types.ts';
import { makeFolder } from '../shared/files/make-folder.ts';
import { packageRoot } from '../shared/files/paths.ts';
import { loadArtefact } from '../shared/model/artefact.ts';
import { chooseBackend } from '../shared/model/backend.ts';
import type { BackendPreference } from '../shared/model/backend-names.ts';
import type { ModelManifest } from '../shared/model/manifest.ts';
import { systemClock } from '../shared/runtime/clock.ts';
import { checkpointFile } from './fit/checkpoint.ts';
import { metricsTable } from './measure/figures.ts';
import { type Compared, compareCandidates, comparedMarkdown, comparedTable } from './training/compare.ts';
import { type Evaluation, evaluateArtefact, evaluationTable } from './training/evaluate.ts';
import type { Candidate, Recipe } from './training/recipe.ts';
import { recipeOf, subsetsOf } from './training/recipes.ts';
import { type MemberReport, trainRemainingLife } from './training/train.ts';
import { writeArtefact } from './training/write-artefact.ts';

/** Folder of the artefacts that ship with the product: one folder per model, and in it one per subset. */
export const artefactsDir = join(packageRoot, 'models', 'artefacts');

const defaultSeed = 1;

export interface ModelsOptions {
  /** Name of a recipe, for example `pump-rul` or `rul-turbofan`. */
  name: string;
  /** One of the recipe's subsets; all of them if absent. */
  subset?: string;
  /** Folder that holds the recorded data, for models that are not trained on simulated data. */
  dataDir?: string;
  /** Folder with one folder per model. Default: `models/artefacts` of the package. */
  artefactsDir?: string;
  backend?: BackendPreference;
  signal?: AbortSignal;
}

export interface TrainOptions extends SeededOptions {
  /** Called with the folder of each model that was written. */
  written?(folder: string): void;
}

export interface SeededOptions extends ModelsOptions {
  seed?: number;
}

/** Prints one line. */
export type Output = (line: string) => void;

/** Folder of a model, or of one subset's model, below a folder of artefacts. */
export function artefactFolder(base: string, name: string, subset: string | null): string {
  return subset === null ? join(base, name) : join(base, name, subset);
}

function typeOf(recipe: Recipe, subset: string | null): MachineType {
  return loadMachineTypes().get(recipe.machineType(subset))!;
}

function fullName({ name }: Recipe, subset: string | null): string {
  return subset === null ? name : `${name}-${subset}`;
}

async function startBackend(preference: BackendPreference, output: Output): Promise<string> {
  const backend = await chooseBackend(preference);
  output(`TensorFlow.js backend: ${backend.name}`);
  for (const reason of backend.unavailable) output(`  not used: ${reason}`);
  return backend.name;
}

function timeLeft(ms: number): string {
  const seconds = Math.ceil(ms / 1_000);
  return seconds < 100 ? `${seconds} s left` : `${Math.ceil(seconds / 60)} min left`;
}

function progressLine(report: MemberReport): string {
  const { member, members, epoch, epochs, trainRmse, msLeft } = report;
  const progress = `network ${member}/${members}  epoch ${String(epoch).padStart(String(epochs).length)}/${epochs}`;
  return `${progress}  RMSE in training ${trainRmse.toFixed(2)}  about ${timeLeft(msLeft)}`;
}

/**
 * Trains a model, or one model per subset, and writes the artefact folders. The same command resumes a run
 * that was stopped or killed.
 * @throws HarbingerError MODEL_UNKNOWN, SUBSET_UNKNOWN, DATA_MISSING, DATA_INVALID, DATA_TOO_SMALL,
 * TRAINING_STOPPED
 */
export async function runTrain(options: TrainOptions, output: Output): Promise<ModelManifest[]> {
  const recipe = recipeOf(options.name);
  const subsets = subsetsOf(recipe, options.subset);
  const seed = options.seed ?? defaultSeed;
  // All data is read before any training starts, so that missing data is reported at once.
  const datasets = subsets.map((subset) => recipe.load({ ...options, subset, seed }));
  const backend = await startBackend(options.backend ?? 'auto', output);
  const manifests: ModelManifest[] = [];
  for (const [i, subset] of subsets.entries()) {
    const name = fullName(recipe, subset);
    const folder = artefactFolder(options.artefactsDir ?? artefactsDir, recipe.name, subset);
    makeFolder(dirname(folder));
    const checkpoint = checkpointFile(`${folder}.training`);
    output(`${name} ${recipe.version}: ${datasets[i]!.description}`);
    const model = await trainRemainingLife({
      name,
      version: recipe.version,
      type: typeOf(recipe, subset),
      dataset: datasets[i]!,
      design: recipe.design(subset),
      seed,
      backend,
      clock: systemClock,
      checkpoint,
      progress: (report) => output(progressLine(report)),
      note: output,
      ...(options.signal && { signal: options.signal }),
    });
    const manifest = writeArtefact(folder, model, recipe.cardNotes);
    checkpoint.remove();
    output('');
    for (const line of metricsTable(manifest.metrics, manifest.output.unit)) output(line);
    output(`written to ${folder}`);
    options.written?.(folder);
    manifests.push(manifest);
  }
  return manifests;
}

/**
 * Evaluates an artefact in WebAssembly on machines that training has not seen, with one estimate each at
 * their last row.
 * @returns evaluations by subset, or by the model's name if it has no subsets
 * @throws HarbingerError MODEL_UNKNOWN, SUBSET_UNKNOWN, MODEL_REFUSED_*, DATA_*
 */
export async function runEvaluate(
  options: SeededOptions,
  output: Output,
): Promise<Record<string, Evaluation>> {
  const recipe = recipeOf(options.name);
  const subsets = subsetsOf(recipe, options.subset);
  await startBackend(options.backend ?? 'wasm', output);
  const evaluations: Record<string, Evaluation> = {};
  for (const subset of subsets) {
    const folder = artefactFolder(options.artefactsDir ?? artefactsDir, recipe.name, subset);
    const artefact = loadArtefact(folder, typeOf(recipe, subset));
    const data = recipe.loadTest({ ...options, subset, seed: options.seed ?? defaultSeed });
    const evaluation = evaluateArtefact(artefact, data, systemClock);
    const { name, version, output: result } = artefact.manifest;
    output(`${name} ${version}: ${data.machines.description}`);
    for (const line of evaluationTable(evaluation, data.machines.runs.length, result.unit)) output(line);
    evaluations[subset ?? recipe.name] = evaluation;
  }
  return evaluations;
}

export interface CompareCommandOptions extends SeededOptions {
  folds?: number;
  /** Trains all candidates for this many epochs. A low number is quicker and treats all candidates alike. */
  epochs?: number;
  /**
   * Runs only candidates whose name contains one of these texts, and always the first, which is the
   * reference.
   */
  only?: readonly string[];
}

function chosenCandidates(
  all: Record<string, Candidate>,
  { only, epochs }: CompareCommandOptions,
): Record<string, Candidate> {
  const chosen = Object.entries(all).filter(
    ([name], at) => at === 0 || !only || only.some((text) => name.includes(text)),
  );
  const shortened = ({ design, ...candidate }: Candidate): Candidate => ({
    ...candidate,
    design: epochs === undefined ? design : { ...design, fit: { ...design.fit, epochs } },
  });
  return Object.fromEntries(chosen.map(([name, candidate]) => [name, shortened(candidate)]));
}

/**
 * Trains and evaluates all candidates of a recipe by cross-validation over whole machines.
 * @returns results by subset, or by the model's name if it has no subsets
 */
export async function runCompare(
  options: CompareCommandOptions,
  output: Output,
): Promise<Record<string, Compared[]>> {
  const recipe = recipeOf(options.name);
  const subsets = subsetsOf(recipe, options.subset);
  const seed = options.seed ?? defaultSeed;
  const datasets = subsets.map((subset) => recipe.load({ ...options, subset, seed }));
  await startBackend(options.backend ?? 'auto', output);
  const tables: Record<string, Compared[]> = {};
  for (const [i, subset] of subsets.entries()) {
    output(`${fullName(recipe, subset)}: ${datasets[i]!.description}`);
    tables[subset ?? recipe.name] = await compareCandidates({
      type: typeOf(recipe, subset),
      dataset: datasets[i]!,
      candidates: chosenCandidates(recipe.candidates(subset), options),
      folds: options.folds ?? 5,
      seed,
      clock: systemClock,
      progress: ({ candidate, fold, folds, msLeft }) =>
        output(`${candidate}: ${fold}/${folds} parts  about ${timeLeft(msLeft)}`),
      ...(options.signal && { signal: options.signal }),
    });
    output('');
    for (const line of comparedTable(tables[subset ?? recipe.name]!)) output(line);
  }
  return tables;
}

export { comparedMarkdown };
