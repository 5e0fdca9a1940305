/**
 * Training of a complete model (models/training): an ensemble with calibration, metrics and artefact files,
 * from the recipe of a named model. Comparison and evaluation of models are here as well. A new model is a
 * new file in recipes/ and a line in recipes.ts.
 */
import { createHash } from 'node:crypto';
import { contractHash, type MachineType, windowRowsMin } from '../../shared/domain/machine-type.ts';
import type { FeaturePath } from '../../shared/model/feature-path.ts';
import type { ModelManifest } from '../../shared/model/manifest.ts';
import type { Architecture, Ensemble } from '../../shared/model/network.ts';
import type { Clock } from '../../shared/runtime/clock.ts';
import { HarbingerError } from '../../shared/runtime/errors.ts';
import { seededRandom } from '../../shared/runtime/random.ts';
import { type Fold, foldsOf, type Run, type RunDataset, randomCuts, sha256Of } from '../data/dataset.ts';
import { type PreparedRun, prepareRun } from '../data/prepared-runs.ts';
import type { Checkpoints, Progress } from '../fit/checkpoint.ts';
import {
  architectureFor,
  featuresFor,
  learnable,
  type ModelDesign,
  p50Shift,
  pathFor,
} from '../fit/design.ts';
import { type EpochReport, fitNetwork, newFitState } from '../fit/fit.ts';
import { withMark, withoutMark } from '../fit/other-machines.ts';
import { fitLinear } from '../measure/baselines.ts';
import {
  calibrationBy,
  cutsPerMachine,
  joined,
  measureBaselines,
  measureHeldOut,
  predictCuts,
} from '../measure/held-out.ts';

export interface TrainOptions {
  /** Name and semantic version of the resulting model. */
  name: string;
  version: string;
  type: MachineType;
  dataset: RunDataset;
  design: ModelDesign;
  seed: number;
  /** Name of the current TensorFlow.js backend; recorded in the manifest. */
  backend: string;
  clock: Clock;
  checkpoint?: Checkpoints;
  progress?: (report: MemberReport) => void;
  /** Called with messages that are not progress. */
  note?: (text: string) => void;
  signal?: AbortSignal;
}

export interface MemberReport extends EpochReport {
  /** Number of the member, from 1. */
  member: number;
  members: number;
  msLeft: number;
}

export interface TrainedModel {
  manifest: Omit<ModelManifest, 'files'>;
  ensemble: Ensemble;
  weights: Float32Array[][];
}

const machinesMinDefault = 10;

function checkEnough({ dataset, type, name, design }: TrainOptions): Run[] {
  const machinesMin = design.machinesMin ?? machinesMinDefault;
  if (dataset.sensors !== type.sensors.length) {
    throw new HarbingerError(
      'DATA_INVALID',
      'cli',
      `the runs have ${dataset.sensors} sensors, machine type '${type.name}' has ${type.sensors.length}`,
    );
  }
  const rowsMin = windowRowsMin(type);
  const usable = dataset.runs.filter((run) => run.rows >= rowsMin);
  if (usable.length >= machinesMin) return usable;
  throw new HarbingerError(
    'DATA_TOO_SMALL',
    'cli',
    `training ${name} needs at least ${machinesMin} runs to failure of ${rowsMin} rows or more; there are ${usable.length}`,
  );
}

/** Hash of everything that the weights depend on. */
function fingerprintOf({ name, version, type, dataset, seed, backend, ...options }: TrainOptions): string {
  const { earlier: _, ...design } = options.design;
  const all = [
    name,
    version,
    contractHash(type),
    type.windowRows,
    windowRowsMin(type),
    design,
    seed,
    backend,
  ];
  return createHash('sha256')
    .update(JSON.stringify([...all, sha256Of(dataset)]))
    .digest('hex');
}

/** Resumes from the checkpoint of the same training, if there is one. */
function resumed({ checkpoint, note }: TrainOptions, fingerprint: string): Progress {
  const saved = checkpoint?.load(fingerprint);
  if (saved?.reason) note?.(`an earlier training cannot be taken up: ${saved.reason}; beginning anew`);
  if (!saved?.progress) return { finished: [], current: null };
  const { finished, current } = saved.progress;
  note?.(`going on after ${finished.length} finished networks and ${current?.epoch ?? 0} epochs of the next`);
  return { finished: [...finished], current };
}

interface Preparation {
  path: FeaturePath;
  architecture: Architecture;
  folds: Fold[];
  others: readonly Run[];
  sound: readonly Run[];
  prepared: ReadonlyMap<Run, PreparedRun>;
}

/**
 * Trains one member per fold. @throws HarbingerError TRAINING_STOPPED when the signal aborts; the checkpoint
 * is kept
 */
