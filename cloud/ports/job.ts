import type { HarbingerEvent } from '../../shared/contract/events.ts';
import type { MachineType } from '../../shared/domain/machine-type.ts';
import { jobPart } from '../../shared/jobs/job.ts';
import type { Clock } from '../../shared/runtime/clock.ts';
import type { Log } from '../../shared/runtime/log.ts';
import type { Random } from '../../shared/runtime/random.ts';
import type { AlertStates } from './alerts.ts';
import type { AuditLog } from './audit.ts';
import type { DecisionHistory, EventHistory } from './history.ts';
import type { MachineStates } from './machines.ts';
import type { OwnApi, Trainer, TrainingAdmin } from './models/training.ts';
import type { NotificationAdmin, QuarantineAdmin } from './redrive.ts';
import type { RecordRetention } from './retention/record-retention.ts';
import type { RetentionAdmin } from './retention/retention.ts';
import type { ReadingStore } from './store.ts';

/**
 * Everything of the cloud that a periodic job may use, so that a new one is a folder and a line. A job starts last and
 * stops first.
 */
export interface CloudJobDeps {
  clock: Clock;
  random: Random;
  log: Log;
  /** The cloud's data folder; a job keeps what it has to remember in a file or folder there, named after its kind. */
  dataDir: string;
  store: ReadingStore;
  machines: MachineStates;
  alerts: AlertStates;
  events: EventHistory;
  decisions: DecisionHistory;
  quarantine: QuarantineAdmin;
  notifications: NotificationAdmin;
  audit: AuditLog;
  records: RecordRetention;
  training: {
    /** Null if this process cannot train. */
    trainer: Trainer | null;
    /** Null before the API has started. */
    api(): OwnApi | null;
    machineTypes: ReadonlyMap<string, MachineType>;
    machineTypesDir: string | null;
    /** Removes candidates of a type that were worse from the registry, but the newest ones. Returns what went. */
    removeWorse(machineType: string, keptMax: number): Promise<string[]>;
    /** Aborts when the cloud stops. */
    stopping: AbortSignal;
  };
  /** Adds an event of the cloud itself; durable when resolved. */
  emit(event: HarbingerEvent): Promise<void>;
  /** Lets the API show and begin trainings. */
  offerTraining(admin: TrainingAdmin): void;
  /** Lets the API show and run the retention of this job. */
  offerRetention(admin: RetentionAdmin): void;
}

export const cloudJobPart = jobPart<CloudJobDeps>();
