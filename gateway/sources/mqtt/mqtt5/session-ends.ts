import type { Clock, Timer } from '../../../../shared/runtime/clock.ts';

const sweepMs = 1_000;

/** The part of the persistence that is needed here. */
interface KeptOfClients {
  sessions: { expiryOf(clientId: string): number | null; drop(clientId: string): Promise<void> };
  incoming: { forgetKept(clientId: string): void };
}

/**
 * Ends the sessions of clients that asked for a short life of them (the Session Expiry Interval of MQTT 5). The time runs
 * from the end of the connection, or from the start of the gateway if that came after it: a session never ends too early.
 */
export class SessionEnds {
  private readonly dueMs = new Map<string, number>();
  private readonly clock: Clock;
  private readonly kept: KeptOfClients;
  private readonly isConnected: (clientId: string) => boolean;
  private timer: Timer | null = null;

  constructor(clock: Clock, kept: KeptOfClients, isConnected: (clientId: string) => boolean) {
    this.clock = clock;
    this.kept = kept;
    this.isConnected = isConnected;
  }

  /** The client has gone: its session ends after so many seconds, 0 for at once; null if it asked for nothing of the kind. */
  left(clientId: string, expiryS: number | null): void {
    this.dueMs.delete(clientId);
    if (expiryS === 0) return this.end(clientId);
    if (expiryS === null) return;
    this.dueMs.set(clientId, this.clock.monotonicMs() + expiryS * 1_000);
    this.timer ??= this.clock.setTimer(sweepMs, () => this.sweep());
  }

  stop(): void {
    this.timer?.cancel();
  }

  /** Drops the session, unless its client is back or wants to keep it by now. */
  private end(clientId: string): void {
    const { sessions, incoming } = this.kept;
    if (sessions.expiryOf(clientId) === null || this.isConnected(clientId)) return;
    void sessions.drop(clientId);
    incoming.forgetKept(clientId);
  }

  private sweep(): void {
    const nowMs = this.clock.monotonicMs();
    for (const [clientId, dueMs] of [...this.dueMs]) {
      if (dueMs > nowMs) continue;
      this.dueMs.delete(clientId);
      this.end(clientId);
    }
    this.timer = this.dueMs.size === 0 ? null : this.clock.setTimer(sweepMs, () => this.sweep());
  }
}