async function fitMembers(
  options: TrainOptions,
  { path, architecture, folds, others, sound, prepared }: Preparation,
): Promise<Float32Array[][]> {
  const { design, type, clock, checkpoint, progress, signal, seed } = options;
  const fingerprint = fingerprintOf(options);
  const done = resumed(options, fingerprint);
  const times: number[] = [];
  const inTraining = others.length > 0 ? withMark(architecture) : architecture;
  const preparedOf = (runs: readonly Run[]) =>
    learnable(design, type, path, runs).map((run) => prepared.get(run) ?? prepareRun(path, run));
  const preparedOthers = preparedOf(others);
  const preparedSound = preparedOf(sound);
  for (let member = done.finished.length; member < folds.length; member++) {
    const memberSeed = (Math.imul(seed, 1_000_003) + member) >>> 0;
    done.current ??= newFitState(inTraining, seededRandom(memberSeed));
    const data = {
      path,
      runs: [...preparedOf(folds[member]!.train), ...preparedSound, ...preparedOthers],
      others: new Set(preparedOthers),
      rowsMin: windowRowsMin(type),
      labelCap: design.labelCap,
    };
    await fitNetwork(inTraining, data, design.fit, memberSeed, done.current, {
      nowMs: () => clock.monotonicMs(),
      epochDone(report) {
        checkpoint?.save(fingerprint, done);
        times.push(report.msPerEpoch);
        const left = (folds.length - member) * report.epochs - report.epoch;
        const msLeft = (left * times.reduce((sum, ms) => sum + ms, 0)) / times.length;
        progress?.({ ...report, member: member + 1, members: folds.length, msLeft });
      },
      ...(signal && { signal }),
    });
    if (done.current.epoch < design.fit.epochs) {
      throw new HarbingerError(
        'TRAINING_STOPPED',
        'cli',
        `training ${options.name} was stopped; the same command goes on from where it was`,
      );
    }
    done.finished.push(done.current.average);
    done.current = null;
  }
  return others.length > 0
    ? done.finished.map((weights) => withoutMark(architecture, weights))
    : done.finished;
}

/**
 * Trains, calibrates and evaluates a model of remaining life on runs to failure: an ensemble with one member
 * per fold of the machines. The interval is calibrated, and the metrics are computed, on each member's
 * estimates of the machines it was not trained on.
 * @throws HarbingerError DATA_INVALID, DATA_TOO_SMALL, TRAINING_STOPPED
 */
export async function trainRemainingLife(options: TrainOptions): Promise<TrainedModel> {
  const runs = checkEnough(options);
  const { type, dataset, design, seed } = options;
  const { labelCap: cap, fit } = design;
  const inputs = type.sensors.length;
  const others = dataset.others ?? [];
  const sound = (dataset.sound ?? []).filter(({ rows }) => rows >= windowRowsMin(type));
  const features = featuresFor(design, type, [...runs, ...sound, ...others]);
  const path = pathFor(type, features);
  const architecture = architectureFor(design.network, path);
  const random = seededRandom(seed);
  const folds = foldsOf(runs, design.folds, random);
  const prepared = new Map([...runs, ...sound, ...others].map((run) => [run, prepareRun(path, run)]));
  const weights = await fitMembers(options, { path, architecture, folds, others, sound, prepared });
  const cutOptions = {
    perMachine: design.cutsPerMachine ?? cutsPerMachine,
    rowsMin: windowRowsMin(type),
  };
  const parts = folds.map((fold, member) => {
    const cuts = randomCuts(fold.heldOut, cutOptions, random);
    return { fold, cuts, raw: predictCuts(path, [architecture], [weights[member]!], prepared, cuts) };
  });
  return {
    ensemble: { members: weights.map(() => architecture) },
    weights,
    manifest: {
      format: 'harbinger-model-2',
      name: options.name,
      version: options.version,
      machineType: type.name,
      contractHash: contractHash(type),
      windowRows: type.windowRows,
      windowRowsMin: windowRowsMin(type),
      inputs: type.sensors.map(({ name, unit }) => ({ name, unit })),
      features,
      output: {
        unit: type.lifeUnit,
        labelCap: cap,
        p50Shift: p50Shift(design),
        interval: calibrationBy(joined(parts), design),
      },
      baseline: fitLinear(runs, inputs, cap),
      training: {
        data: dataset.description,
        dataSha256: sha256Of(dataset),
        seed,
        backend: options.backend,
        epochs: fit.epochs,
        windowsPerEpoch: fit.windowsPerEpoch,
        machines: runs.length,
        folds: folds.length,
      },
      metrics: { model: measureHeldOut(parts, design), ...measureBaselines(parts, inputs, cap) },
    },
  };
}
