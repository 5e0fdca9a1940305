/** The messages between the main thread and the model's worker. */
import type { MachineType } from '../../../shared/domain/machine-type.ts';
import type { BackendPreference, ChosenBackend } from '../../../shared/features/backend-names.ts';
import type { WireError } from '../../../shared/runtime/wire-error.ts';

/** Where the model of one machine type lies. */
export interface ModelSource {
  type: MachineType;
  folder: string;
}

/** The worker's `workerData`. */
export interface WorkerStart {
  backend: BackendPreference;
  sources: ModelSource[];
}

/** The properties of a model in use that the main thread needs. */
export interface LoadedModel {
  machineType: string;
  name: string;
  version: string;
  labelCap: number;
  unit: string;
  windowRows: number;
  /** Sensors that a row of its windows has. */
  inputs: number;
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
  /** `count` windows of rows × sensors; moved to the worker, not copied. */
  windows: Float32Array;
  count: number;
  /** Windows whose p50 is below this are explained as well. */
  explainBelow: number;
}

export interface Explanation {
  /** Which of the request's windows. */
  index: number;
  /** Per sensor: by how much p50 would rise were it at its operating condition's mean. In the unit of life. */
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
  | { kind: 'ready'; backend: ChosenBackend; models: LoadedModel[]; refusals: ModelRefusal[] }
  | { kind: 'unusable'; error: WireError }
  | ({ kind: 'scored'; id: number } & ScoreResult)
  | { kind: 'failed'; id: number; error: WireError };
