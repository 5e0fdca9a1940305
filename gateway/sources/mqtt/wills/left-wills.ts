import type { Clock, Timer } from '../../../../shared/runtime/clock.ts';
import type { PublishPacket } from '../packet.ts';
import type { LeftWill, Wills } from './wills.ts';

/** A client is taken for gone after this many keep-alive intervals without a sign of it [MQTT-3.1.2-24]. */
const intervals = 1.5;
/** For a client without a keep-alive: that of most clients. */
const usualKeepaliveMs = 60_000;
const waitMsMax = 240_000;
const retryMs = 5_000;
const atOnceMax = 100;
/** A timer of Node that is to wait for longer than 24.8 days does not wait at all. */
const timerMsMax = 86_400_000;

/** The part of the persistence that is needed here. */
interface KeptWills {
  wills: Wills;
  /** For how many seconds a client's session lasts without it; null if it has none, or asked for nothing of the kind. */
  sessions: { expiryOf(clientId: string): number | null };
}

/**
 * Publishes the wills that were left to an earlier process of the gateway, when their clients have not come back within
 * the time that their keep-alive grants. A client that is back has replaced or withdrawn its will. The time runs from the moment
 * from which clients can connect: the keep-alives of before say nothing, as their connections ended with the earlier process.
 */
export class LeftWills {
  private readonly wills: Wills;
  private readonly clock: Clock;
  private readonly publish: (will: PublishPacket) => Promise<void>;
  private readonly sessions: KeptWills['sessions'];
  private timer: Timer | null = null;
  private stopped = false;

  /**
   * @param publish resolves when the will is as durable as its QoS demands; it waits for no subscriber, as the other wills wait for it
   */
  constructor({ wills, sessions }: KeptWills, clock: Clock, publish: (will: PublishPacket) => Promise<void>) {
    this.wills = wills;
    this.sessions = sessions;
    this.clock = clock;
    this.publish = publish;
  }

  /** Called when clients can connect. */
  start(): void {
    const startedMs = this.clock.monotonicMs();
    const due = [...this.wills.left().values()].map((will) => ({
      will,
      atMs: startedMs + this.waitMsOf(will),
    }));
    this.wait(due.sort((a, b) => a.atMs - b.atMs));
  }

  stop(): void {
    this.stopped = true;
    this.timer?.cancel();
  }

  /** @param due sorted by time */
  private wait(due: { will: LeftWill; atMs: number }[]): void {
    const [first] = due;
    if (!first || this.stopped) return;
    const waitMs = Math.min(timerMsMax, Math.max(0, first.atMs - this.clock.monotonicMs()));
    this.timer = this.clock.setTimer(waitMs, async () => {
      const nowMs = this.clock.monotonicMs();
      const now = due.filter(({ atMs }, i) => i < atOnceMax && atMs <= nowMs);
      const owed = await Promise.all(now.map(({ will }) => this.publishOnce(will)));
      const again = now.filter((_, i) => owed[i]).map(({ will }) => ({ will, atMs: nowMs + retryMs }));
      this.wait([...due.slice(now.length), ...again].sort((a, b) => a.atMs - b.atMs));
    });
  }

  /** Returns true if the will has to be published later, because it could not be stored. */
  private async publishOnce({ packet }: LeftWill): Promise<boolean> {
    const clientId = packet.clientId ?? '';
    const isLeft = () => this.wills.get(clientId) === packet;
    if (!isLeft()) return false;
    try {
      await this.publish({ ...packet });
    } catch {
      return !this.stopped;
    }
    if (isLeft()) this.wills.take(clientId);
    return false;
  }

  /**
   * No earlier than the delay that the client asked for (MQTT 5), which ends with its session [MQTT-3.1.3-9]: a client without one
   * asked for none.
   */
  private waitMsOf({ keepaliveMs, packet }: LeftWill): number {
    const asked = packet.properties?.willDelayInterval ?? 0;
    const delayS = Math.min(asked, this.sessions.expiryOf(packet.clientId ?? '') ?? 0);
    return Math.max(delayS * 1_000, Math.min(waitMsMax, intervals * (keepaliveMs || usualKeepaliveMs)));
  }
}
