/** The interfaces of training by what this cloud has stored. */
import type { TrainingEnded } from '../../../shared/contract/models/training-ended.ts';

export interface TrainingOrder {
  machineType: string;
  /** Folder for the candidate. */
  out: string;
  /** Name or file of the key that signs it; null: it is not signed, and so not pushed. */
  key: string | null;
  /** A folder of machine types beside those of the product. */
  machineTypesDir: string | null;
  livesMin: number;
  rowsMax: number;
  tolerance: number;
  isShadowWanted: boolean;
  memoryMb: number;
  /** Name of whoever asks, for documents and the audit. */
  by: string;
}

export type TrainedCandidate = Pick<
  TrainingEnded,
  'model' | 'against' | 'isNotWorse' | 'isPushed' | 'isShadow' | 'reasons'
>;

/** The address of this cloud's API, for whoever trains. */
export interface OwnApi {
  url: string;
  /** The certificate that it shows, where it speaks HTTPS. */
  certFile?: string;
  token: string | null;
}

/** Trains in a process of its own. */
export interface Trainer {
  /** Ends soon after `signal` aborts. @throws HarbingerError TRAINING_FAILED with what that process has said last */
  train(order: TrainingOrder, api: OwnApi, signal: AbortSignal): Promise<TrainedCandidate>;
}

/** A reason to train anew. */
export interface TrainingProposal {
  machineType: string;
  /** The version that judges, name@version. */
  model: string;
  cause: 'contract' | 'drift';
  reason: string;
  /** Whether the version that judges can go on meanwhile. */
  canGoOn: boolean;
}

export interface TrainingState {
  /** False if this process cannot train: it was not started by the command line. */
  isAvailable: boolean;
  /** Types that are trained by schedule. */
  machineTypes: string[];
  /** The one that is being trained. */
  running: { machineType: string; by: string; sinceMs: number } | null;
  /** The latest of each type since the start of the cloud. */
  last: TrainingEnded[];
}

export interface TrainingAdmin {
  state(): TrainingState;
  /** Begins a training; how it ended is an event. @throws HarbingerError TRAINING_RUNS, TRAINING_UNAVAILABLE, MODEL_TYPE_UNKNOWN */
  begin(machineType: string, asked: { by: string; why: string }): void;
}

export interface TrainingProposals {
  list(): TrainingProposal[];
}
