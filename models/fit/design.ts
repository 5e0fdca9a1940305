import { type MachineType, windowRowsMin } from '../../shared/domain/machine-type.ts';
import { FeaturePath } from '../../shared/model/feature-path.ts';
import type { Features } from '../../shared/model/features.ts';
import type { Architecture } from '../../shared/model/network.ts';
import type { Attention } from '../../shared/model/networks/attention.ts';
import type { Mlp } from '../../shared/model/networks/mlp.ts';
import type { PatchMlp } from '../../shared/model/networks/patch-mlp.ts';
import type { Recurrent } from '../../shared/model/networks/recurrent.ts';
import type { SummarySpans } from '../../shared/model/summary.ts';
import type { Run } from '../data/dataset.ts';
import { type SpliceOptions, withoutSplices } from '../data/splices.ts';
import { learnFeatures } from '../features/learn-features.ts';
import type { FitOptions } from './fit.ts';

/** Sizes of a network, except those that follow from its input. */
export type NetworkDesign =
  | Omit<Mlp, 'inputs'>
  | Omit<PatchMlp, 'rows' | 'columns'>
  | Omit<Attention, 'rows' | 'columns'>
  | Omit<Recurrent, 'rows' | 'columns'>;

/**
 * Everything that is chosen about a model before training. It is plain data and part of a checkpoint's
 * fingerprint.
 */
export interface ModelDesign {
  /** Remaining life above this cap is treated as equal to it. */
  labelCap: number;
  /** Names of the sensors that determine the operating condition. */
  settings: readonly string[];
  /** Names of the sensors to read. Default: all that are not settings and that vary. */
  channels?: readonly string[];
  /** Whether the network reads logarithms of the channels: for positive quantities that grow by factors. */
  logarithmic?: boolean;
  /** If false, all operating conditions share one mean and standard deviation. */
  perCondition?: boolean;
  /** Spans of the summary of the history that the network reads. Default: it reads the rows. */
  summary?: SummarySpans;
  network: NetworkDesign;
  /** How to find spliced lives in the training data. Default: there are none. */
  splices?: SpliceOptions;
  /**
   * Moves p50 earlier by this much, in the unit of life, because a late estimate costs more than an early
   * one. The interval does not move.
   */
  earlier?: number;
  /**
   * Number of parts the machines are split into. The ensemble has one member per part, trained without it.
   */
  folds: number;
  /**
   * Number of rows in each machine's life that calibration and metrics use. Default 40, enough unless there
   * are few machines.
   */
  cutsPerMachine?: number;
  /**
   * Largest remaining life at which intervals are calibrated. Default: all of it. If most of a life lies
   * above the cap, an interval calibrated over the whole life is right on average only because most of it is
   * trivial.
   */
  calibrateWithin?: number;
  /** Smallest number of machines to train on. Default 10. */
  machinesMin?: number;
  fit: FitOptions;
}

export function featuresFor(design: ModelDesign, type: MachineType, runs: readonly Run[]): Features {
  return learnFeatures(runs, { ...design, type });
}

export function pathFor(type: MachineType, features: Features): FeaturePath {
  return new FeaturePath({
    features,
    inputs: type.sensors.length,
    windowRows: type.windowRows,
    windowRowsMin: windowRowsMin(type),
  });
}

export function architectureFor(network: NetworkDesign, path: FeaturePath): Architecture {
  if (network.kind === 'mlp') return { ...network, inputs: path.width };
  return { ...network, rows: path.windowRows, columns: path.width / path.windowRows };
}

/** Returns the runs that networks are trained on. */
export function learnable(
  design: ModelDesign,
  type: MachineType,
  path: FeaturePath,
  runs: readonly Run[],
): readonly Run[] {
  return design.splices ? withoutSplices(runs, path, type, design.splices) : runs;
}

/** The offset added to the network's p50. */
export function p50Shift({ earlier }: ModelDesign): number {
  return earlier === undefined ? 0 : -earlier;
}
