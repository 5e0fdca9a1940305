import type { MachineType } from '../../shared/domain/machine-type.ts';
import type { Clock } from '../../shared/runtime/clock.ts';
import type { Notification, Operations, Page, PageQuery, ReadingStore } from '../ports.ts';
import type { StreamHub } from './stream-hub.ts';

/** Notifications that could not be delivered and will not be tried again. */
export interface NotificationDeadLetters {
  deadLetters(query: PageQuery): Page<Notification>;
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
  notifications: NotificationDeadLetters | null;
  hub: StreamHub;
  clock: Clock;
  ready(): Readiness;
  status(): Record<string, unknown>;
}
