/** The messages between the main thread and the model's worker. */
import type { MachineType } from '../../../shared/domain/machine-type.ts';
import type { BackendPreference, ChosenBackend } from '../../../shared/model/backend-names.ts';
import type { WireError } from '../../../shared/runtime/threads/wire-error.ts';

/** Location of the model of one machine type. */
export interface ModelSource {
  type: MachineType;
  folder: string;
  /** The digest of what was found to be in order; without it nothing runs. */
  digest?: string;
  /** Whatever is there may run: nobody has looked at the artefacts, as in a backtest. */
  isUnchecked?: true;
  /** Why it must not run. */
  refused?: { code: string; message: string };
}

/** The worker's `workerData`. */
export interface WorkerStart {
  backend: BackendPreference;
  sources: ModelSource[];
  /** It computes when nothing else does. */
  isNice?: true;
}

/** The properties of a model in use that the main thread needs. */
export interface LoadedModel {
  machineType: string;
  name: string;
  version: string;
  labelCap: number;
  unit: string;
  windowRows: number;
  /** Number of sensors per row of its windows. */
  inputs: number;
}

/** The data that a model was trained on, of which the main thread tells whether live ones are like it. */
export interface Trained {
  machineType: string;
  name: string;
  version: string;
  /** By channel, as the means of conditions. */
  sensors: { sensor: string; unit: string }[];
  /** Their places in a row. */
  channels: number[];
  settings: number[];
  settingScale: number[];
  isLogarithmic: boolean;
  conditions: { centre: number[]; mean: number[]; std: number[] }[];
}

export interface ModelRefusal {
  machineType: string;
  /** MODEL_REFUSED_*. */
  code: string;
  message: string;
}

export interface ScoreRequest {
  kind: 'score';
  id: number;
  machineType: string;
  /** `count` windows of rows × sensors; transferred to the worker, not copied. */
  windows: Float32Array;
  count: number;
  /** Windows whose p50 is below this get an explanation too. */
  explainBelow: number;
}

export interface Explanation {
  /** Index of the window in the request. */
  index: number;
  /** Per sensor: the rise of p50 if its values were the means of their operating conditions. In the unit of life. */
  effects: Float32Array;
}

export interface ScoreResult {
  /** p10, p50, p90 of each window. */
  lives: Float32Array;
  /** By window, 0 … 1: how similar it is to the data that the model has learnt from. */
  familiarity: Float32Array;
  explanations: Explanation[];
}

export type FromWorker =
  | {
      kind: 'ready';
      backend: ChosenBackend;
      models: LoadedModel[];
      refusals: ModelRefusal[];
      /** Absent from workers of tests. */
      trained?: Trained[];
    }
  | { kind: 'unusable'; error: WireError }
  | ({ kind: 'scored'; id: number } & ScoreResult)
  | { kind: 'failed'; id: number; error: WireError };
