import type { Client } from 'aedes';
import { encodeEnded } from '../../shared/contract/alerts/ended-in-cloud.ts';
import { encodeGreeting } from '../../shared/contract/greeting.ts';
import { endedTopic, greetingTopic } from '../../shared/contract/topics.ts';
import type { Clock, Timer } from '../../shared/runtime/clock.ts';
import type { OwedEndings } from '../ports/alerts.ts';

/** Endings of so long are sent together. */
const gatherMs = 100;

/**
 * Messages of the cloud to gateways that answer no batch: its greeting, and which alerts are over here. Refusals of batches are in
 * connection.ts. Each topic is sent to those that have subscribed to it.
 */
export class Downlink {
  private readonly clock: Clock;
  private readonly endings: OwedEndings | undefined;
  /** The gateways of connections that hear of endings. */
  private readonly hearing = new Map<Client, string>();
  private readonly forget: () => void;
  /** Gateways that are owed more than was sent, and when that is sent. */
  private readonly waiting = new Set<string>();
  private timer: Timer | null = null;

  constructor(clock: Clock, endings?: OwedEndings) {
    this.clock = clock;
    this.endings = endings;
    this.forget = endings?.onOwed((gateway) => this.saySoon(gateway)) ?? (() => undefined);
  }

  stop(): void {
    this.forget();
    this.timer?.cancel();
  }

  subscribed(gateway: string, client: Client, topics: readonly string[]): void {
    if (topics.includes(greetingTopic(gateway))) {
      const greeting = encodeGreeting({ timeMs: this.clock.nowMs(), hearsGoodbye: true });
      send(client, greetingTopic(gateway), greeting);
    }
    if (topics.includes(endedTopic(gateway))) {
      this.hearing.set(client, gateway);
      this.say(gateway, client);
    }
  }

  disconnected(client: Client): void {
    this.hearing.delete(client);
  }

  private saySoon(gateway: string): void {
    this.waiting.add(gateway);
    this.timer ??= this.clock.setTimer(gatherMs, () => {
      this.timer = null;
      for (const [client, of] of this.hearing) if (this.waiting.has(of)) this.say(of, client);
      this.waiting.clear();
    });
  }

  /** All that is owed, because what was sent before may not have arrived; there are few. */
  private say(gateway: string, client: Client): void {
    for (const message of encodeEnded(this.endings?.of(gateway) ?? []))
      send(client, endedTopic(gateway), message);
  }
}

function send(client: Client, topic: string, payload: Buffer): void {
  client.publish({ cmd: 'publish', topic, payload, qos: 0, retain: false, dup: false }, () => undefined);
}
