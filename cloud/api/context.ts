import type { MachineType } from '../../shared/domain/machine-type.ts';
import type { Clock } from '../../shared/runtime/clock.ts';
import type {
  AuditLog,
  DeadNotification,
  Operations,
  Page,
  PageQuery,
  Quarantined,
  ReadingStore,
} from '../ports.ts';
import type { StreamHub } from './stream-hub.ts';

/** How a redrive ended. */
export interface Redriven {
  redriven: number;
  /** Left where they were, for `reasons` (the first of them). */
  kept: number;
  /** Not come to in the time there is for one request. */
  left: number;
  reasons: string[];
}

/** Lines that the store did not take. */
export interface QuarantineAdmin {
  show(id: number): { entry: Quarantined; body: Buffer } | null;
  redrive(which: readonly number[] | 'all'): Promise<Redriven>;
}

/** Notifications that could not be delivered and will not be tried again by themselves. */
export interface NotificationAdmin {
  list(query: PageQuery): Page<DeadNotification>;
  redrive(which: readonly string[] | 'all'): Promise<Redriven>;
}

export interface Readiness {
  ready: boolean;
  /** Why not; sentences. */
  reasons: string[];
}

/** What the routes work on. */
export interface RouteContext {
  store: ReadingStore;
  operations: Operations;
  /** Units and limits of the sensors, where the cloud knows them. */
  machineTypes: ReadonlyMap<string, MachineType>;
  quarantine: QuarantineAdmin;
  notifications: NotificationAdmin;
  audit: AuditLog;
  hub: StreamHub;
  clock: Clock;
  ready(): Readiness;
  status(): Record<string, unknown>;
}
