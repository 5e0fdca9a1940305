import { type MachineType, windowRowsMin } from '../../shared/domain/machine-type.ts';
import { FeaturePath } from '../../shared/features/feature-path.ts';
import type { Features } from '../../shared/features/features.ts';
import type { Architecture } from '../../shared/features/network.ts';
import type { Attention } from '../../shared/features/networks/attention.ts';
import type { Mlp } from '../../shared/features/networks/mlp.ts';
import type { PatchMlp } from '../../shared/features/networks/patch-mlp.ts';
import type { Recurrent } from '../../shared/features/networks/recurrent.ts';
import type { SummarySpans } from '../../shared/features/summary.ts';
import type { Run } from '../data/dataset.ts';
import { type SpliceOptions, withoutSplices } from '../data/splices.ts';
import { learnFeatures } from '../features/learn-features.ts';
import type { FitOptions } from './fit.ts';

/** A network's sizes, but for those that follow from its input. */
export type NetworkDesign =
  | Omit<Mlp, 'inputs'>
  | Omit<PatchMlp, 'rows' | 'columns'>
  | Omit<Attention, 'rows' | 'columns'>
  | Omit<Recurrent, 'rows' | 'columns'>;

/** All that is chosen about a model before it sees data. Plain data: it is part of a checkpoint's fingerprint. */
export interface ModelDesign {
  /** Remaining life above this is not told apart. */
  labelCap: number;
  /** Names of the sensors that tell the operating condition. */
  settings: readonly string[];
  /** Names of the sensors to read; absent: all that are no settings and move. */
  channels?: readonly string[];
  /** The logarithms of all channels are read: for quantities above 0 that grow by factors. */
  logarithmic?: boolean;
  /** false: one mean and spread for all operating conditions. */
  perCondition?: boolean;
  /** The network reads this summary of the history; absent: the rows. */
  summary?: SummarySpans;
  network: NetworkDesign;
  /** How lives that are two are told in the training data; absent: there are none. */
  splices?: SpliceOptions;
  /**
   * p50 is given so much earlier than the network says, in the unit of life: to be late costs more than to be early.
   * The interval stays where it is.
   */
  earlier?: number;
  /** The machines are split into so many parts; one member of the ensemble for each, which does not see that part. */
  folds: number;
  /** Places of each machine's life at which calibration and figures look; 40 if absent: few machines need more. */
  cutsPerMachine?: number;
  /**
   * Intervals are calibrated where at most so much life is left; absent: over all of it. Where a life is mostly longer
   * than the cap, an interval that is right on average is right because most of it is trivial.
   */
  calibrateWithin?: number;
  /** Fewer machines than this are too few to learn from; 10 if absent. */
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

/** The runs as networks learn from them. */
export function learnable(
  design: ModelDesign,
  type: MachineType,
  path: FeaturePath,
  runs: readonly Run[],
): readonly Run[] {
  return design.splices ? withoutSplices(runs, path, type, design.splices) : runs;
}

/** What is added to the network's p50. */
export function p50Shift({ earlier }: ModelDesign): number {
  return earlier === undefined ? 0 : -earlier;
}
