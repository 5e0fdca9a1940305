/** The commands `harbinger models train`, `evaluate` and `compare`. */
import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { MachineType } from '../shared/domain/machine-type.ts';
import { loadMachineTypes } from '../shared/domain/machine-types.ts';
import { loadArtefact } from '../shared/features/artefact.ts';
import { chooseBackend } from '../shared/features/backend.ts';
import type { BackendPreference } from '../shared/features/backend-names.ts';
import type { ModelManifest } from '../shared/features/manifest.ts';
import { systemClock } from '../shared/runtime/clock.ts';
import { packageRoot } from '../shared/runtime/paths.ts';
import { checkpointFile } from './fit/checkpoint.ts';
import { metricsTable } from './measure/figures.ts';
import { type Compared, compareCandidates, comparedMarkdown, comparedTable } from './training/compare.ts';
import { type Evaluation, evaluateArtefact, evaluationTable } from './training/evaluate.ts';
import type { Candidate, Recipe } from './training/recipe.ts';
import { recipeOf, subsetsOf } from './training/recipes.ts';
import { type MemberReport, trainRemainingLife } from './training/train.ts';
import { writeArtefact } from './training/write-artefact.ts';

/** Where the artefacts that come with the product lie: a folder for each model, and in it one for each subset. */
export const artefactsDir = join(packageRoot, 'models', 'artefacts');

const defaultSeed = 1;

export interface ModelsOptions {
  /** A recipe's name: `pump-rul`, `rul-turbofan`. */
  name: string;
  /** One of the recipe's subsets; all if absent. */
  subset?: string;
  /** Folder of the data, for models that need one. */
  dataDir?: string;
  /** Folder that holds one folder per model; `models/artefacts` of the package if absent. */
  artefactsDir?: string;
  backend?: BackendPreference;
  signal?: AbortSignal;
}

export interface SeededOptions extends ModelsOptions {
  seed?: number;
}

/** Prints one line. */
export type Output = (line: string) => void;

/** The folder of a model, or of a subset's model, below a folder of artefacts. */
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
  for (const reason of backend.passedOver) output(`  not used: ${reason}`);
  return backend.name;
}

function timeLeft(ms: number): string {
  const seconds = Math.ceil(ms / 1_000);
  return seconds < 100 ? `${seconds} s left` : `${Math.ceil(seconds / 60)} min left`;
}

function progressLine(report: MemberReport): string {
  const { member, members, epoch, epochs, trainRmse, msLeft } = report;
  const place = `network ${member}/${members}  epoch ${String(epoch).padStart(String(epochs).length)}/${epochs}`;
  return `${place}  RMSE in training ${trainRmse.toFixed(2)}  about ${timeLeft(msLeft)}`;
}

/**
 * Trains a model, or one for each subset, and writes its artefact folder. A run that was stopped or killed is taken up
 * again by the same command.
 * @throws HarbingerError MODEL_UNKNOWN, SUBSET_UNKNOWN, DATA_MISSING, DATA_INVALID, DATA_TOO_SMALL, TRAINING_STOPPED
 */
export async function runTrain(options: SeededOptions, output: Output): Promise<ModelManifest[]> {
  const recipe = recipeOf(options.name);
  const subsets = subsetsOf(recipe, options.subset);
  const seed = options.seed ?? defaultSeed;
  // All data is read before anything is trained: what is missing is known at once.
  const datasets = subsets.map((subset) => recipe.load({ ...options, subset, seed }));
  const backend = await startBackend(options.backend ?? 'auto', output);
  const manifests: ModelManifest[] = [];
  for (const [i, subset] of subsets.entries()) {
    const name = fullName(recipe, subset);
    const folder = artefactFolder(options.artefactsDir ?? artefactsDir, recipe.name, subset);
    mkdirSync(dirname(folder), { recursive: true });
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
    manifests.push(manifest);
  }
  return manifests;
}

/**
 * Examines an artefact on machines that training never saw, one estimate each at their last row, in WebAssembly.
 * @returns by subset; by the model's name where it has none
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
  /** All candidates are trained for so many epochs: quicker, and as fair. */
  epochs?: number;
  /** Only the candidates with one of these texts in their name (and always the first, which the others are held against). */
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
 * Trains and examines all of a recipe's candidates by cross-validation over whole machines.
 * @returns by subset; by the model's name where it has none
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
