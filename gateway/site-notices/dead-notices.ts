import type { DeadNotification } from '../../shared/notifications/queue.ts';

/** Notifications that are kept after they were given up; beyond this the oldest ones are dropped. */
export const deadMax = 200;

/** A notification that was given up, with what its queue knows of it; an empty `alertId` is that of a digest. */
export interface DeadNotice extends DeadNotification {
  alertId: string;
  events: string[];
}

/** Keeps notifications that were given up until somebody sends them again. Bounded, for all notifiers together. */
export class DeadNotices {
  private readonly byKey = new Map<string, DeadNotice>();

  restore(kept: readonly DeadNotice[]): void {
    for (const dead of kept) this.add(dead);
  }

  add(dead: DeadNotice): void {
    this.byKey.delete(dead.notification.key);
    this.byKey.set(dead.notification.key, dead);
    for (const oldest of this.byKey.keys()) {
      if (this.byKey.size <= deadMax) break;
      this.byKey.delete(oldest);
    }
  }

  get(key: string): DeadNotice | undefined {
    return this.byKey.get(key);
  }

  remove(key: string): void {
    this.byKey.delete(key);
  }

  /** The oldest first. */
  all(): DeadNotice[] {
    return [...this.byKey.values()];
  }
}
