import type { HarbingerEvent } from '../../shared/contract/events.ts';
import type { MachineType } from '../../shared/domain/machine-type.ts';
import { httpAddress } from '../../shared/files/run-file.ts';
import type { OwnApi, Trainer, TrainingAdmin } from '../ports/models/training.ts';
import type { EventApplier } from '../ports/operations.ts';
import { type OldCandidatesDeps, removeWorse } from './old-candidates.ts';

/** Parts of a cloud that train: the trainer, the API by which it reads, and the job that has begun it. */
export class Training {
  readonly trainer: Trainer | null;
  readonly machineTypes: ReadonlyMap<string, MachineType>;
  readonly machineTypesDir: string | null;
  private readonly events: EventApplier;
  readonly removeWorse: (machineType: string, keptMax: number) => Promise<string[]>;
  private readonly stop = new AbortController();
  readonly stopping: AbortSignal = this.stop.signal;
  private own: OwnApi | null = null;
  /** Null if there is no job that trains. */
  admin: TrainingAdmin | null = null;

  constructor(of: {
    trainer: Trainer | undefined;
    machineTypes: ReadonlyMap<string, MachineType>;
    machineTypesDir: string | undefined;
    events: EventApplier & OldCandidatesDeps['events'];
    registry: OldCandidatesDeps['registry'];
    fleet: OldCandidatesDeps['fleet'];
  }) {
    this.trainer = of.trainer ?? null;
    this.machineTypes = of.machineTypes;
    this.machineTypesDir = of.machineTypesDir ?? null;
    this.events = of.events;
    this.removeWorse = (machineType, keptMax) => removeWorse(of, machineType, keptMax);
  }

  /** Bound: a job takes it out of this. */
  readonly api = (): OwnApi | null => this.own;

  opened(api: { host: string; token?: string; tls?: { certFile: string } }, port: number): void {
    const { httpUrl, httpCertFile } = httpAddress(api, port);
    const shown = httpCertFile === undefined ? {} : { certFile: httpCertFile };
    this.own = { url: httpUrl, token: api.token ?? null, ...shown };
  }

  /** Ends what is being trained: its process gets the signal before this returns. */
  async end(): Promise<void> {
    this.stop.abort(new Error('the cloud stops'));
  }

  /** The parts that a job gets. */
  jobDeps() {
    return {
      training: this,
      offerTraining: (admin: TrainingAdmin) => {
        this.admin = admin;
      },
      emit: (event: HarbingerEvent) => this.events.apply('', [event]),
    };
  }
}
