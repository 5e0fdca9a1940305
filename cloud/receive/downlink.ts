import type { Client } from 'aedes';
import { encodeEnded } from '../../shared/contract/alerts/ended-in-cloud.ts';
import { encodeCloudSays, openAlertsKey, parseGatewaySays } from '../../shared/contract/fleet/exchange.ts';
import { encodeGreeting } from '../../shared/contract/greeting.ts';
import { desiredTopic, endedTopic, greetingTopic, modelPieceTopic } from '../../shared/contract/topics.ts';
import type { Clock, Timer } from '../../shared/runtime/clock.ts';
import { messageOf } from '../../shared/runtime/errors.ts';
import type { Log } from '../../shared/runtime/log.ts';
import type { OwedEndings } from '../ports/alerts.ts';
import type { FleetExchange } from '../ports/fleet/fleet.ts';
import type { ModelChunks } from '../ports/models/models.ts';

/** Endings of so long are sent together. */
const gatherMs = 100;

export interface DownlinkDeps {
  clock: Clock;
  log: Log;
  /** Absent if nothing ends alerts but gateways. */
  endings?: OwedEndings;
  /** Absent if nothing is wanted of gateways. */
  fleet?: FleetExchange;
  /** Absent if there are no models for gateways. */
  models?: ModelChunks;
}

/**
 * Messages of the cloud to gateways that answer no batch: its greeting, which alerts are over here, and what is wanted of them.
 * Refusals of batches are in connection.ts. Each topic is sent to those that have subscribed to it.
 */
export class Downlink {
  private readonly clock: Clock;
  private readonly log: Log;
  private readonly endings: OwedEndings | undefined;
  private readonly fleet: FleetExchange | undefined;
  private readonly models: ModelChunks | undefined;
  /** The gateways of connections that hear of endings, and of what is wanted. */
  private readonly hearing = new Map<Client, string>();
  private readonly following = new Map<Client, string>();
  /** Connections whose words are being answered; more of one is passed over, as it says the same again soon. */
  private readonly answering = new Set<Client>();
  /** Connections to which a piece of a model is being sent. */
  private readonly handing = new Set<Client>();
  private readonly forget: (() => void)[];
  /** Gateways that are owed more than was sent, and when that is sent. */
  private readonly waiting = new Set<string>();
  private timer: Timer | null = null;

  constructor({ clock, log, endings, fleet, models }: DownlinkDeps) {
    this.clock = clock;
    this.log = log;
    this.endings = endings;
    this.fleet = fleet;
    this.models = models;
    this.forget = [
      endings?.onOwed((gateway) => this.saySoon(gateway)) ?? (() => undefined),
      fleet?.onChange((gateway, document) => {
        const says = { timeMs: clock.nowMs(), documents: [document], want: [], retell: [] };
        for (const [client, of] of this.following)
          if (gateway === null || gateway === of) this.sayWanted(of, client, says);
      }) ?? (() => undefined),
    ];
  }

  stop(): void {
    for (const each of this.forget) each();
    this.timer?.cancel();
  }

  subscribed(gateway: string, client: Client, topics: readonly string[]): void {
    if (this.fleet && topics.includes(desiredTopic(gateway))) this.following.set(client, gateway);
    if (topics.includes(greetingTopic(gateway))) {
      const hearsFleet = this.following.has(client);
      const hasModels = this.models !== undefined && topics.includes(modelPieceTopic(gateway));
      const timeMs = this.clock.nowMs();
      const greeting = encodeGreeting({ timeMs, hearsGoodbye: true, hearsFleet, hasModels });
      send(client, greetingTopic(gateway), greeting);
    }
    if (topics.includes(endedTopic(gateway))) {
      this.hearing.set(client, gateway);
      this.say(gateway, client);
    }
  }

  /** A gateway says what of its documents it has. */
  heard(gateway: string, client: Client, message: Buffer): void {
    const said = parseGatewaySays(message);
    if (!said || !this.fleet || !this.following.has(client) || this.answering.has(client)) return;
    this.answering.add(client);
    void this.fleet
      .answer(gateway, said)
      .then((says) => this.sayWanted(gateway, client, says))
      .catch((error) =>
        this.log.warn(
          { gateway, problem: messageOf(error) },
          'a gateway could not be told what is wanted of it; it is when it says again what it has',
        ),
      )
      .finally(() => this.answering.delete(client));
  }

  /** A gateway asks for a piece of a model; more of one that is being answered is passed over, as it asks again. */
  asked(gateway: string, client: Client, message: Buffer): void {
    if (!this.models || this.handing.has(client)) return;
    this.handing.add(client);
    void this.models
      .answer(message)
      .then((piece) => {
        if (piece) send(client, modelPieceTopic(gateway), piece, () => this.handing.delete(client));
        else this.handing.delete(client);
      })
      .catch(() => this.handing.delete(client));
  }

  /** Has a gateway tell which alerts are open. */
  askOpen(gateway: string): void {
    const says = { timeMs: this.clock.nowMs(), documents: [], want: [], retell: [openAlertsKey] };
    for (const [client, of] of this.following) if (of === gateway) this.sayWanted(gateway, client, says);
  }

  disconnected(client: Client): void {
    this.hearing.delete(client);
    this.following.delete(client);
    this.handing.delete(client);
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

  private sayWanted(gateway: string, client: Client, says: Parameters<typeof encodeCloudSays>[0]): void {
    for (const message of encodeCloudSays(says)) send(client, desiredTopic(gateway), message);
  }
}

function send(client: Client, topic: string, payload: Buffer, sent: () => void = () => undefined): void {
  client.publish({ cmd: 'publish', topic, payload, qos: 0, retain: false, dup: false }, sent);
}
